#![no_main]

#[path = "../readers/decode.rs"]
mod decode;
#[path = "../setup.rs"]
mod setup;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    setup::once();
    decode::read(bytes);
});
