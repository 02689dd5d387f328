#![no_main]

#[path = "../readers/query.rs"]
mod query;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| query::read(bytes));
