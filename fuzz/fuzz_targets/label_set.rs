#![no_main]

#[path = "../readers/label_set.rs"]
mod label_set;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| label_set::read(bytes));
