//! Output columns: those of the input, and the results for each picture.

use std::sync::Arc;

use arrow_array::builder::{
    Float32Builder, Int32Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeListArray, Float32Array, Int64Array, RecordBatch, StringArray,
    StructArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{
    ArrowError, DataType, Field, FieldRef, Fields, Metadata, Schema, SchemaRef, TimeUnit,
};
use arrow_select::filter::filter_record_batch;

use super::WorkerError;
use super::flow::RowOutcome;
use super::source::SourceColumns;
use crate::engine::media::photo::{Candidate, Taken};
use crate::engine::search::fit::{self, FitRule, LabelMatch};
use crate::engine::search::score::Scores;

/// The column of embeddings.
pub const EMBEDDING: &str = "embedding";
/// The column of match scores, a struct with one field per label.
const MATCH: &str = "match";
/// Columns that exist only with labels.
const JUDGED: [&str; 3] = [MATCH, "best", "probability"];
/// Columns that always exist.
const FOUND: [&str; 6] = [EMBEDDING, WIDTH, HEIGHT, TAKEN, BLAKE3, ERROR];
/// Columns for pictures in files, which later show whether a file has changed.
const OF_FILES: [&str; 2] = [FILE_SIZE, FILE_MODIFIED];

/// Width in pixels.
pub const WIDTH: &str = "width";
/// Height in pixels.
pub const HEIGHT: &str = "height";
/// Capture time.
pub const TAKEN: &str = "taken";
/// Hash of the whole file.
pub const BLAKE3: &str = "blake3";
/// Why a row has no result.
pub const ERROR: &str = "error";
/// File size in bytes.
pub const FILE_SIZE: &str = "file_size";
/// Modification time of the file, in nanoseconds since 1970.
pub const FILE_MODIFIED: &str = "file_modified_ns";

/// Seconds between the epoch of [`Taken::seconds`] and 1970.
const TO_1970: i64 = 2_208_988_800;

/// Scores of the readable rows of a batch, in order.
pub struct RowMatches<'a> {
    /// Their scores.
    pub scores: Scores,
    /// The rule of each label.
    pub rules: &'a [FitRule],
    /// The names of the labels.
    pub names: &'a [String],
}

impl RowMatches<'_> {
    fn matched(&self, row: usize) -> impl Iterator<Item = LabelMatch> + Clone + '_ {
        let labels = self.scores.matches_of(row).iter().zip(self.rules);
        labels
            .enumerate()
            .map(|(label, (matched, rule))| LabelMatch {
                label,
                matched: *matched,
                rule: *rule,
            })
    }

    /// The best matching label of a row, if any, and its probability.
    pub fn best(&self, row: usize) -> Option<(usize, f32)> {
        let (label, _) = fit::best(self.matched(row))?;
        let wide = self.scores.labels + 1;
        Some((label, *self.scores.probabilities.get(row * wide + label)?))
    }

    /// The highest match score of any non-excluding label.
    pub fn highest(&self, row: usize) -> Option<f32> {
        fit::highest(self.matched(row))
    }
}

/// The output columns and their sources.
pub struct OutputColumns {
    schema: SchemaRef,
    source: SourceColumns,
    /// Input columns that are passed through unchanged.
    carried: Vec<usize>,
    dim: usize,
}

impl OutputColumns {
    /// Determines the columns for an input table, embedding dimension and labels.
    ///
    /// # Errors
    /// Returns an error if no column locates pictures, or an input column has the name of a result.
    pub fn new(
        input: &Schema,
        dim: usize,
        labels: &[String],
        metadata: Metadata,
    ) -> Result<Self, WorkerError> {
        let source = SourceColumns::find(input)?;
        let mut own = FOUND.to_vec();
        if !labels.is_empty() {
            own.extend(JUDGED);
        }
        if source.has_paths() {
            own.extend(OF_FILES);
        }
        let taken = input.fields().iter().map(|field| field.name().as_str());
        let taken: Vec<&str> = taken.filter(|name| own.contains(name)).collect();
        if !taken.is_empty() {
            return Err(WorkerError::Columns(format!(
                "the input table already has columns that the results would add ({}): rename them first",
                taken.join(", ")
            )));
        }
        let carried: Vec<usize> = (0..input.fields().len())
            .filter(|at| Some(*at) != source.dropped())
            .collect();
        let mut fields: Vec<FieldRef> = (carried.iter())
            .filter_map(|at| input.fields().get(*at).cloned())
            .collect();
        fields.extend(found_fields(dim, labels, source.has_paths()));
        Ok(Self {
            schema: Arc::new(Schema::new_with_metadata(fields, metadata)),
            source,
            carried,
            dim,
        })
    }

