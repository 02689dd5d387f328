//! Cached embeddings of texts that every query needs, by model.

use rusqlite::{OptionalExtension, params};

use super::checksum::{self, Checksum128};
use super::{ModelKey, Store, StoreError, lock};
use crate::engine::inference::Embeddings;

impl Store {
    /// The cached text embeddings of a model under a key, if they exist and their checksum is valid.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn texts(&self, model: &ModelKey, key: &[u8]) -> Result<Option<Embeddings>, StoreError> {
        let reader = lock(&self.reader);
        let found: Option<(Vec<u8>, Option<Checksum128>)> = reader
            .query_row(
                "SELECT vectors, checksum FROM texts WHERE model = ?1 AND key = ?2",
                params![model.id, key],
                |row| Ok((row.get(0).unwrap_or_default(), row.get(1).ok())),
            )
            .optional()
            .map_err(|e| self.database_error(e))?;
        let holds = |(bytes, checksum): &(Vec<u8>, Option<Checksum128>)| {
            *checksum == Some(text_checksum(model, key, bytes))
        };
        Ok(found.filter(holds).map(|(bytes, _)| Embeddings {
            dim: model.dim,
            values: bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect(),
        }))
    }

    /// Caches text embeddings of a model under a key.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn write_texts(
        &self,
        model: &ModelKey,
        key: &[u8],
        texts: &Embeddings,
    ) -> Result<(), StoreError> {
        let bytes: Vec<u8> = texts.values.iter().flat_map(|v| v.to_le_bytes()).collect();
        lock(&self.facts)
            .execute(
                "INSERT OR REPLACE INTO texts VALUES (?1, ?2, ?3, ?4)",
                params![model.id, key, bytes, text_checksum(model, key, &bytes)],
            )
            .map_err(|e| self.database_error(e))?;
        Ok(())
    }
}

fn text_checksum(model: &ModelKey, key: &[u8], bytes: &[u8]) -> Checksum128 {
    checksum::digest(b't', &[&model.generation, key, bytes])
}
