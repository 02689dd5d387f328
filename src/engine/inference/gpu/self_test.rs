//! Compares a GPU with the CPU on the bundled photos: agreement of the embeddings, and speed.

use std::time::{Duration, Instant};

use super::executor::GpuImageTower;
use super::findings::AccuracyFinding;
use crate::engine::cancel::Cancel;
use crate::engine::inference::accuracy::sample_crops;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::decode;
use crate::engine::media::preprocess::Crop;
use crate::engine::media::samples;

/// Total time budget for timing the GPU.
const TIMED: Duration = Duration::from_millis(200);
/// Batch sizes to time, each with the divisor for its share of the time budget.
const BATCHES: [(usize, u32); 3] = [(1, 4), (4, 4), (16, 2)];
/// Maximum cost of the comparison on the CPU in GFLOP, equivalent to a few seconds.
const CPU_GFLOP: f64 = 400.0;
/// Number of photos for a software renderer.
const FEW: usize = 2;
/// Pixels of a typical photo, for which the decoding rate is calculated: the bundled photos are much smaller.
const PHOTO_PIXELS: f64 = 12e6;
/// Minimum short side at which the bundled photos are decoded for timing. Most of them are then decoded at a quarter
/// scale, as a photo of 12 megapixels is.
const TIMED_SIDE: u32 = 100;

/// Number of photos to compare: all, unless the model is too slow on the CPU.
fn photos(gflop_per_image: f64, software: bool, all: usize) -> usize {
    if software {
        return FEW.min(all);
    }
    ((CPU_GFLOP / gflop_per_image.max(0.1)) as usize)
        .clamp(4, 14)
        .min(all)
}

/// Lowest cosine similarity between embeddings of the same images.
fn lowest_cosine(a: &Embeddings, b: &Embeddings) -> f32 {
    if a.len() != b.len() || a.is_empty() {
        return f32::NAN;
    }
    let cosines = a.rows().zip(b.rows());
    let cosines = cosines.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>());
    // `f32::min` would ignore NaN.
    cosines.fold(1.0, |lowest: f32, cosine| {
        if lowest.is_nan() || cosine >= lowest {
            lowest
        } else {
            cosine
        }
    })
}

/// Compares embeddings and measures throughput of CPU and GPU.
///
/// # Errors
/// Returns an error if either fails.
pub fn measure(
    cpu: &dyn Model,
    tower: &GpuImageTower,
    software: bool,
) -> Result<AccuracyFinding, ModelError> {
    let info = cpu.info();
    let mut crops = sample_crops(&info.preprocess);
    let decoding = measure_decoding();
    crops.truncate(photos(info.gflop_per_image, software, crops.len()));
    let began = Instant::now();
    let expected = cpu.embed_images(&crops, &Cancel::default())?;
    let cpu_rate = rate(crops.len(), began.elapsed());
    // Also compiles the kernels.
    let found = tower.embed(&crops, &Cancel::default())?;
    let cosine = lowest_cosine(&found, &expected);
    let mut batches = Vec::new();
    if software {
        batches.push((crops.len(), timed(tower, &crops, Duration::ZERO)?));
    } else {
        for (count, part) in BATCHES {
            let batch: Vec<Crop> = crops.iter().cycle().take(count).cloned().collect();
            // Warm-up: creates the plan for this batch size.
            tower.embed(&batch, &Cancel::default())?;
            batches.push((count, timed(tower, &batch, TIMED / part)?));
        }
    }
    let card = batches.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    Ok(AccuracyFinding {
        adapter: tower.context().name().into(),
        model: info.name.clone(),
        cosine,
        photos: crops.len(),
        card,
        batches,
        cpu: cpu_rate,
        decoding,
    })
}

/// Typical photos decoded per second by all threads, from timing one thread.
fn measure_decoding() -> f64 {
    let began = Instant::now();
    let photos = samples::PHOTOS.iter();
    let decode = |(_, bytes): &(&str, &[u8])| {
        let photo = decode::decode(bytes, TIMED_SIDE, &Cancel::default()).ok()?;
        Some(f64::from(photo.width) * f64::from(photo.height))
    };
    let pixels: f64 = photos.filter_map(decode).sum();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    decoding_rate(pixels, began.elapsed(), threads)
}

/// Typical photos decoded per second by `threads` threads if one thread takes `time` for `pixels` pixels of the files.
fn decoding_rate(pixels: f64, time: Duration, threads: usize) -> f64 {
    let seconds = time.as_secs_f64().max(1e-6);
    threads as f64 * pixels / seconds / PHOTO_PIXELS
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-6)
}

/// Throughput in images per second, measured for at least `least` and one batch.
fn timed(tower: &GpuImageTower, batch: &[Crop], least: Duration) -> Result<f64, ModelError> {
    let began = Instant::now();
    let mut done = 0;
    loop {
        tower.embed(batch, &Cancel::default())?;
        done += batch.len();
        if began.elapsed() >= least {
            return Ok(rate(done, began.elapsed()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_vector_is_enough() {
        let vectors = |values: &[f32]| Embeddings {
            dim: 2,
            values: values.to_vec(),
        };
        let right = vectors(&[1.0, 0.0, 0.0, 1.0]);
        assert!(lowest_cosine(&right, &right) >= 1.0);
        let wrong = lowest_cosine(&right, &vectors(&[1.0, 0.0, 1.0, 0.0]));
        assert!(wrong < 0.1);
        for nan in [&[f32::NAN, 0.0, 0.0, 1.0], &[1.0, 0.0, f32::NAN, 1.0]] {
            assert!(lowest_cosine(&vectors(nan), &right).is_nan());
        }
        assert!(lowest_cosine(&right, &vectors(&[1.0, 0.0])).is_nan());
    }

    #[test]
    fn decoding_is_calculated_for_photos_of_12_megapixels() {
        // 18 ms for a photo on one thread.
        let time = Duration::from_micros(5_100);
        let one = decoding_rate(3.4e6, time, 1);
        assert!((one - 1.0 / 0.018).abs() < 0.01, "{one}");
        let eight = decoding_rate(3.4e6, time, 8);
        assert!((eight - 8.0 * one).abs() < 0.01, "{eight}");
        let measured = measure_decoding();
        assert!(measured.is_finite() && measured > 0.0, "{measured}");
    }

    #[test]
    fn large_models_are_compared_over_fewer_photos() {
        assert_eq!(photos(1.7, false, 14), 14);
        assert_eq!(photos(35.0, false, 14), 11);
        assert_eq!(photos(162.0, false, 14), 4);
        assert_eq!(photos(1.7, true, 14), 2);
    }
}
