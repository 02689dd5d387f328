//! Any bytes as Google Takeout's JSON for a photo give a date or none.

use lumisift::engine::media::takeout::described;

pub fn read(bytes: &[u8]) {
    let _ = described(bytes);
}
