//! Plans which sidecars and photos to write, without changing anything.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::count::SidecarCount;
use crate::engine::cancel::Cancel;
use crate::engine::files::fold::fold;
use crate::engine::files::patch::Patch;
use crate::engine::media::metadata::edit::{Additions, KnownKeywords, PlannedContents};
use crate::engine::media::metadata::embedded;
use crate::engine::media::metadata::names::{FolderSidecars, SidecarNaming};
use crate::engine::media::metadata::photo_metadata::{MetadataSource, PhotoMetadata, read_bytes};
use crate::engine::media::metadata::xmp::Packet;
use crate::engine::media::metadata::{MetadataError, NewDescription};
use crate::engine::media::photo::{Failure, Stage};
use crate::engine::organize::marks::{Flag, Mark};

/// The metadata to write for one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidecarEdit {
    /// The photo's path.
    pub photo: PathBuf,
    /// The metadata to add.
    pub additions: Additions,
}

/// What to write besides labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SidecarContents {
    /// The parent keyword of the labels' keywords.
    pub parent: Option<String>,
    /// Whether to write stars, for photos without a rating.
    pub stars: bool,
    /// Whether to write colours, for photos without one.
    pub colours: bool,
    /// Whether to write rejects, as a rating of -1.
    pub rejects: bool,
    /// Whether to write descriptions, for photos without one.
    pub descriptions: bool,
    /// Whether descriptions also replace existing ones.
    pub replace_descriptions: bool,
}

impl SidecarContents {
    /// Builds the edit of a photo, if there is anything to write. `description` describes the photo's content, if
    /// known.
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

/// Where to write metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SidecarPlacement {
    /// How new sidecars are named; existing sidecars are used whatever their naming.
    pub naming: SidecarNaming,
    /// Whether to embed the metadata in photos whose format allows it; existing sidecars are updated as well.
    pub inside: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SidecarAction {
    /// Writes a sidecar, replacing the existing one if there is one.
    Sidecar {
        before: Option<Vec<u8>>,
        after: Vec<u8>,
    },
    /// Replaces parts of a photo's file.
    Photo(Vec<Patch>),
}

/// A planned change of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidecarChange {
    /// The path of the sidecar, or of the photo itself.
    pub path: PathBuf,
    /// The keywords after the change.
    pub keywords: Vec<String>,
    /// The description to write, if any.
    pub description: Option<String>,
    pub(crate) edit: SidecarAction,
}

impl SidecarChange {
    /// Whether the photo itself changes.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        matches!(self.edit, SidecarAction::Photo(_))
    }
}

/// The plan of a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SidecarPlan {
    /// Files to change.
    pub changes: Vec<SidecarChange>,
    /// The number of files that need no change.
    pub unchanged: usize,
    /// Files that cannot be read, which are left alone.
    pub failures: Vec<Failure>,
    /// Photos in which metadata should have been embedded but cannot be, and why: they get sidecars instead.
    pub beside: Vec<Failure>,
}

impl SidecarPlan {
    /// The number of files to change.
    #[must_use]
    pub fn count(&self) -> SidecarCount {
        let mut count = SidecarCount::default();
        for change in &self.changes {
            count.add(change.is_inside());
        }
        count
    }

    fn add(&mut self, path: PathBuf, planned: Result<Option<PlannedEdit>, MetadataError>) {
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
                    format!("{reason}: it is left as it is; move it away to get a new one");
                self.failures
                    .push(Failure::new(path, Stage::Export, message));
            }
        }
    }
}

/// The resulting contents of a file, and the change that leads to them.
type PlannedEdit = (PlannedContents, SidecarAction);

/// Plans the files to write, without changing anything.
#[must_use]
pub fn plan(edits: &[SidecarEdit], way: SidecarPlacement) -> SidecarPlan {
    plan_until(edits, way, &Cancel::default()).unwrap_or_default()
}

/// Like [`plan`], but cancellable: `None` if `cancel` was raised.
#[must_use]
pub fn plan_until(
    edits: &[SidecarEdit],
    way: SidecarPlacement,
    cancel: &Cancel,
) -> Option<SidecarPlan> {
    let mut plan = SidecarPlan::default();
    let mut folders = FolderSidecars::default();
    // Photos that share a sidecar, such as a RAW file and its JPEG, are merged into one write.
    let mut sidecars: Vec<(PathBuf, Additions)> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for edit in edits {
        if cancel.is_cancelled() {
            return None;
        }
        let there = folders.sidecars(&edit.photo, way.naming);
        let embedded_facts = embedded::facts_of(&edit.photo);
        let metadata = PhotoMetadata::read(&edit.photo, embedded_facts, &there, 0);
        if way.inside {
            let additions = completed(&edit.additions, &metadata, &MetadataSource::Photo);
            let planned = embedded::plan(&edit.photo, &additions);
            let is_inside = planned.is_ok();
            match planned {
                Ok(change) => {
                    let change =
                        change.map(|(added, patches)| (added, SidecarAction::Photo(patches)));
                    plan.add(edit.photo.clone(), Ok(change));
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
        if cancel.is_cancelled() {
            return None;
        }
        let planned = plan_sidecar(&path, &additions);
        plan.add(path, planned);
    }
    Some(plan)
}

/// The key of a sidecar: paths whose names fold to the same name are the same file, as when sidecars are read.
fn key(path: &Path) -> PathBuf {
    path.with_file_name(fold(path.file_name().unwrap_or_default()))
}

/// Adapts the additions for one place to the others: existing ratings, colours and descriptions are kept everywhere,
/// and the current keywords are copied here, because the place written last takes precedence.
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
