//! Measures the speed of this machine with a model, and estimates the speed of a model from its size.

use std::time::Instant;

use super::Model;
use crate::engine::cancel::Cancel;
use crate::engine::media::preprocess::Crop;

/// Number of timed inferences.
const TRIALS: usize = 2;
/// Limits in GFLOP per photo below which a model counts as fast or medium compared with others.
const RELATIVE: (f32, f32) = (12.0, 60.0);

/// Speed of a model relative to others, without a measurement.
#[must_use]
pub fn relative_word(gflop: f32) -> &'static str {
    match gflop {
        _ if gflop <= RELATIVE.0 => "fast",
        _ if gflop <= RELATIVE.1 => "medium",
        _ => "slow",
    }
}

/// Estimated time in seconds to embed `photos` photos.
#[must_use]
pub fn seconds_for(photos: usize, rate: f32, gflop: f32) -> f64 {
    photos as f64 * f64::from(gflop) / f64::from(rate.max(1e-3))
}

/// Throughput of this machine with a model in GFLOP/s: the best of a few runs on a grey image.
#[must_use]
pub fn measure(model: &dyn Model, cancel: &Cancel) -> Option<f32> {
    let info = model.info();
    let side = info.preprocess.side;
    let grey = Crop {
        side,
        rgb: vec![128; 3 * (side * side) as usize],
    };
    let trial = |_| {
        let start = Instant::now();
        model
            .embed_images(std::slice::from_ref(&grey), cancel)
            .ok()?;
        Some(info.gflop_per_image as f32 / start.elapsed().as_secs_f32().max(1e-6))
    };
    (0..TRIALS).filter_map(trial).max_by(f32::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_estimated_from_model_size() {
        let words = [1.7, 8.8, 35.0, 162.0].map(relative_word);
        assert_eq!(words, ["fast", "fast", "medium", "slow"]);
    }
}
