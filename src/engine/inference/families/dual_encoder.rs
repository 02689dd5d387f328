//! The trait of all model families in Hugging Face's layout, which have an image and a text tower.

use candle_core::{Result, Tensor};

use crate::engine::cancel::Cancel;
use crate::engine::media::preprocess::{Crop, Preprocess};

/// A pair of image and text towers.
pub trait DualEncoder: Send + Sync {
    /// Image embeddings before normalisation: batch x dim.
    ///
    /// # Errors
    /// Returns an error if a crop has the wrong size, memory runs out, or the work was cancelled.
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor>;

    /// Text embeddings before normalisation, for sequences of equal length: batch x dim.
    ///
    /// # Errors
    /// Returns an error if memory runs out.
    fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor>;
}
