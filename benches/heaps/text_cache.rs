//! A model that computes the vector of each text once. A simulation scores the same label after every answer, and
//! would spend most of its time on the text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::engine::media::preprocess::Crop;

pub struct TextCache {
    model: Arc<dyn Model>,
    known: Mutex<HashMap<String, Vec<f32>>>,
}

impl TextCache {
    pub fn new(model: Arc<dyn Model>) -> Arc<Self> {
        Arc::new(Self {
            model,
            known: Mutex::default(),
        })
    }
}

impl Model for TextCache {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        self.model.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        let mut known = self.known.lock().expect("not poisoned");
        let is_missing = |text: &&str| !known.contains_key(*text);
        let missing: Vec<&str> = texts.iter().copied().filter(is_missing).collect();
        if !missing.is_empty() {
            let computed = self.model.embed_texts(&missing)?;
            for (text, vector) in missing.iter().zip(computed.rows()) {
                known.insert((*text).to_owned(), vector.to_vec());
            }
        }
        let mut values = Vec::with_capacity(texts.len() * self.info().dim);
        for text in texts {
            values.extend_from_slice(&known[*text]);
        }
        Ok(Embeddings {
            dim: self.info().dim,
            values,
        })
    }

    fn callers(&self) -> usize {
        self.model.callers()
    }

    fn is_english_only(&self) -> bool {
        self.model.is_english_only()
    }
}
