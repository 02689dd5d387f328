//! Output for videos: their duration and the time of the best frame.

use lumisift::engine::media::photo::Photo;
use serde_json::{Value, json};

/// Adds the duration of a video and the time of its best frame to the description of a photo.
pub fn describe(photo: &Photo, best_frame: Option<usize>, value: &mut Value) {
    let Some(video) = &photo.facts.video else {
        return;
    };
    let seconds = |ms: u64| json!(ms as f64 / 1000.0);
    let time = best_frame.and_then(|frame| video.frames_ms.get(frame));
    value["duration_seconds"] = seconds(video.duration_ms);
    value["frame_seconds"] = time.map_or(Value::Null, |time| seconds(*time));
}
