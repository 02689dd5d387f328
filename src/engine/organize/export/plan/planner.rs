//! Chooses file names, photo by photo.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{ExportPlan, ExportStep};
use crate::engine::files::file_key::FileKey;
use crate::engine::files::fold::fold;
use crate::engine::files::regular::open_regular;
use crate::engine::media::paired_files::PairedFile;
use crate::engine::media::photo::{Candidate, ContentId, Failure, Stage};
use crate::engine::organize::export::files::hash;
use crate::engine::organize::export::identity::FileIdentity;
use crate::engine::organize::export::names::{NameRules, file_name, month};
use crate::engine::organize::export::target::{DiskId, may_remove_from};
use crate::engine::organize::export::target_names::{LabelFolders, TargetFolder, key_of};
use crate::engine::organize::export::{
    Conflict, ExportItem, ExportOptions, FittingLabel, FolderLayout, MultiLabel, Transfer,
};

/// Numbers tried to find an unused name for a photo.
const NUMBERS: u32 = 10_000;

pub(super) struct Planner<'a> {
    pub(super) options: &'a ExportOptions,
    pub(super) plan: ExportPlan,
    /// The disk of the target.
    pub(super) disk: DiskId,
    pub(super) folders: HashMap<String, TargetFolder>,
    pub(super) label_folders: LabelFolders,
    /// All sources of the export, which must never be replaced.
    pub(super) sources: HashSet<FileKey>,
    /// Photos that are to be moved.
    pub(super) leaving: HashSet<PathBuf>,
    /// Set numbers of paired files that several photos share.
    pub(super) sets: HashMap<PathBuf, usize>,
    /// The set of the current photo.
    pub(super) set: usize,
    /// Whether the current photo is a duplicate to be moved away.
    pub(super) is_duplicate: bool,
    pub(super) hashes: HashMap<PathBuf, Option<ContentId>>,
    /// Whether files can be removed from each source folder.
    pub(super) removable: HashMap<PathBuf, bool>,
}

/// What a target name is used for.
enum NameClaim {
    /// Unused.
    Free,
    /// Used by a file that may be backed up.
    Replace,
    /// Used by a file with the same bytes.
    Same(PathBuf),
    /// Used by an earlier step for the same source file, which several photos share.
    Own(usize),
    /// Taken.
    Taken,
}

/// A photo or paired file to be exported to one folder.
struct PlannedFile<'a> {
    file: Candidate,
    disk: DiskId,
    paired_file: Option<&'a PairedFile>,
    transfer: Transfer,
}

