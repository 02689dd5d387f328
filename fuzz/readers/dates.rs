//! Any text, in a field or in a name, gives a date or none, and any bytes give a Takeout date or none. A date that was
//! read must be readable again by the same reader.

use std::path::Path;

use lumisift::engine::media::{dates, takeout};

pub fn read(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found = [
        dates::parse(&text),
        dates::from_file_name(Path::new(&*text)),
        takeout::described(bytes),
    ];
    for taken in found.into_iter().flatten() {
        assert_eq!(dates::parse(taken.as_str()).as_ref(), Some(&taken));
    }
}
