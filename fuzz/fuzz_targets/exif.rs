#![no_main]

#[path = "../readers/exif.rs"]
mod exif;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| exif::read(bytes));
