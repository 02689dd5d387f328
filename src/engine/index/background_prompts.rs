//! The background prompts, and their embeddings by the starter model.

use half::f16;

use crate::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use crate::engine::search::query;

/// Everyday nouns and scenes that labels compete with, one per line.
static WORDS: &str = include_str!("../../../assets/background-prompts.txt");

/// Embeddings of the prompts by the starter, because computing them would delay the first start by a second. The
/// fingerprint of the model and the key of the prompts (32 bytes each) are followed by one row of f16 per prompt, in
/// little-endian order.
#[cfg(feature = "starter")]
static STARTER: &[u8] = include_bytes!("../../../assets/starter/background.bin");

/// The background prompts. More than one template would delay the first start by seconds and change no ranking.
pub(super) fn phrases() -> Vec<Vec<String>> {
    let phrase = |words: &str| vec![format!("a photo of {words}")];
    WORDS.lines().map(phrase).collect()
}

/// A hash of the prompts, under which their embeddings are cached.
pub(super) fn key(phrases: &[Vec<String>]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    phrases.iter().flatten().for_each(|text| {
        hash.update(text.as_bytes()).update(b"\n");
    });
    *hash.finalize().as_bytes()
}

/// Returns the bundled embeddings of the prompts if they are of this model, or else computes them, which takes seconds
/// with a large model.
///
/// # Errors
/// Returns an error if the model fails.
pub(super) fn embed(model: &dyn Model) -> Result<Embeddings, ModelError> {
    let phrases = phrases();
    match bundled(model.info(), &phrases) {
        Some(bundled) => Ok(bundled),
        None => query::embed_phrases(model, &phrases),
    }
}

/// The bundled embeddings, if they are of this model and these prompts.
#[cfg(feature = "starter")]
pub(super) fn bundled(model: &ModelInfo, phrases: &[Vec<String>]) -> Option<Embeddings> {
    let rest = STARTER.strip_prefix(&model.fingerprint.0)?;
    let rows = rest.strip_prefix(&key(phrases))?;
    let values = rows.as_chunks::<2>().0.iter();
    Some(Embeddings {
        dim: model.dim,
        values: values.map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
    })
}

/// Whether this model is the starter.
#[cfg(feature = "starter")]
pub(super) fn is_starter(model: &ModelInfo) -> bool {
    STARTER.starts_with(&model.fingerprint.0)
}

/// This build has no starter.
#[cfg(not(feature = "starter"))]
pub(super) fn is_starter(_: &ModelInfo) -> bool {
    false
}

/// Nothing is bundled for other models.
#[cfg(not(feature = "starter"))]
pub(super) fn bundled(_: &ModelInfo, _: &[Vec<String>]) -> Option<Embeddings> {
    None
}

#[cfg(all(test, feature = "starter"))]
mod tests {
    use super::*;
    use crate::engine::inference::load_starter;

    /// `cargo test --lib write_bundled_embeddings -- --ignored` writes the file again after a change of the prompts or of
    /// the starter.
    #[test]
    #[ignore = "writes the file"]
    fn write_bundled_embeddings() {
        let model = load_starter().unwrap();
        let computed = query::embed_phrases(&model, &phrases()).unwrap();
        let rows = computed.values.iter();
        let rows = rows.flat_map(|v| f16::from_f32(*v).to_le_bytes());
        let head = [model.info().fingerprint.0, key(&phrases())];
        let bytes: Vec<u8> = head.into_iter().flatten().chain(rows).collect();
        std::fs::write("assets/starter/background.bin", bytes).unwrap();
    }

    #[test]
    fn bundled_embeddings_are_those_of_the_starter() {
        let model = load_starter().unwrap();
        let computed = query::embed_phrases(&model, &phrases()).unwrap();
        let bundled = bundled(model.info(), &phrases()).expect("the file is of another model");
        assert_eq!(bundled.len(), computed.len());
        for (bundled, computed) in bundled.rows().zip(computed.rows()) {
            let difference = bundled.iter().zip(computed).map(|(b, c)| (b - c).abs());
            assert!(difference.fold(0.0, f32::max) < 1e-3);
        }
    }

    #[test]
    fn bundled_embeddings_are_not_used_for_other_models_or_prompts() {
        let model = load_starter().unwrap();
        let mut phrases = phrases();
        let mut other = model.info().clone();
        other.fingerprint.0[0] ^= 1;
        assert!(is_starter(model.info()) && !is_starter(&other));
        assert!(bundled(&other, &phrases).is_none());
        phrases.pop();
        assert!(bundled(model.info(), &phrases).is_none());
    }
}