impl Planner<'_> {
    pub(super) fn add(&mut self, item: &ExportItem, number: usize, paired_files: &[PairedFile]) {
        let mut parts = match self.parts(item, paired_files) {
            Ok(parts) => parts,
            Err(failure) => return self.plan.failures.push(failure),
        };
        let shared = paired_files
            .iter()
            .filter(|paired_file| !paired_file.shared.is_empty());
        let known = shared
            .clone()
            .find_map(|paired_file| self.sets.get(&paired_file.path));
        self.set = known.copied().unwrap_or(number);
        self.is_duplicate = item.is_duplicate;
        for paired_file in shared {
            self.sets.insert(paired_file.path.clone(), self.set);
        }
        let target_folders = self.target_folders(item, number);
        let last = target_folders.len() - 1;
        for (at, (folder, stem)) in target_folders.into_iter().enumerate() {
            for part in &mut parts {
                part.transfer = self.transfer(part, at == last);
            }
            self.place(&parts, &folder, &stem);
        }
    }

    /// The transfer of a file to one of its targets. A file with several targets is copied to all but the last, since
    /// it can be moved only once. A file shared by several photos is moved with the last of them, unless one of them
    /// stays.
    fn transfer(&self, part: &PlannedFile, is_last: bool) -> Transfer {
        let shared = part
            .paired_file
            .map_or(&[][..], |paired_file| &paired_file.shared);
        let stays = || shared.iter().any(|photo| !self.leaving.contains(photo));
        match self.options.transfer {
            Transfer::Move if !is_last || stays() => Transfer::Copy,
            transfer => transfer,
        }
    }

    /// The photo and its paired files, or the reason why they cannot be exported.
    fn parts<'a>(
        &mut self,
        item: &ExportItem,
        paired_files: &'a [PairedFile],
    ) -> Result<Vec<PlannedFile<'a>>, Failure> {
        let source = &item.source;
        let refuse = |message: String| Failure::new(source, Stage::Export, message);
        let moves = self.options.transfer == Transfer::Move;
        let photo = self
            .part(source, None)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidInput => refuse("not a regular file".into()),
                _ => Failure::io(source, Stage::Export, &error),
            })?;
        let folder = source.parent().unwrap_or(Path::new(""));
        if moves && !self.may_remove_from(folder) {
            let folder = folder.display();
            return Err(refuse(format!(
                "it cannot be moved, because nothing may be removed from {folder}: copy it, or change the folder's permissions"
            )));
        }
        let mut parts = vec![photo];
        for paired_file in paired_files {
            let part = self
                .part(&paired_file.path, Some(paired_file))
                .and_then(|part| {
                    // A rename does not need read access.
                    if !(moves && part.disk == self.disk) {
                        open_regular(&paired_file.path)?;
                    }
                    Ok(part)
                });
            match part {
                Ok(part) => parts.push(part),
                Err(error) if moves => {
                    let name = paired_file.path.file_name().unwrap_or_default().display();
                    let why = Failure::io(&paired_file.path, Stage::Export, &error).message;
                    return Err(refuse(format!(
                        "it stays, because {name} belongs to it and cannot be moved: {why}"
                    )));
                }
                Err(error) => {
                    let failure = Failure::io(&paired_file.path, Stage::Export, &error);
                    self.plan.failures.push(failure);
                }
            }
        }
        Ok(parts)
    }

    fn part<'a>(
        &self,
        path: &Path,
        paired_file: Option<&'a PairedFile>,
    ) -> std::io::Result<PlannedFile<'a>> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(std::io::ErrorKind::InvalidInput.into());
        }
        Ok(PlannedFile {
            file: Candidate::new(path.into(), &metadata),
            disk: DiskId::of(path, &metadata),
            paired_file,
            transfer: self.options.transfer,
        })
    }

    fn may_remove_from(&mut self, folder: &Path) -> bool {
        let known = self.removable.entry(folder.into());
        *known.or_insert_with(|| may_remove_from(folder))
    }

    fn refuse(&mut self, path: &Path, message: &str) {
        let failure = Failure::new(path, Stage::Export, message);
        self.plan.failures.push(failure);
    }

    /// The target folders of a photo, with its stem in each; the best label's folder comes last.
    fn target_folders(&mut self, item: &ExportItem, number: usize) -> Vec<(PathBuf, OsString)> {
        let target = &self.options.target;
        if let Some(place) = &item.place {
            let inside: PathBuf = place
                .components()
                .filter(|part| matches!(part, Component::Normal(_)))
                .collect();
            let folder = target.join(inside.parent().unwrap_or(Path::new("")));
            return vec![(folder, inside.file_stem().unwrap_or_default().into())];
        }
        let by_label = matches!(
            self.options.layout,
            FolderLayout::Label | FolderLayout::Month
        );
        let labels: Vec<Option<&FittingLabel>> = match (by_label, self.options.several) {
            (true, MultiLabel::All) if !item.labels.is_empty() => {
                item.labels.iter().rev().map(Some).collect()
            }
            _ => vec![item.labels.first()],
        };
        let own = item.source.file_stem().unwrap_or_default();
        let goal = |label: Option<&FittingLabel>| {
            let naming = NameRules {
                stem: own,
                label: label.map(|l| (l.label.as_str(), l.matched)),
                taken: item.taken.as_ref(),
                number,
            };
            let mut by_label = || self.label_folders.of(label.map(|l| l.label.as_str()));
            let folder = match self.options.layout {
                FolderLayout::Flat => target.clone(),
                FolderLayout::Label => target.join(by_label()),
                FolderLayout::Month => target.join(by_label()).join(month(item.taken.as_ref())),
                FolderLayout::MonthOnly => target.join(month(item.taken.as_ref())),
                FolderLayout::Mirror => mirrored(target, item),
            };
            (folder, self.options.names.stem(naming))
        };
        labels.into_iter().map(goal).collect()
    }

    /// Chooses names for a photo and its paired files in a folder, all with the same stem.
    fn place(&mut self, parts: &[PlannedFile], folder: &Path, stem: &OsStr) {
        let photo = &parts[0].file.path;
        let own = photo.file_stem().unwrap_or_default();
        let ending = match photo.extension() {
            Some(ending) => [OsStr::new("."), ending].into_iter().collect(),
            None => OsString::new(),
        };
        let name_of = |part: &PlannedFile, number: u32| match part.paired_file {
            Some(paired_file) => {
                let (stem, suffix) = paired_file.parts(own, stem, number);
                file_name(stem, number, suffix)
            }
            None => file_name(stem, number, &ending),
        };
        for number in 1..=NUMBERS {
            let claim = |part: &PlannedFile| {
                let name = name_of(part, number);
                let claim = match self.claim(&part.file, folder, &name) {
                    NameClaim::Same(there) if self.must_leave(part, &there) => NameClaim::Taken,
                    claim => claim,
                };
                (folder.join(name), claim)
            };
            let mut claims = Vec::with_capacity(parts.len());
            claims.extend(parts.iter().map(claim));
            let is_there = matches!(claims[0].1, NameClaim::Same(_) | NameClaim::Own(_));
            // A paired file that is moved needs its own name; otherwise the set would be separated.
            let is_taken = |(part, (_, claim)): (&PlannedFile, &(PathBuf, NameClaim))| match claim {
                NameClaim::Taken => true,
                NameClaim::Same(_) => part.paired_file.is_some() && part.transfer == Transfer::Move,
                _ => false,
            };
            if matches!(claims[0].1, NameClaim::Taken)
                || !is_there && parts.iter().zip(&claims).any(is_taken)
            {
                continue;
            }
            self.plan.renamed += usize::from(number > 1 && !is_there);
            if parts[0].transfer == Transfer::Move && !is_there {
                self.leaving.insert(photo.clone());
            }
            for (part, (target, claim)) in parts.iter().zip(claims) {
                // Paired files of a photo that stays must stay, too.
                let transfer = match part.transfer {
                    Transfer::Move if is_there => Transfer::Copy,
                    transfer => transfer,
                };
                self.settle(part, target, claim, transfer);
            }
            return;
        }
        self.refuse(photo, "10,000 files with this name are already there");
    }

    /// Whether a file is to be moved although another with the same bytes is at the target: a duplicate, unless it is
    /// that file.
    fn must_leave(&self, part: &PlannedFile, there: &Path) -> bool {
        let is_moved = self.is_duplicate && part.transfer == Transfer::Move;
        let key = || FileKey::of(there);
        is_moved && key().is_none_or(|key| FileKey::of(&part.file.path) != Some(key))
    }

    fn settle(
        &mut self,
        part: &PlannedFile,
        target: PathBuf,
        claim: NameClaim,
        transfer: Transfer,
    ) {
        let file = &part.file;
        let replaces = match claim {
            NameClaim::Same(there) => {
                return self.plan.skipped.push((file.path.clone(), there));
            }
            // The photo is already there: leave other files under the names of its paired files alone.
            NameClaim::Taken => return self.plan.skipped.push((file.path.clone(), target)),
            NameClaim::Own(step) => {
                if transfer == Transfer::Move {
                    self.plan.steps[step].transfer = transfer;
                }
                return;
            }
            NameClaim::Free => false,
            NameClaim::Replace => true,
        };
        if transfer == Transfer::Copy || transfer == Transfer::Move && part.disk != self.disk {
            self.plan.bytes += file.size;
        }
        let folder = key_of(target.parent().unwrap_or(Path::new("")));
        let name = fold(target.file_name().unwrap_or_default());
        let folder = self.folders.entry(folder).or_default();
        let step = self.plan.steps.len();
        folder.planned.insert(name, (file.path.clone(), step));
        self.plan.steps.push(ExportStep {
            source: file.path.clone(),
            target,
            bytes: file.size,
            modified_ns: file.modified_ns,
            transfer,
            replaces,
            paired_file: part.paired_file.is_some(),
            set: self.set,
            identity: FileIdentity::of(&file.path).ok(),
        });
    }

    fn claim(&mut self, file: &Candidate, folder: &Path, name: &OsStr) -> NameClaim {
        let key = fold(name);
        let known = self
            .folders
            .entry(key_of(folder))
            .or_insert_with(|| TargetFolder::read(folder));
        if let Some((source, step)) = known.planned.get(&key).cloned() {
            return if source == file.path {
                NameClaim::Own(step)
            } else if self.same_bytes(file, &source) {
                NameClaim::Same(folder.join(name))
            } else {
                NameClaim::Taken
            };
        }
        let Some(there) = known.there.get(&key).cloned() else {
            return NameClaim::Free;
        };
        if self.same_bytes(file, &there) {
            return NameClaim::Same(there);
        }
        if self.options.conflict == Conflict::Overwrite && self.may_replace(&there) {
            return NameClaim::Replace;
        }
        NameClaim::Taken
    }

    /// Whether an existing file may be backed up: it is not a source of this export.
    fn may_replace(&self, there: &Path) -> bool {
        let Ok(metadata) = fs::symlink_metadata(there) else {
            return false;
        };
        let key = FileKey::with(there, &metadata);
        !metadata.is_dir() && key.is_some_and(|key| !self.sources.contains(&key))
    }

    fn same_bytes(&mut self, file: &Candidate, other: &Path) -> bool {
        if fs::metadata(other).is_ok_and(|m| m.is_file() && m.len() == file.size) {
            let own = self.hash(&file.path);
            own.is_some() && own == self.hash(other)
        } else {
            false
        }
    }

    fn hash(&mut self, path: &Path) -> Option<ContentId> {
        let known = self.hashes.entry(path.into());
        *known.or_insert_with(|| hash(path).ok())
    }
}

/// The target subfolder that corresponds to the photo's source folder.
fn mirrored(target: &Path, item: &ExportItem) -> PathBuf {
    let folder = item.source.parent().unwrap_or(Path::new(""));
    let root = item.root.as_deref();
    let below = root.and_then(|root| folder.strip_prefix(root).ok());
    target.join(below.unwrap_or(Path::new("")))
}
