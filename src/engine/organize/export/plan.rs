//! Plans an export: decides every name, finds every conflict, touches nothing.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::files::hash;
use super::identity::FileIdentity;
use super::names::{NameRules, file_name, month};
use super::target::{DiskId, check, may_remove_from};
use super::target_names::{FolderEntries, LabelFolders, TargetFolder, key_of};
use super::{
    Conflict, ExportError, ExportItem, ExportOptions, FittingLabel, FolderLayout, MultiLabel,
    Transfer,
};
use crate::engine::cancel::Cancel;
use crate::engine::files::file_key::FileKey;
use crate::engine::files::fold::fold;
use crate::engine::files::path_serde;
use crate::engine::files::paths::absolute;
use crate::engine::files::paths::resolved;
use crate::engine::files::regular::open_regular;
use crate::engine::media::paired_files::{PairedFile, PairedFiles};
use crate::engine::media::photo::{Candidate, ContentId, Failure, Stage};

/// Names that are tried for one photo.
const NUMBERS: u32 = 10_000;
/// Bytes that must stay free on the disk.
const SPARE: u64 = 16 << 20;

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportStep {
    /// Where it is.
    #[serde(with = "path_serde")]
    pub source: PathBuf,
    /// Where it will be.
    #[serde(with = "path_serde")]
    pub target: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Its time of last change, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// Copied, moved or linked.
    pub transfer: Transfer,
    /// Whether a file of this name is set aside for it.
    pub replaces: bool,
    /// Whether it is the paired file of a photo.
    #[serde(rename = "companion")]
    pub paired_file: bool,
    /// The set that it is part of: a photo and what belongs to it. If one part cannot be moved, none is.
    #[serde(default)]
    pub set: usize,
    /// What it was when this was planned; earlier versions did not note it.
    #[serde(default)]
    pub identity: Option<FileIdentity>,
}

/// What an export would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportPlan {
    /// The folder.
    pub target: PathBuf,
    /// Every file, in the order in which it goes.
    pub steps: Vec<ExportStep>,
    /// Files whose bytes are at the target already.
    pub skipped: Vec<(PathBuf, PathBuf)>,
    /// Files that cannot be exported, and why.
    pub failures: Vec<Failure>,
    /// Files that get another name than the pattern gives, because that is taken.
    pub renamed: usize,
    /// Bytes that will be written.
    pub bytes: u64,
    /// Bytes that are free at the target, if that could be told.
    pub free: Option<u64>,
    /// The opened folder that the target is inside of, if it is, with links followed.
    pub inside: Option<PathBuf>,
}

impl ExportPlan {
    /// Photos among the files, without paired files.
    #[must_use]
    pub fn photos(&self) -> usize {
        let photos = self.steps.iter().filter(|step| !step.paired_file);
        photos
            .map(|step| &step.source)
            .collect::<HashSet<_>>()
            .len()
    }

    /// Files that are set aside for others.
    #[must_use]
    pub fn replaced(&self) -> usize {
        self.steps.iter().filter(|step| step.replaces).count()
    }
}

/// Plans an export.
///
/// # Errors
/// If nothing could be written to the target at all. What cannot be done for a single photo is in the plan.
pub fn plan(items: &[ExportItem], options: &ExportOptions) -> Result<ExportPlan, ExportError> {
    plan_until(items, options, &Cancel::default())
}

/// As [`plan`], unless `cancel` is raised.
///
/// # Errors
/// As [`plan`], or [`ExportError::Cancelled`].
pub fn plan_until(
    items: &[ExportItem],
    options: &ExportOptions,
    cancel: &Cancel,
) -> Result<ExportPlan, ExportError> {
    // The journal must mean the same files from any folder.
    let items: Vec<ExportItem> = items.iter().map(with_absolute_path).collect();
    let options = &ExportOptions {
        target: absolute(&options.target),
        ..options.clone()
    };
    let (base, disk) = check(&options.target)?;
    let mut planner = Planner {
        options,
        disk,
        plan: ExportPlan {
            target: options.target.clone(),
            free: fs4::available_space(&base).ok(),
            inside: inside(&items, &options.target),
            ..ExportPlan::default()
        },
        folders: HashMap::new(),
        label_folders: LabelFolders::default(),
        sources: HashSet::new(),
        leaving: HashSet::new(),
        sets: HashMap::new(),
        set: 0,
        hashes: HashMap::new(),
        removable: HashMap::new(),
    };
    let mut entries = FolderEntries::default();
    let mut paired_files = PairedFiles::default();
    let mut seen = HashSet::new();
    let mut photos: Vec<(&ExportItem, usize, Vec<PairedFile>)> = Vec::new();
    for (item, number) in items.iter().zip(1..) {
        if cancel.is_cancelled() {
            return Err(ExportError::Cancelled);
        }
        if seen.insert(entries.key(&item.source)) {
            let with = match options.paired_files {
                true => paired_files.of(&item.source),
                false => Vec::new(),
            };
            photos.push((item, number, with));
        }
    }
    // What belongs to a photo of the export goes with it, though it could be exported for itself.
    let belonging = photos.iter().flat_map(|(.., with)| with);
    let belonging: HashSet<PathBuf> = belonging
        .map(|paired_file| entries.key(&paired_file.path))
        .collect();
    photos.retain(|(item, ..)| !belonging.contains(&entries.key(&item.source)));
    let may_replace = options.conflict == Conflict::Overwrite;
    for (item, _, with) in photos.iter().filter(|_| may_replace) {
        let with = with.iter().map(|paired_file| &paired_file.path);
        for path in std::iter::once(&item.source).chain(with) {
            // A link, and what it leads to.
            planner.sources.extend(FileKey::of(path));
            let link = fs::symlink_metadata(path).ok();
            planner
                .sources
                .extend(link.and_then(|link| FileKey::with(path, &link)));
        }
    }
    for (item, number, with) in &photos {
        if cancel.is_cancelled() {
            return Err(ExportError::Cancelled);
        }
        planner.add(item, *number, with);
    }
    let mut plan = planner.plan;
    // All steps of a set stay together, and in it those of one file, its move last: they are done one after another.
    plan.steps.sort_by(|a, b| {
        let moves = |step: &ExportStep| step.transfer == Transfer::Move;
        let by_file = (a.set, &a.source).cmp(&(b.set, &b.source));
        by_file.then(moves(a).cmp(&moves(b)))
    });
    match plan.free {
        Some(free) if plan.bytes > 0 && free < plan.bytes + SPARE => Err(ExportError::NoSpace {
            path: options.target.clone(),
            free: free >> 20,
            needed: plan.bytes.div_ceil(1 << 20),
        }),
        _ => Ok(plan),
    }
}

