//! Any bytes as what Google Takeout keeps beside a photo have a date or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lumisift::engine::media::takeout::described;

fuzz_target!(|bytes: &[u8]| {
    let _ = described(bytes);
});
