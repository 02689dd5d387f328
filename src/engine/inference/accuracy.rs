//! Checks the accuracy of int8 inference by comparing its embeddings of the bundled photos with those in f32.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Fingerprint, Model, ModelError};
use crate::engine::cancel::Cancel;
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::regular::read_regular;
use crate::engine::inference::cpu::IntegerIsa;
use crate::engine::media::decode;
use crate::engine::media::preprocess::{Crop, Preprocess, Resampler};
use crate::engine::media::samples;

/// Lowest acceptable cosine similarity for a single photo.
const LOWEST: f32 = 0.998;
/// Size limit of a stored result, in bytes.
const MAX_RECORD: u64 = 64 << 10;
/// Lowest acceptable mean cosine similarity.
const MEAN: f32 = 0.9995;

/// Cosine similarity between the int8 and f32 embeddings of the same photos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Minimum over all photos.
    pub lowest: f32,
    /// Mean over all photos.
    pub mean: f32,
    /// Number of photos compared.
    pub photos: usize,
}

impl Accuracy {
    /// Whether int8 is accurate enough to be the default.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.lowest >= LOWEST && self.mean >= MEAN
    }

    /// Embeds the bundled photos with the f32 model and the int8 model and compares the results.
    ///
    /// # Errors
    /// Returns an error if either model fails.
    pub fn measure(full: &dyn Model, short: &dyn Model) -> Result<Self, ModelError> {
        let crops = sample_crops(&full.info().preprocess);
        let here = full.embed_images(&crops, &Cancel::default())?;
        let there = short.embed_images(&crops, &Cancel::default())?;
        let cosines: Vec<f32> = (here.rows().zip(there.rows()))
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).sum())
            .collect();
        Ok(Self {
            lowest: cosines.iter().copied().fold(1.0, f32::min),
            mean: cosines.iter().sum::<f32>() / cosines.len().max(1) as f32,
            photos: cosines.len(),
        })
    }

    /// The stored result for a model, if there is a readable one.
    #[must_use]
    pub fn known(folder: &Path, model: &Fingerprint) -> Option<Self> {
        serde_json::from_slice(&read_regular(&record(folder, model), MAX_RECORD).ok()?).ok()
    }

    /// Stores the result for a model.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn keep(&self, folder: &Path, model: &Fingerprint) -> std::io::Result<()> {
        atomic_write(&record(folder, model), &serde_json::to_vec(self)?)
    }
}

/// Version of the quantisation scheme. It is 2 since the first layer of a tower uses 16-bit weights.
const ROUNDING: u32 = 2;

/// The key includes the instruction set and the program version because rounding can differ between them.
fn record(folder: &Path, model: &Fingerprint) -> PathBuf {
    let isa = IntegerIsa::detect().name().replace(' ', "-");
    let version = env!("CARGO_PKG_VERSION");
    folder.join(format!("{model}-{isa}-{version}-{ROUNDING}.json"))
}

/// The bundled photos, preprocessed for a model.
pub(super) fn sample_crops(spec: &Preprocess) -> Vec<Crop> {
    let mut resampler = Resampler::default();
    let photos = samples::PHOTOS.iter();
    let crop = |(_, bytes): &(&str, &[u8])| {
        let decoded = decode::decode(bytes, 2 * spec.side, &Cancel::default()).ok()?;
        resampler.crop(&decoded.pixels, spec).ok()
    };
    photos.filter_map(crop).collect()
}
