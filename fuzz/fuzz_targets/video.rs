#![no_main]

#[path = "../readers/video.rs"]
mod video;
#[path = "../setup.rs"]
mod setup;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    setup::once();
    video::read(bytes);
});
