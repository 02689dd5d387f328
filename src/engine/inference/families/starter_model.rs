//! The starter model with its tokenizer, as a [`Model`].

use std::path::PathBuf;
#[cfg(feature = "gpu")]
use std::sync::Arc;

use candle_core::Device;

use super::starter::Starter;
#[cfg(feature = "gpu")]
use super::starter::StarterVision;
use crate::engine::cancel::Cancel;
use crate::engine::inference::device;
#[cfg(feature = "gpu")]
use crate::engine::inference::gpu::{Context, ConvolutionTower, GpuImageTower};
use crate::engine::inference::tokenizer::{TextRules, Tokenizer};
use crate::engine::inference::{
    Embeddings, Fingerprint, InvalidModelFile, Model, ModelError, ModelInfo, TextBatching,
    computed, embed_sequences, normalised,
};
use crate::engine::media::preprocess::Crop;

/// Display name of the embedded model.
pub const STARTER_NAME: &str = "starter";

static WEIGHTS: &[u8] = include_bytes!("../../../../assets/starter/starter.gguf");
static TOKENIZER: &[u8] = include_bytes!("../../../../assets/starter/tokenizer.json");

/// The embedded model, loaded.
pub struct StarterModel {
    info: ModelInfo,
    towers: Starter,
    tokenizer: Tokenizer,
}

/// Loads the embedded model.
///
/// # Errors
/// Returns an error if the embedded data is damaged.
pub fn load_starter() -> Result<StarterModel, ModelError> {
    let towers = Starter::load(WEIGHTS, &Device::Cpu)?;
    let rules = TextRules {
        max_tokens: towers.max_tokens,
        vocabulary: 30_522,
        end: None,
        pad: None,
        lowercase: false,
    };
    let tokenizer = Tokenizer::new(TOKENIZER, rules).map_err(|error| ModelError::Invalid {
        path: PathBuf::from("the starter's tokenizer"),
        reason: InvalidModelFile::StarterTokenizer(error),
    })?;
    let hash = blake3::Hasher::new()
        .update_rayon(WEIGHTS)
        .update(TOKENIZER)
        .finalize();
    let info = ModelInfo {
        name: STARTER_NAME.into(),
        fingerprint: Fingerprint(*hash.as_bytes()),
        dim: towers.dim,
        logit_scale: towers.logit_scale,
        sigmoid_bias: None,
        match_bias: towers.match_bias,
        preprocess: towers.preprocess,
        gflop_per_image: 1.74,
        // The model is small, and its convolutions are optimised for the CPU.
        device: device::Device::cpu_because("the starter model needs no GPU")
            .facts()
            .clone(),
        int8: None,
    };
    Ok(StarterModel {
        info,
        towers,
        tokenizer,
    })
}

/// Loads the image tower of the embedded model onto a GPU.
///
/// # Errors
/// Returns an error if the embedded data is damaged, or the GPU fails.
#[cfg(feature = "gpu")]
pub fn load_starter_tower(context: &Arc<Context>) -> Result<GpuImageTower, ModelError> {
    let tower = ConvolutionTower::load(context, &StarterVision::read(WEIGHTS)?)?;
    context.check()?;
    Ok(GpuImageTower::new(context.clone(), Box::new(tower)))
}

impl StarterModel {
    /// Pooled features of the image tower before the projection, 1,280 per image.
    ///
    /// # Errors
    /// Returns an error if a crop has the wrong size.
    pub fn image_features(&self, crops: &[Crop]) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(self
            .towers
            .image_features(crops, &Cancel::default())?
            .to_vec2()?)
    }
}

impl Model for StarterModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        if crops.is_empty() {
            return Ok(Embeddings {
                dim: self.info.dim,
                values: Vec::new(),
            });
        }
        normalised(&computed(self.towers.embed_images(crops, cancel), cancel)?)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        let sequences = crate::engine::inference::encode_all(&self.tokenizer, texts)?;
        embed_sequences(
            &sequences,
            self.info.dim,
            TextBatching::AnyLength,
            |tokens| self.towers.embed_tokens(tokens),
        )
    }
}
