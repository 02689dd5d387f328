//! Dual encoders that embed images and texts in a shared space, behind the trait [`Model`].
//!
//! A model is the embedded starter or a folder in Hugging Face's layout, whose `config.json` names the family. Each
//! family has its own file; shared code is in `transformer`, `patches` and `tokenizer`.

mod accuracy;
pub(crate) mod checkpoint;
mod config;
pub mod cpu;
pub mod device;
mod device_selection;
mod error;
mod families;
#[cfg(feature = "gpu")]
pub mod gpu;
mod info;
mod invalid;
pub mod layers;
mod load;
mod patches;
pub mod speed;
mod tokenizer;
mod vectors;
mod weights;

use crate::engine::cancel::Cancel;
use crate::engine::media::preprocess::Crop;
use vectors::{TextBatching, computed, embed_sequences, encode_all, normalised};

#[cfg(all(feature = "gpu", feature = "starter"))]
pub use crate::engine::inference::families::starter_model::load_starter_tower;
#[cfg(feature = "starter")]
pub use crate::engine::inference::families::starter_model::{
    STARTER_NAME, StarterModel, load_starter,
};
pub use accuracy::Accuracy;
#[cfg(feature = "gpu")]
pub use checkpoint::load_folder_tower;
pub use checkpoint::{FolderModel, folder_fingerprint, load_folder, load_folder_in};
pub use config::ConfigError;
pub use device_selection::place;
pub use error::ModelError;
pub use info::{Fingerprint, ModelInfo};
pub use invalid::InvalidModelFile;
pub use load::{LoadOptions, ModelChoice, Precision, load};
pub use tokenizer::TokenizerError;
pub use vectors::Embeddings;

/// A dual encoder: embeds images and texts in a shared vector space.
pub trait Model: Send + Sync {
    /// Metadata of the model.
    fn info(&self) -> &ModelInfo;

    /// Embeds images.
    ///
    /// # Errors
    /// Returns [`ModelError::Cancelled`] if `cancel` was raised meanwhile, or another error if inference fails.
    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError>;

    /// Embeds texts as given; prompt templates are applied by the caller.
    ///
    /// # Errors
    /// Returns an error if tokenisation or inference fails.
    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError>;

    /// Number of threads that should call [`Self::embed_images`] concurrently to keep the device busy.
    fn callers(&self) -> usize {
        1
    }

    /// Whether the model was trained on English texts only.
    fn is_english_only(&self) -> bool {
        true
    }
}
