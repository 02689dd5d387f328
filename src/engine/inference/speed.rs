//! Describes a model's speed in words, from a measurement on this machine or from its size.

use std::time::Instant;

use super::Model;
use crate::engine::cancel::Cancel;
use crate::engine::media::preprocess::Crop;
use crate::engine::plural::counted_thousands;

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

/// Speed of a model that costs `gflop` GFLOP per photo, as a word and a number. `rate` is the result of [`measure`]
/// in GFLOP/s.
#[must_use]
pub fn speed_text(rate: f32, gflop: f32) -> String {
    let photos = rate / gflop.max(1e-3);
    let word = match photos {
        15.0.. => "fast",
        3.0.. => "medium",
        _ => "slow",
    };
    let seconds = (1.0 / photos.max(1e-3)).round();
    match photos {
        1.5.. => format!("{word} here: about {photos:.0} photos a second"),
        _ if seconds <= 1.0 => format!("{word} here: about 1 second a photo"),
        _ => format!("{word} here: about {seconds} seconds a photo"),
    }
}

/// Estimated time in seconds to embed `photos` photos.
#[must_use]
pub fn seconds_for(photos: usize, rate: f32, gflop: f32) -> f64 {
    photos as f64 * f64::from(gflop) / f64::from(rate.max(1e-3))
}

/// "about 12 min for your 9,804 photos".
#[must_use]
pub fn time_text(photos: usize, rate: f32, gflop: f32) -> String {
    let minutes = seconds_for(photos, rate, gflop) / 60.0;
    let time = match minutes {
        ..1.0 => "less than a minute".to_owned(),
        1.0..90.0 => format!("about {minutes:.0} min"),
        ..2880.0 => format!("about {:.0} h", minutes / 60.0),
        _ => format!("about {:.0} days", minutes / 1440.0),
    };
    let photos = counted_thousands(photos, "photo", "photos");
    format!("{time} for your {photos}")
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
    fn speeds_are_words_with_what_they_mean() {
        assert_eq!(
            speed_text(400.0, 8.0),
            "fast here: about 50 photos a second"
        );
        assert_eq!(
            speed_text(400.0, 100.0),
            "medium here: about 4 photos a second"
        );
        assert_eq!(
            speed_text(100.0, 100.0),
            "slow here: about 1 second a photo"
        );
        assert_eq!(
            speed_text(50.0, 160.0),
            "slow here: about 3 seconds a photo"
        );
    }

    #[test]
    fn times_are_of_all_photos() {
        assert_eq!(
            time_text(9_804, 400.0, 35.0),
            "about 14 min for your 9,804 photos"
        );
        assert_eq!(
            time_text(1, 400.0, 35.0),
            "less than a minute for your 1 photo"
        );
        assert_eq!(
            time_text(100_000, 400.0, 162.0),
            "about 11 h for your 100,000 photos"
        );
        assert_eq!(
            time_text(1_000_000, 400.0, 162.0),
            "about 5 days for your 1,000,000 photos"
        );
    }

    #[test]
    fn what_was_not_measured_is_told_by_size() {
        let words = [1.7, 8.8, 35.0, 162.0].map(relative_word);
        assert_eq!(words, ["fast", "fast", "medium", "slow"]);
    }
}
