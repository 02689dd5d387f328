//! The batch size of a model.
//!
//! On a GPU the best size depends on the card, its memory and the model. It is found while photos are read: doubled while
//! throughput rises, halved when memory runs out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::cancel::Cancel;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::preprocess::Crop;

/// How much faster a doubled batch must be to be worth its memory.
const GAIN: f64 = 1.05;
/// Full batches over which a rate is measured; the first of a size may pay for buffers.
const MEASURED: u32 = 3;

/// Finds the number while batches are encoded.
#[derive(Debug)]
pub struct BatchSizer {
    size: usize,
    most: usize,
    /// Photos and time of full batches of this size.
    photos: usize,
    time: Duration,
    batches: u32,
    /// The rate at half this size, in photos a second.
    before: f64,
    settled: bool,
}

impl BatchSizer {
    /// Begins with `first` photos; never takes more than `most`.
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

    /// Photos of the next batch.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A batch was encoded in this time.
    fn encoded(&mut self, photos: usize, time: Duration) {
        if self.settled || photos < self.size {
            return;
        }
        self.batches += 1;
        // The first of a size is not measured.
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

    /// Vectors of pictures, in smaller batches where the device has no memory for all at once.
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
            match vectors.unwrap_or(Err(ModelError::GaveUp)) {
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

    /// The vectors of pictures that have some crops each; where the model fails over all of them, each is tried alone.
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

    /// A batch of so many was too many. Returns whether a smaller one is possible.
    fn out_of_memory(&mut self, photos: usize) -> bool {
        self.settled = true;
        self.size = (photos.min(self.size) / 2).max(1);
        photos > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodes until the size no longer changes; `rate` is in photos a second by size.
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
