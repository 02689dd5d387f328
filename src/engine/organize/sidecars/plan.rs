//! Plans which sidecars and photos are written; touches nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::count::SidecarCount;
use crate::engine::files::fold::fold;
use crate::engine::files::patch::Patch;
use crate::engine::media::metadata::edit::{Additions, KnownKeywords, PlannedContents};
use crate::engine::media::metadata::inside;
use crate::engine::media::metadata::look::{MetadataSource, PhotoMetadata, read_bytes};
use crate::engine::media::metadata::names::{FolderSidecars, SidecarNaming};
use crate::engine::media::metadata::xmp::Packet;
use crate::engine::media::metadata::{MetadataError, NewDescription};
use crate::engine::media::photo::{Failure, Stage};
use crate::engine::organize::marks::{Flag, Mark};

/// What is to be written about one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidecarEdit {
    /// The photo.
    pub photo: PathBuf,
    /// What is added.
    pub additions: Additions,
}

/// What is written besides labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SidecarContents {
    /// A keyword above those of the labels.
    pub parent: Option<String>,
    /// Stars, where a photo has no rating yet.
    pub stars: bool,
    /// Colours, where a photo has none yet.
    pub colours: bool,
    /// Rejects, as a rating of -1.
    pub rejects: bool,
    /// Descriptions, where a photo has none yet.
    pub descriptions: bool,
    /// Whether descriptions also take the place of those that are there.
    pub replace_descriptions: bool,
}

impl SidecarContents {
    /// What is to be written about a photo, if anything is. `description` says what it shows, if that is known.
    #[must_use]
    pub fn edit(
        &self,
        photo: PathBuf,
        keywords: Vec<String>,
        mark: Mark,
        description: Option<String>,
    ) -> Option<SidecarEdit> {
        let rating = match mark.flag {
            Flag::Reject if self.rejects => Some(-1),
            _ => Some(mark.stars as i8).filter(|stars| self.stars && *stars > 0),
        };
        let colour = mark.colour.filter(|_| self.colours);
        let description = description.filter(|_| self.descriptions);
        let is_empty = keywords.is_empty() && rating.is_none() && colour.is_none();
        if is_empty && description.is_none() {
            return None;
        }
        let additions = Additions {
            keywords,
            parent: self.parent.clone(),
            rating,
            colour: colour.map(|colour| colour.name().into()),
            description: description.map(|text| NewDescription {
                text,
                replaces: self.replace_descriptions,
            }),
            known: KnownKeywords::default(),
        };
        Some(SidecarEdit { photo, additions })
    }
}

/// Where it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SidecarPlacement {
    /// How new sidecars are named. One that is there is used, whatever it is called.
    pub naming: SidecarNaming,
    /// Whether photos whose format allows it are written into; sidecars that are there get the same.
    pub inside: bool,
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SidecarAction {
    /// A sidecar is written, in the place of the one that was there.
    Sidecar {
        before: Option<Vec<u8>>,
        after: Vec<u8>,
    },
    /// Parts of a photo are replaced.
    Photo(Vec<Patch>),
}

/// A file that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidecarChange {
    /// The sidecar, or the photo itself.
    pub path: PathBuf,
    /// Keywords that it would have.
    pub keywords: Vec<String>,
    /// The description that is written, if one is.
    pub description: Option<String>,
    pub(crate) edit: SidecarAction,
}

impl SidecarChange {
    /// Whether it is the photo itself that changes.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        matches!(self.edit, SidecarAction::Photo(_))
    }
}

/// What would be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SidecarPlan {
    /// Files that would change.
    pub changes: Vec<SidecarChange>,
    /// Files that have everything already.
    pub unchanged: usize,
    /// Files that cannot be read, which are left alone.
    pub failures: Vec<Failure>,
    /// Photos that cannot be written into though that was asked for, and why: they have sidecars instead.
    pub beside: Vec<Failure>,
}

impl SidecarPlan {
    /// How many files would change.
    #[must_use]
    pub fn count(&self) -> SidecarCount {
        let mut count = SidecarCount::default();
        for change in &self.changes {
            count.add(change.is_inside());
        }
        count
    }

