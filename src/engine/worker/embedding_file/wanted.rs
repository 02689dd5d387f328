//! The columns to read from a table.

use arrow_schema::{DataType, Schema};

use super::error::TableError;
use crate::engine::inference::ModelInfo;
use crate::engine::worker::columns::EMBEDDING;
use crate::engine::worker::identity::{FINGERPRINT, MODEL};
use crate::engine::worker::source::{NAME, PATH, URL};

/// Candidates for the key column, in order of precedence.
const KEYS: [&str; 5] = [PATH, NAME, "key", URL, "id"];

/// The columns to read.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// The embeddings.
    VectorsAlone,
    /// The key column.
    KeyAlone,
    /// The embeddings and the key column.
    VectorsAndKey,
    /// The embeddings, and those of the named columns that exist.
    VectorsAnd(&'a [&'a str]),
}

/// The indices of the columns to read.
pub(super) fn wanted_columns(
    schema: &Schema,
    model: &ModelInfo,
    wanted: Wanted<'_>,
) -> Result<Vec<usize>, TableError> {
    let made_with = schema.metadata().get(FINGERPRINT);
    if made_with.is_some_and(|fingerprint| *fingerprint != model.fingerprint.to_hex()) {
        let name = schema
            .metadata()
            .get(MODEL)
            .map_or("another", String::as_str);
        return Err(TableError::OtherModel {
            made_with: name.into(),
            model: model.name.clone(),
        });
    }
    let at = schema
        .index_of(EMBEDDING)
        .map_err(|_| TableError::NoVectors)?;
    let fits = |field: &DataType| matches!(field, DataType::Float32 | DataType::Float16);
    match schema.field(at).data_type() {
        DataType::FixedSizeList(item, width) if fits(item.data_type()) => {
            if usize::try_from(*width) != Ok(model.dim) {
                return Err(TableError::OtherWidth {
                    width: usize::try_from(*width).unwrap_or_default(),
                    dim: model.dim,
                });
            }
        }
        DataType::List(item) | DataType::LargeList(item) if fits(item.data_type()) => {}
        other => return Err(TableError::NotVectors(other.clone())),
    }
    let text = |at: &usize| {
        let kind = schema.field(*at).data_type();
        matches!(
            kind,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ) || matches!(
            kind,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView
        )
    };
    let named = |name: &&str| schema.index_of(name).ok();
    let key = || KEYS.iter().filter_map(named).find(text);
    let mut columns: Vec<usize> = match wanted {
        Wanted::VectorsAlone => vec![at],
        Wanted::KeyAlone => key().into_iter().collect(),
        Wanted::VectorsAndKey => key().into_iter().chain([at]).collect(),
        Wanted::VectorsAnd(names) => names.iter().filter_map(named).chain([at]).collect(),
    };
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}
