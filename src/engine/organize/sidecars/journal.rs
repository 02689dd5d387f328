//! Writes the files of a sidecar plan, with a journal that allows undo even after a kill.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::count::SidecarCount;
use super::plan::{SidecarAction, SidecarChange, SidecarPlan};
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::patch::{self, Patch};
use crate::engine::files::regular::{make_private, open_regular, read_regular};
use crate::engine::files::replace;
use crate::engine::media::metadata::photo_metadata::read_bytes;
use crate::engine::media::metadata::{MAX_BYTES, embedded};
use crate::engine::media::photo::{ContentId, Failure, Stage};
use crate::engine::organize::export::plan::new_id;

/// The file name of the journal of the last change.
const JOURNAL: &str = "last.json";
/// Size limit of a journal in bytes, enough for a million sidecars.
const MAX_JOURNAL: u64 = 16 << 30;

/// The bytes of a sidecar, as a string if they are valid UTF-8.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Text(String),
    Base64 { base64: String },
}

impl Stored {
    fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Base64 {
                base64: STANDARD.encode(bytes),
            },
        }
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(text.clone().into()),
            Self::Base64 { base64 } => STANDARD.decode(base64).map_err(io::Error::other),
        }
    }
}

/// A file before and after a change.
#[derive(Serialize, Deserialize)]
struct WrittenSidecar {
    path: PathBuf,
    /// The previous sidecar, if there was one.
    before: Option<Stored>,
    /// The BLAKE3 hash of the file after the change.
    after: String,
    /// The BLAKE3 hash of a photo before the change, and the replaced bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    photo: Option<(String, Vec<Patch>)>,
}

#[derive(Serialize, Deserialize)]
struct SidecarJournal {
    id: String,
    /// The random part of the names of temporary files.
    #[serde(default)]
    temporary: String,
    /// Whether everything possible was written. Old journals were always complete.
    #[serde(default = "finished")]
    finished: bool,
    written: Vec<WrittenSidecar>,
}

fn finished() -> bool {
    true
}

impl SidecarJournal {
    fn read(folder: &Path) -> io::Result<Self> {
        let bytes = read_regular(&folder.join(JOURNAL), MAX_JOURNAL)?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(JOURNAL);
        atomic_write(&path, &serde_json::to_vec(self)?)?;
        // Not every file system has permissions.
        let _ = open_regular(&path).and_then(|file| make_private(&file));
        Ok(())
    }

    /// Removes temporary files left by a killed run.
    fn tidy(&self) {
        if self.temporary.is_empty() || self.finished {
            return;
        }
        for written in &self.written {
            if let Ok(target) = replace::target(&written.path) {
                let _ = fs::remove_file(replace::temporary(&target, &self.temporary));
            }
        }
    }
}

/// Executes a plan, writing each file atomically. Previous contents are saved in the folder `records` for undo. Returns
/// the number of written files, and the failures.
///
/// # Errors
/// Returns an error if the previous contents cannot be saved; nothing is written then.
pub fn apply(plan: &SidecarPlan, records: &Path) -> io::Result<(SidecarCount, Vec<Failure>)> {
    let mut failures = plan.failures.clone();
    let mut killed = SidecarJournal::read(records)
        .ok()
        .filter(|last| !last.finished);
    if let Some(killed) = &killed {
        killed.tidy();
    }
    if plan.changes.is_empty() {
        // Keep the previous journal, so that its changes can still be undone.
        if let Some(killed) = &mut killed {
            killed.finished = true;
            killed.write(records)?;
        }
        return Ok((SidecarCount::default(), failures));
    }
    let mut journal = SidecarJournal {
        id: new_id(),
        temporary: replace::random_name(),
        finished: false,
        // Undo a killed run together with the run that completes it.
        written: killed.map_or_else(Vec::new, |killed| killed.written),
    };
    let mut ready = Vec::new();
    for change in &plan.changes {
        match journal_entry(change) {
            Ok(written) => {
                journal.written.push(written);
                ready.push(change);
            }
            Err(error) => failures.push(Failure::io(&change.path, Stage::Export, &error)),
        }
    }
    journal.write(records)?;
    let mut count = SidecarCount::default();
    for change in ready {
        match write(change, &journal.temporary) {
            Ok(()) => count.add(change.is_inside()),
            Err(error) => failures.push(Failure::io(&change.path, Stage::Export, &error)),
        }
    }
    journal.finished = true;
    journal.write(records)?;
    Ok((count, failures))
}

