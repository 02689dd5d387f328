#![no_main]

#[path = "../readers/containers.rs"]
mod containers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| containers::read(bytes));
