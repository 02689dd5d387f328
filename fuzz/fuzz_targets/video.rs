#![no_main]

#[path = "../setup.rs"]
mod setup;
#[path = "../readers/video.rs"]
mod video;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    setup::once();
    video::read(bytes);
});