fn journal_entry(change: &SidecarChange) -> io::Result<WrittenSidecar> {
    // Undo must not depend on the current directory.
    let path = std::path::absolute(&change.path)?;
    Ok(match &change.edit {
        SidecarAction::Sidecar { before, after } => WrittenSidecar {
            path,
            before: before.as_deref().map(Stored::new),
            after: ContentId::of(after).to_string(),
            photo: None,
        },
        SidecarAction::Photo(patches) => {
            let mut file = open_regular(&path)?;
            let before = patch::content(&mut file, &[])?.to_string();
            WrittenSidecar {
                path,
                before: None,
                after: patch::content(&mut file, patches)?.to_string(),
                photo: Some((before, patches.clone())),
            }
        }
    })
}

fn write(change: &SidecarChange, temporary: &str) -> io::Result<()> {
    let target = replace::target(&change.path)?;
    let temporary = replace::temporary(&target, temporary);
    match &change.edit {
        SidecarAction::Sidecar { before, after } => {
            let now = read_bytes(&change.path).map_err(io::Error::other)?;
            if now != *before {
                return Err(io::Error::other("it changed in the meantime: try again"));
            }
            if let Some(folder) = target.parent().filter(|f| !f.as_os_str().is_empty()) {
                fs::create_dir_all(folder)?;
            }
            replace::replace_with(&target, &temporary, after)
        }
        SidecarAction::Photo(patches) => embedded::write(&target, &temporary, patches),
    }
}

/// Undoes the last change: restores files and removes new sidecars, but leaves files that have changed since. Returns
/// the number of restored files, and the failures.
///
/// # Errors
/// Returns an error if there is nothing to undo, or the journal cannot be read.
pub fn undo(records: &Path) -> io::Result<(SidecarCount, Vec<Failure>)> {
    let journal = SidecarJournal::read(records)?;
    journal.tidy();
    let name = replace::random_name();
    let (mut restored, mut kept) = (HashSet::new(), Vec::new());
    let mut count = SidecarCount::default();
    // In reverse order: a file may have been written twice.
    for written in journal.written.iter().rev() {
        match roll_back(written, &name) {
            Ok(true) if restored.insert(&written.path) => count.add(written.photo.is_some()),
            Ok(_) => {}
            Err(error) => kept.push(Failure::io(&written.path, Stage::Export, &error)),
        }
    }
    fs::remove_file(records.join(JOURNAL))?;
    Ok((count, kept))
}

