//! Files that earlier exports put inside the scanned folders: the next scan leaves them out.
//!
//! One file beside the journals, of which only the newest are kept. A line for each export says where it went, the lines
//! after it which files it created. A file whose length has changed since is a photo of its own.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::files::path_serde;
use crate::engine::files::paths::resolved;
use crate::engine::files::regular::{open_no_link, open_regular};

/// The file's name, in the folder of journals.
const FILE: &str = "results";
/// Most of it that is read: some ten million files.
const MAX_BYTES: u64 = 1 << 30;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum JournalLine {
    Export {
        /// The opened folder that the target is in.
        #[serde(with = "path_serde")]
        root: PathBuf,
        /// The target.
        #[serde(with = "path_serde")]
        target: PathBuf,
    },
    File {
        /// Below the target.
        #[serde(with = "path_serde")]
        path: PathBuf,
        bytes: u64,
    },
}

/// Notes what an export is about to make in `target`, which is inside the opened folder `root`: the files with their
/// lengths.
///
/// # Errors
/// If it cannot be written.
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
    // After a kill the last line may lack its end.
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

/// What earlier exports made.
#[derive(Debug, Default)]
pub struct OwnExports {
    files: HashMap<PathBuf, u64>,
}

impl OwnExports {
    /// What they made that came from inside one of these folders, whose links must be resolved. What was exported
    /// from elsewhere counts as photos, and so does everything where the target itself is looked at.
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
                // A line that a kill cut off.
                Err(_) => {}
            }
        }
        results
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether a file is one of them, as it was made. Links in its path must be resolved.
    #[must_use]
    pub fn contains(&self, path: &Path, bytes: u64) -> bool {
        self.files.get(path) == Some(&bytes)
    }
}
