//! The trait of all model families in Hugging Face's layout: an image tower and a text tower.

use candle_core::{Result, Tensor};

use crate::engine::cancel::Cancel;
use crate::engine::media::preprocess::{Crop, Preprocess};

/// The two towers of a model.
pub trait DualEncoder: Send + Sync {
    /// Image vectors before normalisation: batch x dim.
    ///
    /// # Errors
    /// If a crop has the wrong size, memory is short, or the work was cancelled.
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor>;

    /// Text vectors before normalisation of sequences of one length: batch x dim.
    ///
    /// # Errors
    /// If memory is short.
    fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor>;
}
