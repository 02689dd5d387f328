//! The journal of an export: its whole plan, then a line for each thing that was done. Append-only, in the
//! data directory, locked while its export runs.
//!
//! It is enough to finish or to undo an export after a kill. Each file is one of: not begun, a temporary copy,
//! copied and compared, there. What lies between two lines can be told from the files themselves.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::ExportError;
use super::files::path_serde;
use super::plan::{Plan, Step, new_id};
use crate::core::photo::ContentId;

/// Exports that can be undone.
const KEPT: usize = 20;
/// The ending of journals.
const ENDING: &str = "jsonl";

/// A line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// The first one.
    Export {
        version: u32,
        seconds: u64,
        #[serde(with = "path_serde")]
        target: PathBuf,
    },
    /// A file that is to go.
    Step(Step),
    /// All files are listed.
    Planned,
    /// A folder that was not there before.
    Folder(#[serde(with = "path_serde")] PathBuf),
    /// A file in the way is being set aside.
    Aside(usize),
    /// A temporary copy is whole, flushed and compared.
    Copied(usize, Hash),
    /// A file is there, with this length and time of last change.
    Done(usize, u64, i64),
    /// Everything was tried.
    Finished,
    /// It was undone.
    Undone,
}

/// A content in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hash(String);

/// What is known of one file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What was planned.
    pub step: Step,
    /// The content of its temporary copy, once that was whole.
    pub copied: Option<String>,
    /// Length and time of last change, once it was there.
    pub done: Option<(u64, i64)>,
    /// Whether a file was set aside for it.
    pub aside: bool,
}

/// How far an export came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastState {
    /// It is running.
    Running,
    /// It was interrupted, by a kill or a failing machine.
    Interrupted,
    /// It came to its end.
    Finished,
    /// It was undone.
    Undone,
}

/// An export of which there is a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its name.
    pub id: String,
    /// When it was begun, in seconds since 1970.
    pub seconds: u64,
    /// Where photos went.
    pub target: PathBuf,
    /// What became of it.
    pub state: PastState,
    /// Its files.
    pub files: Vec<Known>,
    /// Folders that it made, the outer ones first.
    pub folders: Vec<PathBuf>,
}

impl Past {
    /// Files that are there.
    #[must_use]
    pub fn done(&self) -> usize {
        self.files.iter().filter(|file| file.done.is_some()).count()
    }
}

/// A journal that is being written.
pub struct Journal {
    id: String,
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Begins the journal of a plan in the folder of journals.
    ///
    /// # Errors
    /// If it cannot be written, flushed and locked.
    pub fn begin(dir: &Path, plan: &Plan, seconds: u64) -> Result<Self, ExportError> {
        prune(dir);
        let id = new_id();
        let path = dir.join(format!("{id}.{ENDING}"));
        let begin = || -> std::io::Result<File> {
            fs::create_dir_all(dir)?;
            let mut file = File::options().create_new(true).append(true).open(&path)?;
            file.lock()?;
            let mut text = Vec::new();
            let header = Line::Export {
                version: 1,
                seconds,
                target: plan.target.clone(),
            };
            let steps = plan.steps.iter().cloned().map(Line::Step);
            for line in std::iter::once(header).chain(steps).chain([Line::Planned]) {
                serde_json::to_writer(&mut text, &line)?;
                text.push(b'\n');
            }
            file.write_all(&text)?;
            file.sync_all()?;
            Ok(file)
        };
        match begin() {
            Ok(file) => Ok(Self {
                id,
                path,
                file: Mutex::new(file),
            }),
            Err(source) => Err(ExportError::Journal { path, source }),
        }
    }

    /// Opens a journal to go on with it.
    ///
    /// # Errors
    /// If it cannot be read, or another process is at it.
    pub fn reopen(dir: &Path, id: &str) -> Result<(Self, Past), ExportError> {
        let path = dir.join(format!("{id}.{ENDING}"));
        let fail = |source| ExportError::Journal {
            path: path.clone(),
            source,
        };
        let file = File::options().append(true).open(&path).map_err(fail)?;
        if file.try_lock().is_err() {
            return Err(ExportError::Busy);
        }
        let past = read(&path, id).map_err(fail)?;
        let journal = Self {
            id: id.into(),
            path,
            file: Mutex::new(file),
        };
        Ok((journal, past))
    }

