//! Any bytes are a video whose frames are decoded, or are refused, within limits of time and memory.

use std::io::Write;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::video::{MAX_FRAMES, Video, VideoError};

pub fn read(bytes: &[u8]) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else {
        return;
    };
    if file.write_all(bytes).is_err() {
        return;
    }
    let cancel = Cancel::default();
    let Ok(video) = Video::open(file.path(), &cancel) else {
        return;
    };
    let (mut count, mut last) = (0, None);
    let _ = video.frames(64, &cancel, |frame| {
        let pixels = frame.pixels;
        assert_eq!(
            pixels.rgb.len(),
            pixels.width as usize * pixels.height as usize * 3
        );
        assert!(last.is_none_or(|last| frame.time_ms > last));
        last = Some(frame.time_ms);
        count += 1;
        Ok::<(), VideoError>(())
    });
    assert!(count <= MAX_FRAMES);
}