fn with_absolute_path(item: &ExportItem) -> ExportItem {
    ExportItem {
        source: absolute(&item.source),
        ..item.clone()
    }
}

/// The opened folder that a target is inside of.
fn inside(items: &[ExportItem], target: &Path) -> Option<PathBuf> {
    let target = resolved(target);
    let roots: HashSet<&PathBuf> = items.iter().filter_map(|item| item.root.as_ref()).collect();
    let around = roots.into_iter().map(|root| resolved(root));
    around.filter(|root| target.starts_with(root)).min()
}

struct Planner<'a> {
    options: &'a ExportOptions,
    plan: ExportPlan,
    /// The disk of the target.
    disk: DiskId,
    folders: HashMap<String, TargetFolder>,
    label_folders: LabelFolders,
    /// Everything that the export takes from somewhere: none of it is ever replaced.
    sources: HashSet<FileKey>,
    /// Photos that move away.
    leaving: HashSet<PathBuf>,
    /// The sets of paired files that several photos share.
    sets: HashMap<PathBuf, usize>,
    /// The set of the photo that is being planned.
    set: usize,
    hashes: HashMap<PathBuf, Option<ContentId>>,
    /// Whether files may be removed from the folders of photos.
    removable: HashMap<PathBuf, bool>,
}

/// What becomes of a name.
enum NameClaim {
    /// Nothing has it.
    Free,
    /// A file that may be set aside has it.
    Replace,
    /// The same bytes have it.
    Same(PathBuf),
    /// This very file gets it, by an earlier step: it belongs to several photos.
    Own(usize),
    /// It is taken.
    Taken,
}

/// A photo or a paired file on its way to one place.
struct PlannedFile<'a> {
    file: Candidate,
    disk: DiskId,
    paired_file: Option<&'a PairedFile>,
    transfer: Transfer,
}

impl Planner<'_> {
    fn add(&mut self, item: &ExportItem, number: usize, paired_files: &[PairedFile]) {
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
        for paired_file in shared {
            self.sets.insert(paired_file.path.clone(), self.set);
        }
        let goals = self.goals(item, number);
        let last = goals.len() - 1;
        for (at, (folder, stem)) in goals.into_iter().enumerate() {
            for part in &mut parts {
                part.transfer = self.transfer(part, at == last);
            }
            self.place(&parts, &folder, &stem);
        }
    }

    /// How a part gets to one of its places. Of several places, all but the last get copies: a file can be moved only
    /// once. What belongs to several photos is moved with the last of them, and stays if one of them does.
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

    /// A photo and what belongs to it, or why they cannot be exported.
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
                    // A rename needs no reading.
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

    /// Folders that a photo goes to, with its stem there; the best label's last.
    fn goals(&mut self, item: &ExportItem, number: usize) -> Vec<(PathBuf, OsString)> {
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
                FolderLayout::Mirror => mirrored(target, item),
            };
            (folder, self.options.names.stem(naming))
        };
        labels.into_iter().map(goal).collect()
    }

    /// Finds names for a photo and its paired files in a folder: one stem for all of them.
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
                let claim = self.claim(&part.file, folder, &name);
                (folder.join(name), claim)
            };
            let mut claims = Vec::with_capacity(parts.len());
            claims.extend(parts.iter().map(claim));
            let is_there = matches!(claims[0].1, NameClaim::Same(_) | NameClaim::Own(_));
            // What moves must get its own name, or the set would be torn apart.
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
                // What belongs to a photo that stays, stays.
                let transfer = match part.transfer {
                    Transfer::Move if is_there => Transfer::Copy,
                    transfer => transfer,
                };
                self.settle(part, target, claim, transfer);
            }
            return;
        }
        self.refuse(photo, "10,000 files of this name are there already");
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
            // Beside a photo that is there already, what has its name there is left alone.
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

    /// Whether a file may make room: it is none of those that the export itself takes from somewhere.
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

/// The folder below the target that stands for the one that a photo is in.
fn mirrored(target: &Path, item: &ExportItem) -> PathBuf {
    let folder = item.source.parent().unwrap_or(Path::new(""));
    let root = item.root.as_deref();
    let below = root.and_then(|root| folder.strip_prefix(root).ok());
    target.join(below.unwrap_or(Path::new("")))
}

/// A name for an export that sorts by time: `20240501-100000-…`.
#[must_use]
pub fn new_id() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!(
        "{:012}-{:09}-{}",
        now.as_secs(),
        now.subsec_nanos(),
        std::process::id()
    )
}