    fn take(&mut self, path: PathBuf, planned: Result<Option<PlannedEdit>, MetadataError>) {
        match planned {
            Ok(None) => self.unchanged += 1,
            Ok(Some((added, edit))) => self.changes.push(SidecarChange {
                path,
                keywords: added.keywords,
                description: added.description,
                edit,
            }),
            Err(reason) => {
                let message =
                    format!("{reason}: it is left as it is; move it away to have a new one");
                self.failures
                    .push(Failure::new(path, Stage::Export, message));
            }
        }
    }
}

/// What a file would say, and what becomes of it for that.
type PlannedEdit = (PlannedContents, SidecarAction);

/// Plans what would be written; touches nothing.
#[must_use]
pub fn plan(edits: &[SidecarEdit], way: SidecarPlacement) -> SidecarPlan {
    let mut plan = SidecarPlan::default();
    let mut folders = FolderSidecars::default();
    // Photos that share a sidecar, such as a RAW and its JPEG, are one write.
    let mut sidecars: Vec<(PathBuf, Additions)> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for edit in edits {
        let there = folders.sidecars(&edit.photo, way.naming);
        let said = inside::facts_of(&edit.photo);
        let metadata = PhotoMetadata::read(&edit.photo, said, &there, 0);
        if way.inside {
            let additions = completed(&edit.additions, &metadata, &MetadataSource::Photo);
            let planned = inside::plan(&edit.photo, &additions);
            let is_inside = planned.is_ok();
            match planned {
                Ok(change) => {
                    let change =
                        change.map(|(added, patches)| (added, SidecarAction::Photo(patches)));
                    plan.take(edit.photo.clone(), Ok(change));
                }
                Err(reason) => {
                    let message = format!("it gets a sidecar instead, because {reason}");
                    let photo = edit.photo.clone();
                    plan.beside
                        .push(Failure::new(photo, Stage::Export, message));
                }
            }
            if is_inside && there.is_empty() {
                continue;
            }
        }
        let path = (there.into_iter().next()).unwrap_or_else(|| way.naming.path(&edit.photo));
        let name = path.file_name().unwrap_or_default().display().to_string();
        let additions = completed(&edit.additions, &metadata, &MetadataSource::Sidecar(name));
        match known.get(&key(&path)) {
            Some(at) => {
                let (_, all) = &mut sidecars[*at];
                *all = std::mem::take(all).and(&additions);
            }
            None => {
                known.insert(key(&path), sidecars.len());
                sidecars.push((path, additions));
            }
        }
    }
    for (path, additions) in sidecars {
        let planned = plan_sidecar(&path, &additions);
        plan.take(path, planned);
    }
    plan
}

/// Two sidecars whose names fold to one are one, as they are when they are read.
fn key(path: &Path) -> PathBuf {
    path.with_file_name(fold(path.file_name().unwrap_or_default()))
}

/// What is added in one place, given what stands in others: ratings, colours and descriptions that a person gave anywhere stay,
/// and keywords of the source that counts now come along, since the place that is written is the newest.
fn completed(additions: &Additions, metadata: &PhotoMetadata, place: &MetadataSource) -> Additions {
    let mut additions = additions.clone();
    let (facts, origins) = (&metadata.facts, &metadata.origins);
    if facts.rating.is_some_and(|rating| rating != 0) {
        additions.rating = None;
    }
    if facts.colour.is_some() {
        additions.colour = None;
    }
    if facts.description.is_some() {
        additions.description = additions.description.filter(|new| new.replaces);
    }
    let elsewhere =
        |origin: &Option<MetadataSource>| origin.as_ref().is_some_and(|from| from != place);
    if elsewhere(&origins.keywords) {
        additions.known.keywords = facts.keywords.clone();
    }
    if elsewhere(&origins.hierarchical) {
        additions.known.hierarchical = facts.hierarchical.clone();
    }
    additions
}

fn plan_sidecar(path: &Path, additions: &Additions) -> Result<Option<PlannedEdit>, MetadataError> {
    let before = read_bytes(path)?;
    let mut packet = match &before {
        Some(bytes) => Packet::parse(bytes)?,
        None => Packet::empty(),
    };
    let Some(contents) = PlannedContents::of(&mut packet, additions)? else {
        return Ok(None);
    };
    let after = packet.to_bytes()?;
    Ok(Some((contents, SidecarAction::Sidecar { before, after })))
}