    /// The output schema.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns that locate pictures.
    pub fn source(&self) -> &SourceColumns {
        &self.source
    }

    /// Builds an output batch of the kept rows, in their order.
    pub fn batch(
        &self,
        input: &RecordBatch,
        rows: &[RowOutcome],
        row_matches: Option<&RowMatches<'_>>,
        kept: Option<&BooleanArray>,
    ) -> Result<RecordBatch, WorkerError> {
        let wrong = |error: ArrowError| WorkerError::Columns(error.to_string());
        let mut arrays: Vec<ArrayRef> = (self.carried.iter())
            .filter_map(|at| input.columns().get(*at).cloned())
            .collect();
        arrays.push(self.embeddings(rows).map_err(wrong)?);
        if let Some(row_matches) = row_matches {
            arrays.extend(matches(rows, row_matches).map_err(wrong)?);
        }
        arrays.extend(facts(rows));
        if self.source.has_paths() {
            arrays.extend(files(rows));
        }
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(wrong)?;
        match kept {
            Some(kept) => filter_record_batch(&batch, kept).map_err(wrong),
            None => Ok(batch),
        }
    }

    fn embeddings(&self, rows: &[RowOutcome]) -> Result<ArrayRef, ArrowError> {
        let mut values = Vec::with_capacity(rows.len() * self.dim);
        for row in rows {
            match row {
                Ok(row) => values.extend(row.vectors.iter().take(self.dim)),
                Err(_) => values.resize(values.len() + self.dim, 0.0),
            }
        }
        let width = i32::try_from(self.dim).unwrap_or_default();
        let nulls = Some(readable(rows));
        let values = Arc::new(Float32Array::from(values));
        FixedSizeListArray::try_new(item(), width, values, nulls).map(|a| Arc::new(a) as ArrayRef)
    }
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Float32, true))
}

fn match_fields(labels: &[String]) -> Fields {
    let field = |label: &String| Field::new(label, DataType::Float32, true);
    labels.iter().map(field).collect()
}

fn found_fields(dim: usize, labels: &[String], in_files: bool) -> Vec<FieldRef> {
    let width = i32::try_from(dim).unwrap_or_default();
    let mut fields = vec![(EMBEDDING, DataType::FixedSizeList(item(), width))];
    if !labels.is_empty() {
        fields.extend([
            (MATCH, DataType::Struct(match_fields(labels))),
            ("best", DataType::Utf8),
            ("probability", DataType::Float32),
        ]);
    }
    fields.extend([
        (WIDTH, DataType::Int32),
        (HEIGHT, DataType::Int32),
        (TAKEN, DataType::Timestamp(TimeUnit::Microsecond, None)),
        (BLAKE3, DataType::Utf8),
        (ERROR, DataType::Utf8),
    ]);
    if in_files {
        fields.extend(OF_FILES.map(|name| (name, DataType::Int64)));
    }
    let field = |(name, kind)| Arc::new(Field::new(name, kind, true));
    fields.into_iter().map(field).collect()
}

/// Marks the rows that could be read as valid.
fn readable(rows: &[RowOutcome]) -> NullBuffer {
    rows.iter().map(Result::is_ok).collect::<Vec<bool>>().into()
}

/// The columns `match`, `best` and `probability`.
fn matches(rows: &[RowOutcome], row_matches: &RowMatches<'_>) -> Result<[ArrayRef; 3], ArrowError> {
    let nulls = readable(rows);
    let scored = |row: &RowOutcome, next: &mut usize| {
        row.as_ref().ok().map(|_| {
            *next += 1;
            *next - 1
        })
    };
    let of_label = |label: usize| {
        let mut next = 0;
        let values = rows.iter().map(|row| {
            let row = scored(row, &mut next)?;
            row_matches.scores.matches_of(row).get(label).copied()
        });
        Arc::new(values.collect::<Float32Array>()) as ArrayRef
    };
    let columns = (0..row_matches.names.len()).map(of_label).collect();
    let all = StructArray::try_new(match_fields(row_matches.names), columns, Some(nulls))?;
    let (mut best, mut probability) = (StringBuilder::new(), Float32Builder::new());
    let mut next = 0;
    for row in rows {
        let fitting = scored(row, &mut next).and_then(|row| row_matches.best(row));
        best.append_option(fitting.and_then(|(label, _)| row_matches.names.get(label)));
        probability.append_option(fitting.map(|(_, probability)| probability));
    }
    Ok([
        Arc::new(all),
        Arc::new(best.finish()),
        Arc::new(probability.finish()),
    ])
}

