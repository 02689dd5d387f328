#![no_main]

#[path = "../readers/dates.rs"]
mod dates;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dates::read(bytes));
