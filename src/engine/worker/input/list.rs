//! Lists of paths, separated by newlines or by zero bytes, as `find -print0` writes them. If all are UTF-8 the column
//! is text, otherwise binary, so that every name is preserved.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::super::WorkerError;
use super::super::source::PATH;
use super::{BATCH_ROWS, InputKind, Survey, unfit};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Maximum length of a path in bytes, more than any system allows: other files may have no line ends at all.
const MAX_PATH: u64 = 1 << 18;

/// The format of a list.
#[derive(Clone, Debug)]
pub struct List {
    /// The separator.
    end: u8,
    /// Whether all paths are UTF-8.
    text: bool,
    schema: SchemaRef,
}

/// Counts the paths of a list.
pub fn survey(mut file: File) -> io::Result<Survey> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"list");
    let (mut rows, mut text) = (0, true);
    let end = ending(&mut file)?;
    let mut lines = ListedPaths::new(file, end);
    while let Some(line) = lines.next_line()? {
        rows += 1;
        text = text && std::str::from_utf8(line).is_ok();
        hasher.update(line).update(b"\0");
    }
    let kind = match text {
        true => DataType::Utf8,
        false => DataType::Binary,
    };
    let schema = Arc::new(Schema::new(vec![Field::new(PATH, kind, false)]));
    Ok(Survey {
        kind: InputKind::List(List {
            end,
            text,
            schema: schema.clone(),
        }),
        schema,
        rows,
        identity: hasher.finalize(),
    })
}

/// Detects the separator: a zero byte if there is one, since no path can contain it.
fn ending(file: &mut File) -> io::Result<u8> {
    let mut reader = BufReader::new(&mut *file);
    let mut zero = false;
    loop {
        let piece = reader.fill_buf()?;
        let length = piece.len();
        zero = zero || memchr::memchr(0, piece).is_some();
        if zero || length == 0 {
            break;
        }
        reader.consume(length);
    }
    io::Seek::rewind(file)?;
    Ok(if zero { 0 } else { b'\n' })
}

/// Reads the paths of a list one by one; skips empty lines.
struct ListedPaths {
    reader: BufReader<File>,
    end: u8,
    line: Vec<u8>,
    first: bool,
}

impl ListedPaths {
    fn new(file: File, end: u8) -> Self {
        Self {
            reader: BufReader::new(file),
            end,
            line: Vec::new(),
            first: true,
        }
    }

    fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            self.line.clear();
            let mut reader = (&mut self.reader).take(MAX_PATH);
            let read = reader.read_until(self.end, &mut self.line)?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == MAX_PATH {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a line is longer than any path: it is not a list of paths",
                ));
            }
            if std::mem::take(&mut self.first) && self.line.starts_with(BYTE_ORDER_MARK) {
                self.line.drain(..BYTE_ORDER_MARK.len());
            }
            if self.line.last() == Some(&self.end) {
                self.line.pop();
            }
            if self.end == b'\n' && self.line.last() == Some(&b'\r') {
                self.line.pop();
            }
            if !self.line.is_empty() {
                return Ok(Some(&self.line));
            }
        }
    }
}

impl List {
    /// Batches with the paths in a range.
    pub fn batches(
        &self,
        path: &Path,
        file: File,
        range: Range<u64>,
    ) -> impl Iterator<Item = Result<RecordBatch, WorkerError>> + Send + use<> {
        let (list, path) = (self.clone(), path.to_path_buf());
        let mut lines = ListedPaths::new(file, list.end);
        let (mut skip, mut left) = (range.start, range.end - range.start);
        std::iter::from_fn(move || {
            let mut paths: Vec<Vec<u8>> = Vec::new();
            while left > 0 && paths.len() < BATCH_ROWS {
                match lines.next_line() {
                    Ok(None) => break,
                    Ok(Some(_)) if skip > 0 => skip -= 1,
                    Ok(Some(line)) => {
                        paths.push(line.to_vec());
                        left -= 1;
                    }
                    Err(source) => {
                        left = 0;
                        let path = path.clone();
                        return Some(Err(WorkerError::Io { path, source }));
                    }
                }
            }
            (!paths.is_empty()).then(|| list.batch(&path, &paths))
        })
    }

    fn batch(&self, path: &Path, paths: &[Vec<u8>]) -> Result<RecordBatch, WorkerError> {
        let column: ArrayRef = if self.text {
            let text = |line: &Vec<u8>| String::from_utf8_lossy(line).into_owned();
            Arc::new(StringArray::from_iter_values(paths.iter().map(text)))
        } else {
            Arc::new(BinaryArray::from_iter_values(paths))
        };
        RecordBatch::try_new(self.schema.clone(), vec![column]).map_err(|error| unfit(path, &error))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    #[test]
    fn a_file_without_line_ends_is_not_read_as_one_path() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"a.jpg\n").expect("written");
        let line = vec![b'x'; MAX_PATH as usize + 1];
        file.write_all(&line).expect("written");
        file.rewind().expect("rewound");
        let mut paths = ListedPaths::new(file, b'\n');
        assert_eq!(paths.next_line().expect("a path"), Some(&b"a.jpg"[..]));
        let error = paths.next_line().expect_err("too long");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
