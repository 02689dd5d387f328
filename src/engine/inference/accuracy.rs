//! Decides whether a model may run in eight bits: its vectors of the bundled photos must agree with those in full precision.

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

/// Least cosine between the vectors of a photo in both forms.
const LOWEST: f32 = 0.998;
/// Largest note of what was found.
const MAX_RECORD: u64 = 64 << 10;
/// Least cosine on average.
const MEAN: f32 = 0.9995;

/// How near vectors in eight bits are to those in full precision.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// The lowest cosine of a photo.
    pub lowest: f32,
    /// The mean over all photos.
    pub mean: f32,
    /// How many photos.
    pub photos: usize,
}

impl Accuracy {
    /// Whether that is near enough to be the default.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.lowest >= LOWEST && self.mean >= MEAN
    }

    /// Compares the two forms of a model over the photos that come with the program.
    ///
    /// # Errors
    /// If one of them fails.
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

    /// What was found for a model earlier.
    #[must_use]
    pub fn known(folder: &Path, model: &Fingerprint) -> Option<Self> {
        serde_json::from_slice(&read_regular(&record(folder, model), MAX_RECORD).ok()?).ok()
    }

    /// Keeps what was found.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, folder: &Path, model: &Fingerprint) -> std::io::Result<()> {
        atomic_write(&record(folder, model), &serde_json::to_vec(self)?)
    }
}

/// Which way of rounding was measured: 2, since the first layer of a tower is in sixteen bits.
const ROUNDING: u32 = 2;

/// The units differ in what they round, and versions of the program may.
fn record(folder: &Path, model: &Fingerprint) -> PathBuf {
    let isa = IntegerIsa::detect().name().replace(' ', "-");
    let version = env!("CARGO_PKG_VERSION");
    folder.join(format!("{model}-{isa}-{version}-{ROUNDING}.json"))
}

/// The photos that come with the program, as a model reads them.
pub(super) fn sample_crops(spec: &Preprocess) -> Vec<Crop> {
    let mut resampler = Resampler::default();
    let photos = samples::PHOTOS.iter();
    let crop = |(_, bytes): &(&str, &[u8])| {
        let decoded = decode::decode(bytes, 2 * spec.side, &Cancel::default()).ok()?;
        resampler.crop(&decoded.pixels, spec).ok()
    };
    photos.filter_map(crop).collect()
}
