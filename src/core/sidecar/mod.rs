//! Keywords, ratings and colours in XMP sidecars, for other programs: planned first, merged into what is there,
//! and taken back as a whole.

mod found;
mod xml;
pub mod xmp;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::export::plan::new_id;
use super::marks::{Flag, Mark};
use super::photo::{ContentId, Failure, Stage};
use super::whole::write_whole;
use xmp::{Additions, Packet};

pub use found::{Sidecar, changed};

/// Largest sidecar that is read.
const MAX_BYTES: u64 = 16 << 20;
/// The record of the last change, in its folder.
const RECORD: &str = "last.json";

/// How sidecars are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// `IMG.jpg.xmp`, as digiKam, darktable and Immich have it.
    #[default]
    WholeName,
    /// `IMG.xmp`, as Adobe's programs have it.
    Stem,
}

impl Naming {
    /// The sidecar of a photo.
    #[must_use]
    pub fn path(self, photo: &Path) -> PathBuf {
        match self {
            Self::WholeName => {
                let mut name = photo.as_os_str().to_owned();
                name.push(".xmp");
                name.into()
            }
            Self::Stem => photo.with_extension("xmp"),
        }
    }
}

/// What is to be written beside one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The photo.
    pub photo: PathBuf,
    /// What is added.
    pub additions: Additions,
}

/// What is written besides labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// A keyword above those of the labels.
    pub parent: Option<String>,
    /// Stars, where a photo has no rating yet.
    pub stars: bool,
    /// Colours, where a photo has none yet.
    pub colours: bool,
    /// Rejects, as a rating of -1.
    pub rejects: bool,
}

impl Contents {
    /// What is to be written beside a photo, if anything is.
    #[must_use]
    pub fn wish(&self, photo: PathBuf, keywords: Vec<String>, mark: Mark) -> Option<Wish> {
        let rating = match mark.flag {
            Flag::Reject if self.rejects => Some(-1),
            _ => Some(mark.stars as i8).filter(|stars| self.stars && *stars > 0),
        };
        let colour = mark.colour.filter(|_| self.colours);
        if keywords.is_empty() && rating.is_none() && colour.is_none() {
            return None;
        }
        let additions = Additions {
            keywords,
            parent: self.parent.clone(),
            rating,
            colour: colour.map(|colour| colour.name().into()),
        };
        Some(Wish { photo, additions })
    }
}

/// A sidecar that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The sidecar.
    pub path: PathBuf,
    /// Its photo.
    pub photo: PathBuf,
    /// Keywords that it would have.
    pub keywords: Vec<String>,
    before: Option<String>,
    after: String,
}

/// What would be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Sidecars that would change.
    pub changes: Vec<Change>,
    /// Sidecars that say everything already.
    pub unchanged: usize,
    /// Sidecars that cannot be read, which are left alone.
    pub failures: Vec<Failure>,
}

fn read_text(path: &Path) -> Result<Option<String>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
        Ok(metadata) if metadata.len() > MAX_BYTES => Err("it is too large for a sidecar".into()),
        Ok(_) => fs::read_to_string(path)
            .map(Some)
            .map_err(|e| e.to_string()),
    }
}

/// Plans what would be written; touches nothing.
#[must_use]
pub fn plan(wishes: &[Wish], naming: Naming) -> Plan {
    let mut plan = Plan::default();
    for wish in wishes {
        let path = naming.path(&wish.photo);
        let planned = read_text(&path).and_then(|before| {
            let mut packet = match &before {
                Some(text) => Packet::parse(text)?,
                None => Packet::empty(),
            };
            let changed = packet.add(&wish.additions);
            Ok(changed.then_some((before, packet)))
        });
        match planned {
            Ok(None) => plan.unchanged += 1,
            Ok(Some((before, packet))) => plan.changes.push(Change {
                path,
                photo: wish.photo.clone(),
                keywords: packet.facts().keywords,
                before,
                after: packet.to_text(),
            }),
            Err(reason) => {
                let message =
                    format!("{reason}: it is left as it is; move it away to have a new one");
                plan.failures
                    .push(Failure::new(path, Stage::Export, message));
            }
        }
    }
    plan
}

/// A sidecar as it was before and is after a change.
#[derive(Serialize, Deserialize)]
struct Written {
    path: PathBuf,
    before: Option<String>,
    /// blake3 of what was written.
    after: String,
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    written: Vec<Written>,
}

/// Writes what was planned, each sidecar whole or not at all. What was there is kept in `records`, so that it can
/// be taken back. Returns how many were written, and what was not.
///
/// # Errors
/// If what was there cannot be kept; then nothing is written.
pub fn apply(plan: &Plan, records: &Path) -> std::io::Result<(usize, Vec<Failure>)> {
    if plan.changes.is_empty() {
        // What can be taken back stays what was written before.
        return Ok((0, plan.failures.clone()));
    }
    let record = Record {
        id: new_id(),
        written: (plan.changes.iter())
            .map(|change| Written {
                path: change.path.clone(),
                before: change.before.clone(),
                after: ContentId::of(change.after.as_bytes()).to_string(),
            })
            .collect(),
    };
    write_whole(&records.join(RECORD), &serde_json::to_vec(&record)?)?;
    let (mut count, mut failures) = (0, plan.failures.clone());
    for change in &plan.changes {
        let now = read_text(&change.path);
        let written = if now.as_ref() == Ok(&change.before) {
            write_whole(&change.path, change.after.as_bytes()).map_err(|e| e.to_string())
        } else {
            Err("it changed meanwhile: try again".into())
        };
        match written {
            Ok(()) => count += 1,
            Err(reason) => failures.push(Failure::new(&change.path, Stage::Export, reason)),
        }
    }
    Ok((count, failures))
}

/// Takes the last change back: sidecars are as they were, those that were made are gone, those that changed since
/// stay. Returns how many, and what stays.
///
/// # Errors
/// If there is nothing to take back, or it cannot be read.
pub fn undo(records: &Path) -> std::io::Result<(usize, Vec<Failure>)> {
    let file = records.join(RECORD);
    let record: Record = serde_json::from_slice(&fs::read(&file)?)?;
    let (mut count, mut kept) = (0, Vec::new());
    for written in &record.written {
        let now = fs::read(&written.path).map(|bytes| ContentId::of(&bytes).to_string());
        if now.is_ok_and(|now| now != written.after) {
            let message = "it was changed since, so it stays";
            kept.push(Failure::new(&written.path, Stage::Export, message));
            continue;
        }
        let restored = match &written.before {
            Some(text) => write_whole(&written.path, text.as_bytes()),
            None => fs::remove_file(&written.path),
        };
        match restored {
            Ok(()) => count += 1,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => kept.push(Failure::io(&written.path, Stage::Export, &error)),
        }
    }
    fs::remove_file(file)?;
    Ok((count, kept))
}
