#![no_main]

#[path = "../readers/containers.rs"]
mod containers;
#[path = "../setup.rs"]
mod setup;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    setup::once();
    containers::read(bytes);
});
