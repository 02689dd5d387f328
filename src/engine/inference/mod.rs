//! Models that map pictures and texts into one space, behind one trait.
//!
//! A model is the compiled-in starter or a folder in Hugging Face's layout; `config.json` says of which
//! family. One file per family; what they share is in `transformer`, `patches` and `tokenizer`.

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

/// A model: pictures and texts to vectors of one space.
pub trait Model: Send + Sync {
    /// Facts about it.
    fn info(&self) -> &ModelInfo;

    /// Vectors of pictures.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] if `cancel` was raised on the way, otherwise what went wrong.
    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError>;

    /// Vectors of texts, each as it stands: templates are the caller's.
    ///
    /// # Errors
    /// What went wrong.
    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError>;

    /// How many threads are to ask for vectors of pictures at a time, so that the device is never without work.
    fn callers(&self) -> usize {
        1
    }

    /// Whether it was trained on English texts alone.
    fn is_english_only(&self) -> bool {
        true
    }
}
