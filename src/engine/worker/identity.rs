//! The provenance of results, in the metadata of their schema. It distinguishes a finished shard from one made with
//! another model or other labels.

use std::path::Path;

use arrow_schema::Metadata;

use super::{RowFilter, WorkerError, WorkerLabels};
use crate::engine::files::regular::read_regular;
use crate::engine::inference::ModelInfo;
use crate::engine::media::decode::MAX_FILE_BYTES;
use crate::engine::media::preprocess::PREPROCESS_VERSION;
use crate::engine::search::query::{Query, TermKind};

/// The model's name.
pub const MODEL: &str = "lumisift.model";
/// The model's complete fingerprint.
pub const FINGERPRINT: &str = "lumisift.fingerprint";
/// The version of image preprocessing.
pub const PREPROCESSING: &str = "lumisift.preprocessing";
/// The numeric precision of inference.
const PRECISION: &str = "lumisift.precision";
/// The labels, as JSON.
const LABELS: &str = "lumisift.labels";
/// A hash of everything that determines the labels.
const LABEL_SET: &str = "lumisift.label_set";
/// The condition for keeping rows.
const KEEP: &str = "lumisift.keep";
/// The version of the program.
const VERSION: &str = "lumisift.version";
/// A hash that identifies the input.
pub const INPUT: &str = "lumisift.input";
/// The shard, as `I/N`.
pub const SHARD: &str = "lumisift.shard";
/// The range of input rows: the first, and the end (exclusive).
pub const ROWS: &str = "lumisift.rows";

/// The entries that must be equal for a finished shard to be reused.
pub const COMPARED: [&str; 8] = [
    FINGERPRINT,
    PREPROCESSING,
    PRECISION,
    LABEL_SET,
    KEEP,
    INPUT,
    SHARD,
    ROWS,
];

/// The provenance of results of a model with these labels.
pub(super) fn of(
    model: &ModelInfo,
    labels: &WorkerLabels,
    keep: Option<&RowFilter>,
) -> Result<Metadata, WorkerError> {
    let precision = if model.int8.is_some() {
        "int8"
    } else {
        "float"
    };
    let names = serde_json::Value::from(labels.names.clone()).to_string();
    let mut metadata = Metadata::default();
    metadata.insert(MODEL, model.name.clone());
    metadata.insert(FINGERPRINT, model.fingerprint.to_hex());
    metadata.insert(PREPROCESSING, PREPROCESS_VERSION.to_string());
    metadata.insert(PRECISION, precision);
    metadata.insert(LABELS, names);
    metadata.insert(LABEL_SET, label_set(labels)?);
    metadata.insert(KEEP, keep.map(ToString::to_string).unwrap_or_default());
    metadata.insert(VERSION, env!("CARGO_PKG_VERSION"));
    Ok(metadata)
}

/// A hash of labels: their words, thresholds, and the contents (not the names) of their examples.
fn label_set(labels: &WorkerLabels) -> Result<String, WorkerError> {
    let mut hasher = blake3::Hasher::new_derive_key("lumisift label set 2");
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    let all = labels
        .names
        .iter()
        .zip(&labels.rules)
        .zip(&labels.training_sets);
    for ((name, rule), training_set) in all {
        add(name.as_bytes());
        add(&rule.min_match.to_le_bytes());
        add(&[u8::from(rule.excludes), u8::from(training_set.text_only)]);
        add_query(&training_set.query, &mut add)?;
        for (kind, pictures) in [
            (0, &training_set.examples),
            (1, &training_set.counter_examples),
        ] {
            add(&[kind, u8::try_from(pictures.len()).unwrap_or(u8::MAX)]);
            for picture in pictures {
                add(content(picture)?.as_bytes());
            }
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn add_query(query: &Query, add: &mut impl FnMut(&[u8])) -> Result<(), WorkerError> {
    let english = query
        .english
        .iter()
        .flat_map(|english| &english.alternatives);
    for terms in query.alternatives.iter().chain(english) {
        add(b"or");
        for term in terms {
            add(&term.weight.to_le_bytes());
            match &term.what {
                TermKind::Like(path) => add(content(path)?.as_bytes()),
                what => {
                    let texts = what.texts().unwrap_or_default();
                    texts.iter().for_each(|text| add(text.as_bytes()));
                }
            }
        }
    }
    Ok(())
}

fn content(path: &Path) -> Result<blake3::Hash, WorkerError> {
    let bytes = read_regular(path, MAX_FILE_BYTES).map_err(|source| WorkerError::Io {
        path: path.into(),
        source,
    })?;
    Ok(blake3::hash(&bytes))
}
