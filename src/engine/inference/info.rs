//! Metadata of a loaded model.

use std::fmt;

use super::accuracy::Accuracy;
use crate::engine::inference::device::{Device, DeviceFacts};
use crate::engine::media::preprocess::Preprocess;

/// Identity of a model: a hash of its weights, configuration and tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The full hash in hexadecimal.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..8]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Metadata of a loaded model.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// Display name.
    pub name: String,
    /// Key of the model in the store.
    pub fingerprint: Fingerprint,
    /// Embedding dimension.
    pub dim: usize,
    /// Scale factor `s` from cosine similarity to logit.
    pub logit_scale: f32,
    /// Bias `b` of a model that scores with `sigmoid(s v.t + b)`.
    pub sigmoid_bias: Option<f32>,
    /// Added to a label's logit before comparison with the background; 0 unless the model was calibrated.
    pub match_bias: f32,
    /// Image preprocessing.
    pub preprocess: Preprocess,
    /// Cost of the image tower in GFLOP per image.
    pub gflop_per_image: f64,
    /// The device it runs on.
    pub device: DeviceFacts,
    /// Accuracy of the int8 embeddings, if the image tower runs in int8.
    pub int8: Option<Accuracy>,
}

impl ModelInfo {
    /// A placeholder model for tests.
    #[cfg(test)]
    pub(crate) fn of_tests(dim: usize) -> Self {
        use crate::engine::media::preprocess::{FitMode, ResampleFilter};
        Self {
            name: "clip".into(),
            fingerprint: Fingerprint([1; 32]),
            dim,
            logit_scale: 1.0,
            sigmoid_bias: None,
            match_bias: 0.0,
            preprocess: Preprocess {
                side: 4,
                fit: FitMode::Stretch,
                filter: ResampleFilter::Bicubic,
                mean: [0.0; 3],
                std: [1.0; 3],
            },
            gflop_per_image: 1.0,
            device: Device::cpu().facts().clone(),
            int8: None,
        }
    }

    /// Short display text for device and precision.
    #[must_use]
    pub fn runs_on(&self) -> String {
        let name = &self.device.name;
        match (self.int8, self.device.photos_per_second) {
            (_, Some(1)) => format!("{name}, 1 photo/s"),
            (_, Some(rate)) => format!("{name}, {rate} photos/s"),
            (Some(_), None) => format!("{name} int8"),
            (None, None) => name.clone(),
        }
    }

    /// Why the model moved from the device named `before` to another one; `None` if it did not.
    #[must_use]
    pub fn fallback_from(&self, before: &str) -> Option<String> {
        let DeviceFacts { name, reason, .. } = &self.device;
        let reason = reason.as_deref().unwrap_or("the device failed");
        (name != before).then(|| format!("Photos are read on the {name} from here on: {reason}"))
    }

    /// Whether the image tower runs on the CPU.
    #[must_use]
    pub fn is_on_cpu(&self) -> bool {
        self.device.name == Device::cpu().facts().name
    }

    /// Initial and maximum batch size of the image tower.
    ///
    /// On the CPU, the batch is small enough that a single layer takes far less than the permitted cancellation
    /// delay, and at most 16, beyond which throughput does not improve. On a GPU the best size is tuned at run time.
    #[must_use]
    pub fn batch_sizes(&self) -> (usize, usize) {
        if self.is_on_cpu() {
            let fixed = ((150.0 / self.gflop_per_image.max(0.1)) as usize).clamp(1, 16);
            (fixed, fixed)
        } else {
            (16, 256)
        }
    }
}
