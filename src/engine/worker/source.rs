//! The source of a picture: bytes in the table, or a file.

use std::path::PathBuf;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_buffer::Buffer;
use arrow_schema::{DataType, Schema};

use super::WorkerError;

/// The column of file paths. Beside `bytes`, it only serves as the picture's name.
pub const PATH: &str = "path";
/// The column of encoded pictures.
pub const BYTES: &str = "bytes";
/// The column of URLs.
pub const URL: &str = "url";
/// The column of member names from a tar.
pub const NAME: &str = "name";

/// Whether a column of this name says where pictures are, or what they are called.
pub fn is_source(column: &str) -> bool {
    [PATH, BYTES, URL, NAME].contains(&column)
}

/// A picture to be read.
pub enum PictureSource {
    /// Encoded bytes, and the name of their file.
    Bytes(Buffer, PathBuf),
    /// A file.
    File(PathBuf),
    /// None, for this reason.
    Refused(&'static str),
}

const NO_FETCHING: &str = "only an address: nothing is fetched here, so fetch the picture first and pass its bytes in the column `bytes`";
const NOTHING: &str = "neither `path` nor `bytes` is given";
const NO_PATH: &str = "its path is not valid on this system";

/// The columns that locate pictures.
#[derive(Clone, Debug)]
pub struct SourceColumns {
    path: Option<usize>,
    bytes: Option<usize>,
    url: Option<usize>,
    name: Option<usize>,
}

impl SourceColumns {
    /// Finds the columns in a schema.
    ///
    /// # Errors
    /// Returns an error if there are none, or they have an unsuitable type.
    pub fn find(schema: &Schema) -> Result<Self, WorkerError> {
        let column = |name: &str| schema.index_of(name).ok();
        let of_type = |name: &str, fits: fn(&DataType) -> bool, wanted: &str| {
            let at = column(name);
            match at.map(|at| schema.field(at).data_type()) {
                Some(found) if !fits(found) => Err(WorkerError::Columns(format!(
                    "the column `{name}` holds {found}: it must hold {wanted}"
                ))),
                _ => Ok(at),
            }
        };
        let found = Self {
            path: of_type(
                PATH,
                |t| is_text(t) || is_binary(t),
                "text or binary values",
            )?,
            bytes: of_type(BYTES, is_binary, "binary values")?,
            url: of_type(URL, |t| is_text(t) || is_binary(t), "text values")?,
            name: column(NAME).filter(|at| is_text(schema.field(*at).data_type())),
        };
        if found.path.is_none() && found.bytes.is_none() && found.url.is_none() {
            return Err(WorkerError::Columns(
                "no column says where the pictures are: name one `path` or `bytes`".into(),
            ));
        }
        Ok(found)
    }

    /// The column that is not passed through, because it is as large as all pictures.
    pub fn dropped(&self) -> Option<usize> {
        self.bytes
    }

    /// Whether pictures may be in files.
    pub fn has_paths(&self) -> bool {
        self.path.is_some()
    }

    /// The picture of a row.
    pub fn row(&self, batch: &RecordBatch, at: usize) -> PictureSource {
        let value = |column: Option<usize>| {
            let array = batch.columns().get(column?)?;
            array.is_valid(at).then_some(array.as_ref())
        };
        let bytes = value(self.bytes).and_then(|array| bytes_at(array, at));
        let path = value(self.path).map(|array| path_at(array, at));
        match (bytes, path) {
            (Some(bytes), path) => {
                let name = || path_at(value(self.name)?, at);
                PictureSource::Bytes(bytes, path.flatten().or_else(name).unwrap_or_default())
            }
            (None, Some(Some(path))) => PictureSource::File(path),
            (None, Some(None)) => PictureSource::Refused(NO_PATH),
            (None, None) if value(self.url).is_some() => PictureSource::Refused(NO_FETCHING),
            (None, None) => PictureSource::Refused(NOTHING),
        }
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

fn is_binary(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView
    )
}

/// The bytes of a value, shared with the array if it stores them contiguously.
fn bytes_at(array: &dyn Array, at: usize) -> Option<Buffer> {
    if let Some(array) = array.as_binary_opt::<i32>() {
        let start = *array.value_offsets().get(at)? as usize;
        return Some(
            array
                .values()
                .slice_with_length(start, array.value(at).len()),
        );
    }
    if let Some(array) = array.as_binary_opt::<i64>() {
        let start = usize::try_from(*array.value_offsets().get(at)?).ok()?;
        return Some(
            array
                .values()
                .slice_with_length(start, array.value(at).len()),
        );
    }
    let array = array.as_binary_view_opt()?;
    Some(Buffer::from(array.value(at)))
}

/// A path, which need not be Unicode on systems that allow this.
pub fn path_at(array: &dyn Array, at: usize) -> Option<PathBuf> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(at).into()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(at).into()),
        DataType::Utf8View => Some(array.as_string_view().value(at).into()),
        _ => path_of_bytes(&bytes_at(array, at)?),
    }
}

#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> Option<PathBuf> {
    Some(std::str::from_utf8(bytes).ok()?.into())
}
