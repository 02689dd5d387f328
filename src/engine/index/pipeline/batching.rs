//! Batch size tuning.
//!
//! On a GPU the best batch size depends on the hardware, its memory and the model. It is found at run time: doubled
//! while throughput improves, halved when memory runs out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::cancel::Cancel;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::preprocess::Crop;

/// Minimum speed-up for which doubling the batch size is worth its memory.
const GAIN: f64 = 1.05;
/// Number of full batches per measurement, after a first one that may allocate buffers.
const MEASURED: u32 = 3;

/// Tunes the batch size while encoding.
#[derive(Debug)]
pub struct BatchSizer {
    size: usize,
    most: usize,
    /// Number of photos and total time of the measured batches of this size.
    photos: usize,
    time: Duration,
    batches: u32,
    /// Throughput at half this size, in photos per second.
    before: f64,
    settled: bool,
}

impl BatchSizer {
    /// Starts with batches of `first` photos and never exceeds `most`.
    pub fn new((first, most): (usize, usize)) -> Self {
        Self {
            size: first.max(1),
            most: most.max(1),
            photos: 0,
            time: Duration::ZERO,
            batches: 0,
            before: 0.0,
            settled: first >= most,
        }
    }

    /// Size of the next batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Records the duration of a batch.
    fn encoded(&mut self, photos: usize, time: Duration) {
        if self.settled || photos < self.size {
            return;
        }
        self.batches += 1;
        // The first batch of a size is a warm-up.
        if self.batches > 1 {
            self.photos += photos;
            self.time += time;
        }
        if self.batches > MEASURED {
            let rate = self.photos as f64 / self.time.as_secs_f64().max(1e-9);
            if rate < self.before * GAIN {
                self.size = (self.size / 2).max(1);
                self.settled = true;
            } else if 2 * self.size > self.most {
                self.settled = true;
            } else {
                self.size *= 2;
            }
            self.before = rate;
            (self.photos, self.time, self.batches) = (0, Duration::ZERO, 0);
        }
    }

    /// Embeds crops, in smaller batches if the device runs out of memory.
    pub fn embed(
        &mut self,
        model: &dyn Model,
        pictures: &[Crop],
        cancel: &Cancel,
    ) -> Result<Embeddings, ModelError> {
        let dim = model.info().dim;
        let mut values = Vec::with_capacity(pictures.len() * dim);
        let mut left = pictures;
        while !left.is_empty() {
            let (now, later) = left.split_at(self.size.min(left.len()));
            let since = Instant::now();
            let vectors = catch_unwind(AssertUnwindSafe(|| model.embed_images(now, cancel)));
            match vectors.unwrap_or(Err(ModelError::Panicked)) {
                Ok(vectors) => {
                    self.encoded(now.len(), since.elapsed());
                    values.extend(vectors.values);
                    left = later;
                }
                Err(ModelError::OutOfMemory(_)) if self.out_of_memory(now.len()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Embeddings { dim, values })
    }

    /// Embeds pictures of several crops each. If the whole batch fails, each picture is tried separately.
    pub fn embed_each(
        &mut self,
        model: &dyn Model,
        pictures: &[Vec<Crop>],
        cancel: &Cancel,
    ) -> Vec<Result<Embeddings, Arc<ModelError>>> {
        let all = pictures.concat();
        let vectors = match self.embed(model, &all, cancel) {
            Ok(vectors) => vectors,
            Err(error) if pictures.len() == 1 || cancel.is_cancelled() => {
                let error = Arc::new(error);
                return pictures.iter().map(|_| Err(error.clone())).collect();
            }
            Err(_) => {
                let alone = pictures.chunks(1);
                return alone
                    .flat_map(|one| self.embed_each(model, one, cancel))
                    .collect();
            }
        };
        let mut left = vectors.values.as_slice();
        let own = |crops: &Vec<Crop>| {
            let (own, others) = left.split_at((crops.len() * vectors.dim).min(left.len()));
            left = others;
            Ok(Embeddings {
                dim: vectors.dim,
                values: own.to_vec(),
            })
        };
        pictures.iter().map(own).collect()
    }

    /// Records that a batch exceeded the memory. Returns whether a smaller one is possible.
    fn out_of_memory(&mut self, photos: usize) -> bool {
        self.settled = true;
        self.size = (photos.min(self.size) / 2).max(1);
        photos > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodes until the size has settled; `rate` maps batch size to photos per second.
    fn settle(batching: &mut BatchSizer, rate: impl Fn(usize) -> f64) -> usize {
        for _ in 0..100 {
            let size = batching.size();
            let time = Duration::from_secs_f64(size as f64 / rate(size));
            batching.encoded(size, time);
        }
        batching.size()
    }

    #[test]
    fn batches_grow_while_that_makes_them_faster() {
        let rising = |size: usize| size as f64 / (10.0 + size as f64) * 1000.0;
        assert_eq!(settle(&mut BatchSizer::new((16, 256)), rising), 128);
        assert_eq!(
            settle(&mut BatchSizer::new((16, 256)), |size| size as f64),
            256
        );
        assert_eq!(settle(&mut BatchSizer::new((16, 256)), |_| 100.0), 16);
        assert_eq!(settle(&mut BatchSizer::new((8, 8)), |size| size as f64), 8);
    }

    #[test]
    fn a_device_that_is_full_gets_less() {
        let mut batching = BatchSizer::new((16, 256));
        assert!(batching.out_of_memory(16));
        assert_eq!(settle(&mut batching, |size| size as f64), 8);
        assert!(!batching.out_of_memory(1));
        let full = candle_core::Error::Msg("CUDA_ERROR_OUT_OF_MEMORY".into());
        assert!(matches!(full.into(), ModelError::OutOfMemory(_)));
    }
}
