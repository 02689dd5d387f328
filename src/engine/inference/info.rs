//! Facts about models.

use std::fmt;

use super::accuracy::Accuracy;
use crate::engine::inference::device::{Device, DeviceFacts};
use crate::engine::media::preprocess::Preprocess;

/// What identifies a model: a hash over its weights, configuration and tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// All of it, as text.
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

/// Facts about a loaded model.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// What a person calls it.
    pub name: String,
    /// What the store calls it.
    pub fingerprint: Fingerprint,
    /// Width of its vectors.
    pub dim: usize,
    /// The factor s between cosine and logit.
    pub logit_scale: f32,
    /// The bias b of a model whose own score is `sigmoid(s v.t + b)`.
    pub sigmoid_bias: Option<f32>,
    /// What a label's logit is raised by before it is weighed against the background; 0 unless the model was
    /// calibrated so.
    pub match_bias: f32,
    /// How pictures are prepared for it.
    pub preprocess: Preprocess,
    /// Arithmetic of its image tower, in 10^9 floating-point operations a picture.
    pub gflop_per_image: f64,
    /// Where it runs.
    pub device: DeviceFacts,
    /// How near its vectors are to those of full precision, if it runs in eight bits.
    pub int8: Option<Accuracy>,
}

impl ModelInfo {
    /// A model of no account, for tests.
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

    /// Where it runs and in which numbers, in a word or two.
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

    /// Why it runs on another device than `before`, the name of the one that it began on; nothing if it does not.
    #[must_use]
    pub fn fallback_from(&self, before: &str) -> Option<String> {
        let DeviceFacts { name, reason, .. } = &self.device;
        let reason = reason.as_deref().unwrap_or("the device failed");
        (name != before).then(|| format!("{reason}. Photos are read on the {name} from here on"))
    }

    /// Whether its image tower runs on the CPU.
    #[must_use]
    pub fn is_on_cpu(&self) -> bool {
        self.device.name == Device::cpu().facts().name
    }

    /// Pictures encoded at once, at first and at most.
    ///
    /// On the CPU, as many as keep one layer's time well under the time in which a job must stop, and at
    /// most 16, from where a larger batch gains nothing. On a GPU the best number is found while it works.
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
