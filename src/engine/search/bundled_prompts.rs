//! Lists of words that are part of the program, with the starter's embeddings of them.

use half::f16;

use crate::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use crate::engine::search::query;

/// Everyday nouns and scenes that labels compete with.
pub static BACKGROUND: BundledPrompts = BundledPrompts {
    words: include_str!("../../../assets/background-prompts.txt"),
    #[cfg(feature = "starter")]
    embeddings: include_bytes!("../../../assets/starter/background.bin"),
};

/// Common subjects of photos, which name groups of photos and describe them.
pub static PHOTO_WORDS: BundledPrompts = BundledPrompts {
    words: include_str!("../../../assets/photo-words.txt"),
    #[cfg(feature = "starter")]
    embeddings: include_bytes!("../../../assets/starter/photo-words.bin"),
};

/// A list of words, each embedded by a single prompt. More prompts per word would delay the first start with another
/// model by seconds and change no ranking.
pub struct BundledPrompts {
    /// One per line.
    words: &'static str,
    /// The fingerprint of the starter and the [`key`](Self::key) of the list (32 bytes each), then one row of f16 per
    /// word, in little-endian order. Computing them would delay the first start with the starter by seconds.
    #[cfg(feature = "starter")]
    embeddings: &'static [u8],
}

impl BundledPrompts {
    /// The words, in the order of their embeddings.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        self.words.lines().collect()
    }

    /// The key under which embeddings of this list are cached.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        let mut hash = blake3::Hasher::new();
        for word in self.words.lines() {
            hash.update(prompt(word).as_bytes()).update(b"\n");
        }
        *hash.finalize().as_bytes()
    }

    /// The bundled embeddings, if they are of this model and this list.
    #[cfg(feature = "starter")]
    #[must_use]
    pub fn bundled(&self, model: &ModelInfo) -> Option<Embeddings> {
        let rest = self.embeddings.strip_prefix(&model.fingerprint.0)?;
        let rows = rest.strip_prefix(&self.key())?;
        let values = rows.as_chunks::<2>().0.iter();
        Some(Embeddings {
            dim: model.dim,
            values: values.map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
        })
    }

    /// Nothing is bundled without the starter.
    #[cfg(not(feature = "starter"))]
    #[must_use]
    pub fn bundled(&self, _: &ModelInfo) -> Option<Embeddings> {
        None
    }

    /// Returns the bundled embeddings if they are of this model, or else computes them, which takes seconds to a
    /// minute with a large model, depending on the list.
    ///
    /// # Errors
    /// Returns an error if the model fails.
    pub fn embed(&self, model: &dyn Model) -> Result<Embeddings, ModelError> {
        match self.bundled(model.info()) {
            Some(bundled) => Ok(bundled),
            None => embed(model, &self.words()),
        }
    }
}

/// What the model reads for a word.
fn prompt(word: &str) -> String {
    format!("a photo of {word}")
}

/// Embeds words as the content of photos.
///
/// # Errors
/// Returns an error if the model fails.
pub fn embed(model: &dyn Model, words: &[&str]) -> Result<Embeddings, ModelError> {
    let phrases: Vec<Vec<String>> = words.iter().map(|word| vec![prompt(word)]).collect();
    query::embed_phrases(model, &phrases)
}

/// Whether this model is the starter of this program.
#[cfg(feature = "starter")]
#[must_use]
pub fn is_starter(model: &ModelInfo) -> bool {
    BACKGROUND.embeddings.starts_with(&model.fingerprint.0)
}

/// This build has no starter.
#[cfg(not(feature = "starter"))]
#[must_use]
pub fn is_starter(_: &ModelInfo) -> bool {
    false
}

#[cfg(all(test, feature = "starter"))]
mod tests {
    use super::*;
    use crate::engine::inference::load_starter;

    /// `cargo test --lib write_bundled_embeddings -- --ignored` writes the files again after a change of a list or of
    /// the starter.
    #[test]
    #[ignore = "writes the files"]
    fn write_bundled_embeddings() {
        let model = load_starter().unwrap();
        for (list, name) in [(&BACKGROUND, "background"), (&PHOTO_WORDS, "photo-words")] {
            let computed = embed(&model, &list.words()).unwrap();
            let rows = computed.values.iter();
            let rows = rows.flat_map(|v| f16::from_f32(*v).to_le_bytes());
            let head = [model.info().fingerprint.0, list.key()];
            let bytes: Vec<u8> = head.into_iter().flatten().chain(rows).collect();
            std::fs::write(format!("assets/starter/{name}.bin"), bytes).unwrap();
        }
    }

    #[test]
    fn bundled_embeddings_are_those_of_the_starter() {
        let model = load_starter().unwrap();
        for list in [&BACKGROUND, &PHOTO_WORDS] {
            let bundled = list.bundled(model.info());
            let bundled = bundled.expect("the file is of another model or of other words");
            assert_eq!(bundled.len(), list.words().len());
            // A part of the words, because all of them take seconds.
            let some: Vec<&str> = list.words().into_iter().step_by(32).collect();
            let computed = embed(&model, &some).unwrap();
            for ((bundled, computed), word) in
                bundled.rows().step_by(32).zip(computed.rows()).zip(some)
            {
                let difference = bundled.iter().zip(computed).map(|(b, c)| (b - c).abs());
                assert!(difference.fold(0.0, f32::max) < 1e-3, "{word}");
            }
        }
    }

    #[test]
    fn bundled_embeddings_are_not_used_for_other_models_or_lists() {
        let model = load_starter().unwrap();
        let mut other = model.info().clone();
        other.fingerprint.0[0] ^= 1;
        assert!(is_starter(model.info()) && !is_starter(&other));
        assert!(BACKGROUND.bundled(&other).is_none());
        let shorter = BundledPrompts {
            words: BACKGROUND
                .words
                .strip_suffix('\n')
                .unwrap()
                .rsplit_once('\n')
                .unwrap()
                .0,
            embeddings: BACKGROUND.embeddings,
        };
        assert!(shorter.bundled(model.info()).is_none());
    }
}
