//! Any bytes as what Google Takeout keeps beside a photo have a date or none.

use lumisift::engine::media::takeout::described;

pub fn read(bytes: &[u8]) {
    let _ = described(bytes);
}
