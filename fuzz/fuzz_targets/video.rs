#![no_main]

#[path = "../readers/video.rs"]
mod video;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| video::read(bytes));
