//! Any text is a date, in a field or in a name, or none; and any bytes are a Takeout file or none. What is read is a
//! date that the same reader reads again.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use lumisift::engine::media::{dates, takeout};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let found = [
        dates::parse(&text),
        dates::from_file_name(Path::new(&*text)),
        takeout::described(bytes),
    ];
    for taken in found.into_iter().flatten() {
        assert_eq!(dates::parse(taken.as_str()).as_ref(), Some(&taken));
    }
});
