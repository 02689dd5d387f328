#![no_main]

#[path = "../readers/decode.rs"]
mod decode;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| decode::read(bytes));