/// Undoes the change of one file. Returns false if the change had not been made yet.
fn roll_back(written: &WrittenSidecar, temporary: &str) -> io::Result<bool> {
    let target = replace::target(&written.path)?;
    let temporary = replace::temporary(&target, temporary);
    let changed = || Err(io::Error::other("it was changed since, so it stays"));
    if let Some((before, patches)) = &written.photo {
        let mut file = open_regular(&target)?;
        let now = patch::content(&mut file, &[])?.to_string();
        return match now == written.after {
            true => embedded::write(&target, &temporary, &patch::reversed(patches)).map(|()| true),
            false if now == *before => Ok(false),
            false => changed(),
        };
    }
    let before = written.before.as_ref().map(Stored::bytes).transpose()?;
    let now = match read_regular(&target, MAX_BYTES) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if now == before {
        return Ok(false);
    }
    let ours = now.is_some_and(|now| ContentId::of(&now).to_string() == written.after);
    match before {
        _ if !ours => changed(),
        Some(bytes) => replace::replace_with(&target, &temporary, &bytes).map(|()| true),
        None => fs::remove_file(&target).map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::metadata::{Additions, PhotoMetadata};
    use crate::engine::organize::sidecars::plan;
    use crate::engine::organize::sidecars::{SidecarEdit, SidecarPlacement};

    fn planned(photo: &Path, keyword: &str) -> SidecarPlan {
        let additions = Additions {
            keywords: vec![keyword.into()],
            ..Additions::default()
        };
        let edit = SidecarEdit {
            photo: photo.into(),
            additions,
        };
        plan(&[edit], SidecarPlacement::default())
    }

    /// Makes the last run look killed.
    fn kill(records: &Path) -> SidecarJournal {
        let mut journal = SidecarJournal::read(records).expect("a journal");
        journal.finished = false;
        journal.write(records).expect("written");
        journal
    }

    #[test]
    fn a_run_that_was_killed_is_taken_back_with_the_one_after_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let (records, photo) = (dir.path().join("records"), dir.path().join("a.jpg"));
        let sidecar = dir.path().join("a.jpg.xmp");
        let utf16 = crate::engine::media::metadata::text::Encoding::Utf16Le;
        let theirs =
            utf16.encode("\u{feff}<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>");
        let theirs = theirs.expect("encodes");
        fs::write(&sidecar, &theirs).expect("written");
        assert_eq!(
            apply(&planned(&photo, "one"), &records)
                .expect("written")
                .0
                .total(),
            1
        );
        let journal = kill(&records);
        let left = replace::temporary(&sidecar, &journal.temporary);
        fs::write(&left, "half").expect("written");
        assert_eq!(
            apply(&planned(&photo, "two"), &records)
                .expect("written")
                .0
                .total(),
            1
        );
        assert!(!left.exists(), "what a killed run leaves is removed");
        assert_eq!(PhotoMetadata::of(&photo).facts.keywords, ["one", "two"]);
        let (count, kept) = undo(&records).expect("undone");
        assert_eq!((count.total(), kept.len()), (1, 0));
        assert_eq!(fs::read(&sidecar).expect("there"), theirs);
        // Killed after everything was written: the next run has nothing to do, and undo still works.
        let done = planned(&photo, "one");
        apply(&done, &records).expect("written");
        kill(&records);
        assert_eq!(
            apply(&planned(&photo, "one"), &records)
                .expect("nothing")
                .0
                .total(),
            0
        );
        assert!(SidecarJournal::read(&records).expect("a journal").finished);
        undo(&records).expect("undone");
        assert_eq!(fs::read(&sidecar).expect("there"), theirs);
    }

    #[test]
    fn what_changed_since_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let (records, photo) = (dir.path().join("records"), dir.path().join("a.jpg"));
        let sidecar = dir.path().join("a.jpg.xmp");
        apply(&planned(&photo, "one"), &records).expect("written");
        fs::write(&sidecar, "theirs").expect("written");
        let (count, kept) = undo(&records).expect("undone");
        assert_eq!((count.total(), kept.len()), (0, 1));
        assert_eq!(fs::read(&sidecar).expect("there"), b"theirs");
        assert!(undo(&records).is_err(), "there is nothing more");
        let (count, failures) = apply(&planned(&photo, "one"), &records).expect("tried");
        assert_eq!(
            (count.total(), failures.len()),
            (0, 1),
            "no XMP, so it is left alone"
        );
    }

    #[test]
    fn journals_of_old_can_still_be_taken_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let sidecar = dir.path().join("a.xmp");
        fs::write(&sidecar, "after").expect("written");
        let old = serde_json::json!({ "id": "1", "written": [
            { "path": sidecar, "before": "before", "after": ContentId::of(b"after").to_string() }
        ]});
        fs::write(dir.path().join(JOURNAL), old.to_string()).expect("written");
        assert_eq!(undo(dir.path()).expect("undone").0.total(), 1);
        assert_eq!(fs::read(&sidecar).expect("there"), b"before");
    }
}