    /// The name of its export.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn append(&self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text)
    }

    pub(super) fn folder(&self, folder: &Path) -> std::io::Result<()> {
        self.append(&Line::Folder(folder.into()))
    }

    pub(super) fn aside(&self, step: usize) -> std::io::Result<()> {
        self.append(&Line::Aside(step))
    }

    pub(super) fn copied(&self, step: usize, content: ContentId) -> std::io::Result<()> {
        self.append(&Line::Copied(step, Hash(content.to_string())))
    }

    pub(super) fn done(
        &self,
        step: usize,
        (bytes, modified_ns): (u64, i64),
    ) -> std::io::Result<()> {
        self.append(&Line::Done(step, bytes, modified_ns))
    }

    pub(super) fn finished(&self) -> std::io::Result<()> {
        self.append(&Line::Finished)
    }

    pub(super) fn undone(&self) -> std::io::Result<()> {
        self.append(&Line::Undone)
    }

    /// Writes everything to the disk: before a photo's old place is given up.
    pub(super) fn flush(&self) -> std::io::Result<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.sync_data()
    }

    /// The error of a line that could not be written.
    pub(super) fn error(&self, source: std::io::Error) -> ExportError {
        ExportError::Journal {
            path: self.path.clone(),
            source,
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // A child process that is just being started may hold a copy of the file, and with it the lock.
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = file.unlock();
    }
}

/// The temporary name of a file on its way.
#[must_use]
pub fn temporary(id: &str, step: usize, target: &Path) -> PathBuf {
    target.with_file_name(format!(".lumisift-{id}-{step}.part"))
}

/// The name under which a file is kept that was in the way.
#[must_use]
pub fn set_aside(id: &str, step: usize, target: &Path) -> PathBuf {
    target.with_file_name(format!(".lumisift-{id}-{step}.replaced"))
}

/// Exports of which there are journals, the newest first.
#[must_use]
pub fn past(dir: &Path) -> Vec<Past> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut all: Vec<Past> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING);
            let id = path.file_stem()?.to_str()?;
            // One that cannot be read has nothing that could be undone.
            if ours { read(&path, id).ok() } else { None }
        })
        .collect();
    all.sort_by(|a, b| b.id.cmp(&a.id));
    all
}

fn read(path: &Path, id: &str) -> std::io::Result<Past> {
    let file = File::open(path)?;
    // Held by whoever writes it.
    let running = file.try_lock_shared().is_err();
    let _ = file.unlock();
    let mut past = Past {
        id: id.into(),
        seconds: 0,
        target: PathBuf::new(),
        state: PastState::Interrupted,
        files: Vec::new(),
        folders: Vec::new(),
    };
    let mut planned = false;
    for line in BufReader::new(&file).lines() {
        // The last line of a killed process may be a part of one.
        let Ok(line) = serde_json::from_str::<Line>(&line?) else {
            break;
        };
        let files = past.files.len();
        match line {
            Line::Export {
                seconds, target, ..
            } => (past.seconds, past.target) = (seconds, target),
            Line::Step(step) => past.files.push(Known {
                step,
                copied: None,
                done: None,
                aside: false,
            }),
            Line::Planned => planned = true,
            Line::Folder(folder) => past.folders.push(folder),
            Line::Aside(n) if n < files => past.files[n].aside = true,
            Line::Copied(n, hash) if n < files => past.files[n].copied = Some(hash.0),
            Line::Done(n, bytes, modified) if n < files => {
                past.files[n].done = Some((bytes, modified));
            }
            Line::Finished => past.state = PastState::Finished,
            Line::Undone => past.state = PastState::Undone,
            _ => {}
        }
    }
    if !planned {
        // Killed before anything was done.
        past.files.clear();
        past.state = PastState::Undone;
    } else if running && past.state == PastState::Interrupted {
        past.state = PastState::Running;
    }
    Ok(past)
}

/// Forgets the oldest exports, with the files that they have set aside.
fn prune(dir: &Path) {
    let over = |past: &Past| matches!(past.state, PastState::Finished | PastState::Undone);
    let old: Vec<Past> = past(dir).into_iter().filter(over).skip(KEPT - 1).collect();
    for past in old {
        let mut seen = HashSet::new();
        for (n, file) in past.files.iter().enumerate().filter(|(_, file)| file.aside) {
            let aside = set_aside(&past.id, n, &file.step.target);
            if file.done.is_some() && seen.insert(aside.clone()) {
                let _ = fs::remove_file(aside);
            }
        }
        let _ = fs::remove_file(dir.join(format!("{}.{ENDING}", past.id)));
    }
}
