#![no_main]

#[path = "../readers/takeout.rs"]
mod takeout;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| takeout::read(bytes));
