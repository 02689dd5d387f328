//! Output for videos: duration and time of the best frame.

use lumisift::engine::media::photo::Photo;
use serde_json::{Value, json};

/// Adds a video's duration and the time of its best frame to the JSON of a photo.
pub fn describe(photo: &Photo, best_frame: Option<usize>, value: &mut Value) {
    let Some(video) = &photo.facts.video else {
        return;
    };
    let time = best_frame.and_then(|frame| video.frames_ms.get(frame).copied());
    value["duration_seconds"] = seconds(video.duration());
    value["frame_seconds"] = seconds(time);
}

/// Milliseconds as seconds; null if unknown.
fn seconds(ms: Option<u64>) -> Value {
    ms.map_or(Value::Null, |ms| json!(ms as f64 / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_times_are_null() {
        assert_eq!(seconds(Some(1500)), json!(1.5));
        assert_eq!(seconds(None), Value::Null);
    }
}
