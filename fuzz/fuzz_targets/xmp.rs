#![no_main]

#[path = "../readers/xmp.rs"]
mod xmp;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| xmp::read(bytes));