/// The columns `width`, `height`, `taken`, `blake3` and `error`.
fn facts(rows: &[RowOutcome]) -> [ArrayRef; 5] {
    let (mut width, mut height) = (Int32Builder::new(), Int32Builder::new());
    let (mut taken, mut hash) = (TimestampMicrosecondBuilder::new(), StringBuilder::new());
    for row in rows {
        let facts = row.as_ref().ok().map(|row| &row.facts);
        let size = |side: u32| i32::try_from(side).ok();
        width.append_option(facts.and_then(|facts| size(facts.width)));
        height.append_option(facts.and_then(|facts| size(facts.height)));
        taken.append_option(facts.and_then(|facts| micros(facts.taken.as_ref()?)));
        let whole = row.as_ref().ok().and_then(|row| row.hash);
        hash.append_option(whole.map(|hash| hash.to_string()));
    }
    let errors: StringArray = rows
        .iter()
        .map(|row| row.as_ref().err().map(ToString::to_string))
        .collect();
    [
        Arc::new(width.finish()),
        Arc::new(height.finish()),
        Arc::new(taken.finish()),
        Arc::new(hash.finish()),
        Arc::new(errors),
    ]
}

/// The columns `file_size` and `file_modified_ns`.
fn files(rows: &[RowOutcome]) -> [ArrayRef; 2] {
    let column = |value: fn(&Candidate) -> Option<i64>| {
        let of_row = |row: &RowOutcome| value(row.as_ref().ok()?.file.as_ref()?);
        Arc::new(rows.iter().map(of_row).collect::<Int64Array>()) as ArrayRef
    };
    [
        column(|file| i64::try_from(file.size).ok()),
        column(|file| Some(file.modified_ns)),
    ]
}

/// Microseconds since 1970, treating the camera's local time as UTC.
fn micros(taken: &Taken) -> Option<i64> {
    taken
        .seconds()?
        .checked_sub(TO_1970)?
        .checked_mul(1_000_000)
}

/// Converts microseconds since 1970 to a capture time.
pub fn taken_at(micros: i64) -> Option<Taken> {
    let time = jiff::Timestamp::from_microsecond(micros).ok()?;
    let date = jiff::tz::TimeZone::UTC.to_datetime(time);
    Some(Taken::from_text(
        date.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_from_1970() {
        let taken = |text: &str| micros(&Taken::from_text(text.into()));
        assert_eq!(taken("1970-01-01T00:00:01"), Some(1_000_000));
        assert_eq!(taken("2024-05-01T10:00:00"), Some(1_714_557_600_000_000));
        assert_eq!(taken("1969-12-31T23:59:59"), Some(-1_000_000));
        for text in [
            "1969-12-31T23:59:59",
            "2024-05-01T10:00:00",
            "1899-03-01T00:00:00",
        ] {
            let there_and_back = taken(text).and_then(taken_at);
            assert_eq!(there_and_back, Some(Taken::from_text(text.into())));
        }
    }

    #[test]
    fn columns_that_would_be_there_twice_are_refused() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let names =
            |names: &[&str]| Schema::new(names.iter().map(|n| field(n)).collect::<Vec<_>>());
        let new = |schema: &Schema, labels: &[String]| {
            OutputColumns::new(schema, 4, labels, Metadata::default())
        };
        let cat = ["cat".to_owned()];
        assert!(new(&names(&["path", "best"]), &[]).is_ok());
        let error = new(&names(&["path", "best", "width"]), &cat).err();
        let error = error.expect("refused").to_string();
        assert!(error.contains("(best, width)"), "{error}");
        assert!(new(&names(&["key"]), &[]).is_err(), "no pictures");
    }
}
