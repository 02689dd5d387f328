//! Files that earlier exports created inside the scanned folders, which scans leave out.
//!
//! They are listed in a file of its own, since old journals are deleted. A line for each export names the target, and
//! the lines after it the created files. A file whose length has changed since counts as a photo.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::files::path_serde;
use crate::engine::files::paths::resolved;
use crate::engine::files::regular::{open_no_link, open_regular};

/// File name in the journal folder.
const FILE: &str = "results";
/// Maximum number of bytes read: some ten million files.
const MAX_BYTES: u64 = 1 << 30;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum JournalLine {
    Export {
        /// The opened folder that contains the target.
        #[serde(with = "path_serde")]
        root: PathBuf,
        /// The target folder.
        #[serde(with = "path_serde")]
        target: PathBuf,
    },
    File {
        /// Path relative to the target.
        #[serde(with = "path_serde")]
        path: PathBuf,
        bytes: u64,
    },
}

/// Records what an export is about to create in `target`, which is inside the opened folder `root`: paths and lengths.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn note<'a>(
    journals: &Path,
    root: PathBuf,
    target: &Path,
    files: impl Iterator<Item = (&'a Path, u64)>,
) -> io::Result<()> {
    fs::create_dir_all(journals)?;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    let mut file = open_no_link(&mut options, &journals.join(FILE))?;
    // If the process was killed, the last line may lack its newline.
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(-1)).is_ok() {
        file.read_exact(&mut last)?;
    }
    let mut out = BufWriter::new(file);
    if last != [b'\n'] {
        out.write_all(b"\n")?;
    }
    let mut write = |line: &JournalLine| -> io::Result<()> {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n")
    };
    write(&JournalLine::Export {
        root,
        target: resolved(target),
    })?;
    for (path, bytes) in files {
        if let Ok(path) = path.strip_prefix(target) {
            let path = path.into();
            write(&JournalLine::File { path, bytes })?;
        }
    }
    out.flush()
}

/// Files created by earlier exports.
#[derive(Debug, Default)]
pub struct OwnExports {
    files: HashMap<PathBuf, u64>,
}

impl OwnExports {
    /// The files exported from inside one of `roots`, which must be resolved paths. Files exported from elsewhere count
    /// as photos, and so do all files if the target itself is scanned.
    #[must_use]
    pub fn read(journals: &Path, roots: &[PathBuf]) -> Self {
        let mut results = Self::default();
        let Ok(file) = open_regular(&journals.join(FILE)) else {
            return results;
        };
        let mut folder: Option<PathBuf> = None;
        let file = BufReader::new(file.take(MAX_BYTES));
        for line in file.split(b'\n').map_while(Result::ok) {
            match serde_json::from_slice(&line) {
                Ok(JournalLine::Export { root, target }) => {
                    let inside = roots.iter().any(|open| root.starts_with(open));
                    folder = inside.then_some(target);
                }
                Ok(JournalLine::File { path, bytes }) => {
                    let path = folder.as_ref().map(|folder| folder.join(path));
                    results.files.extend(path.map(|path| (path, bytes)));
                }
                // A truncated line.
                Err(_) => {}
            }
        }
        results
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether an export created this file and its length is unchanged. `path` must be resolved.
    #[must_use]
    pub fn contains(&self, path: &Path, bytes: u64) -> bool {
        self.files.get(path) == Some(&bytes)
    }
}
