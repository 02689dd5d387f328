//! What an export would do: every name decided, every conflict found, nothing touched.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::companions::{Companion, Companions};
use super::files::{hash, path_serde};
use super::names::{Naming, file_name, folder_name, month};
use super::{Conflict, ExportError, Fitting, Item, Layout, Options, Several, Transfer};
use crate::core::photo::{Candidate, ContentId, Failure, Stage};

/// Where photos go that fit no label.
const NO_LABEL: &str = "something else";
/// Names that are tried for one photo.
const NUMBERS: u32 = 10_000;
/// Bytes that must stay free on the disk.
const SPARE: u64 = 16 << 20;

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
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
    /// Whether it is the companion of a photo.
    pub companion: bool,
}

/// What an export would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The folder.
    pub target: PathBuf,
    /// Every file, in the order in which it goes.
    pub steps: Vec<Step>,
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
}

impl Plan {
    /// Photos among the files, without companions.
    #[must_use]
    pub fn photos(&self) -> usize {
        let photos = self.steps.iter().filter(|step| !step.companion);
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
pub fn plan(items: &[Item], options: &Options) -> Result<Plan, ExportError> {
    let base = check_target(&options.target)?;
    let mut planner = Planner {
        options,
        plan: Plan {
            target: options.target.clone(),
            free: fs4::available_space(&base).ok(),
            ..Plan::default()
        },
        folders: HashMap::new(),
        companions: Companions::default(),
        moved: HashSet::new(),
        hashes: HashMap::new(),
    };
    let mut seen = HashSet::new();
    for (at, item) in items.iter().enumerate() {
        if seen.insert(&item.source) {
            planner.add(item, at + 1);
        }
    }
    let mut plan = planner.plan;
    // All steps of one file stay together, its move last: they are done one after another.
    plan.steps.sort_by(|a, b| a.source.cmp(&b.source));
    let written = |step: &&Step| match step.transfer {
        Transfer::Copy => true,
        Transfer::Move => !same_disk(&step.source, &base),
        Transfer::HardLink | Transfer::Link => false,
    };
    plan.bytes = plan
        .steps
        .iter()
        .filter(written)
        .map(|step| step.bytes)
        .sum();
    match plan.free {
        Some(free) if plan.bytes > 0 && free < plan.bytes + SPARE => Err(ExportError::NoSpace {
            path: options.target.clone(),
            free: free >> 20,
            needed: plan.bytes.div_ceil(1 << 20),
        }),
        _ => Ok(plan),
    }
}

/// The folder that is there already, of the target or above it.
fn check_target(target: &Path) -> Result<PathBuf, ExportError> {
    let mut base = std::path::absolute(target).unwrap_or_else(|_| target.into());
    loop {
        match fs::metadata(&base) {
            Ok(metadata) if !metadata.is_dir() => {
                return Err(ExportError::NotAFolder { path: base });
            }
            Ok(metadata) if metadata.permissions().readonly() => {
                return Err(ExportError::ReadOnly { path: base });
            }
            Ok(_) => return Ok(base),
            Err(_) => {
                if !base.pop() {
                    return Err(ExportError::NotAFolder {
                        path: target.into(),
                    });
                }
            }
        }
    }
}

#[cfg(unix)]
fn same_disk(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    device(a) == device(b)
}

#[cfg(not(unix))]
fn same_disk(a: &Path, b: &Path) -> bool {
    let start = |path: &Path| {
        fs::canonicalize(path)
            .ok()?
            .components()
            .next()
            .map(|c| c.as_os_str().to_owned())
    };
    start(a) == start(b)
}

/// Names of a folder at the target, in lower case: many file systems do not tell cases apart.
#[derive(Default)]
struct Folder {
    /// Files that are there, by their names in lower case.
    there: HashMap<String, PathBuf>,
    /// Files that will be, by their names in lower case, and where they come from.
    planned: HashMap<String, PathBuf>,
}

impl Folder {
    fn read(path: &Path) -> Self {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let named = |entry: fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            (name, entry.path())
        };
        Self {
            there: entries.map(named).collect(),
            planned: HashMap::new(),
        }
    }
}

struct Planner<'a> {
    options: &'a Options,
    plan: Plan,
    folders: HashMap<PathBuf, Folder>,
    companions: Companions,
    /// Companions that move with a photo.
    moved: HashSet<PathBuf>,
    hashes: HashMap<PathBuf, Option<ContentId>>,
}

/// What becomes of a name.
enum Claim {
    /// Nothing has it.
    Free,
    /// A file that may be set aside has it.
    Replace,
    /// The same bytes have it.
    Same(PathBuf),
    /// It is taken.
    Taken,
}

impl Planner<'_> {
    fn add(&mut self, item: &Item, number: usize) {
        let metadata = match fs::metadata(&item.source) {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return self.refuse(&item.source, "not a regular file"),
            Err(error) => {
                let failure = Failure::io(&item.source, Stage::Export, &error);
                return self.plan.failures.push(failure);
            }
        };
        let file = Candidate::new(item.source.clone(), &metadata);
        let mut companions = if self.options.companions {
            self.companions.of(&item.source)
        } else {
            Vec::new()
        };
        if self.options.transfer == Transfer::Move {
            // What belongs to two photos can be moved only once: with the first.
            companions.retain(|companion| self.moved.insert(companion.path.clone()));
        }
        let goals = self.goals(item, number);
        let last = goals.len() - 1;
        for (at, (folder, stem)) in goals.into_iter().enumerate() {
            // Of several places, all but the last get copies: a photo can be moved only once.
            let transfer = match self.options.transfer {
                Transfer::Move if at < last => Transfer::Copy,
                transfer => transfer,
            };
            self.place(&file, &companions, &folder, &stem, transfer);
        }
    }

    fn refuse(&mut self, path: &Path, message: &str) {
        let failure = Failure::new(path, Stage::Export, message);
        self.plan.failures.push(failure);
    }

    /// Folders that a photo goes to, with its stem there; the best label's last.
    fn goals(&self, item: &Item, number: usize) -> Vec<(PathBuf, String)> {
        let target = &self.options.target;
        if let Some(place) = &item.place {
            let inside: PathBuf = place
                .components()
                .filter(|part| matches!(part, Component::Normal(_)))
                .collect();
            let folder = target.join(inside.parent().unwrap_or(Path::new("")));
            let stem = inside.file_stem().unwrap_or_default();
            return vec![(folder, stem.to_string_lossy().into_owned())];
        }
        let by_label = matches!(self.options.layout, Layout::Label | Layout::Month);
        let labels: Vec<Option<&Fitting>> = match (by_label, self.options.several) {
            (true, Several::All) if !item.labels.is_empty() => {
                item.labels.iter().rev().map(Some).collect()
            }
            _ => vec![item.labels.first()],
        };
        let own = item.source.file_stem().unwrap_or_default();
        let own = own.to_string_lossy();
        let goal = |label: Option<&Fitting>| {
            let naming = Naming {
                stem: &own,
                label: label.map(|l| (l.label.as_str(), l.matched)),
                taken: item.taken.as_ref(),
                number,
            };
            let by_label = || folder_name(label.map_or(NO_LABEL, |l| l.label.as_str()));
            let folder = match self.options.layout {
                Layout::Flat => target.clone(),
                Layout::Label => target.join(by_label()),
                Layout::Month => target.join(by_label()).join(month(item.taken.as_ref())),
                Layout::Mirror => mirrored(target, item),
            };
            (folder, self.options.names.stem(naming))
        };
        labels.into_iter().map(goal).collect()
    }

    /// Finds names for a photo and its companions in a folder: one stem for all of them.
    fn place(
        &mut self,
        photo: &Candidate,
        companions: &[Companion],
        folder: &Path,
        stem: &str,
        transfer: Transfer,
    ) {
        let ending = photo
            .path
            .extension()
            .map(|e| format!(".{}", e.to_string_lossy()));
        let ending = ending.unwrap_or_default();
        for number in 1..=NUMBERS {
            let name = file_name(stem, number, &ending);
            let first = match self.claim(photo, folder, &name) {
                Claim::Taken => continue,
                claim => claim,
            };
            let also: Vec<(String, Claim)> = companions
                .iter()
                .map(|companion| {
                    let name = file_name(stem, number, &companion.suffix);
                    let claim = candidate(&companion.path)
                        .map_or(Claim::Taken, |file| self.claim(&file, folder, &name));
                    (name, claim)
                })
                .collect();
            let same = matches!(first, Claim::Same(_));
            if !same && also.iter().any(|(_, claim)| matches!(claim, Claim::Taken)) {
                continue;
            }
            self.plan.renamed += usize::from(number > 1 && !same);
            self.settle(photo, folder.join(name), first, transfer, false);
            for (companion, (name, claim)) in companions.iter().zip(also) {
                if let Some(file) = candidate(&companion.path) {
                    self.settle(&file, folder.join(name), claim, transfer, true);
                }
            }
            return;
        }
        self.refuse(&photo.path, "10,000 files of this name are there already");
    }

    fn settle(
        &mut self,
        file: &Candidate,
        target: PathBuf,
        claim: Claim,
        transfer: Transfer,
        companion: bool,
    ) {
        let replaces = match claim {
            Claim::Same(there) => {
                return self.plan.skipped.push((file.path.clone(), there));
            }
            // Beside a photo that is there already, what has its name there is left alone.
            Claim::Taken => return self.plan.skipped.push((file.path.clone(), target)),
            Claim::Free => false,
            Claim::Replace => true,
        };
        let folder = target.parent().unwrap_or(Path::new("")).to_path_buf();
        let name = target.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        let folder = self.folders.entry(key_of(&folder)).or_default();
        folder.planned.insert(name, file.path.clone());
        self.plan.steps.push(Step {
            source: file.path.clone(),
            target,
            bytes: file.size,
            modified_ns: file.modified_ns,
            transfer,
            replaces,
            companion,
        });
    }

    fn claim(&mut self, file: &Candidate, folder: &Path, name: &str) -> Claim {
        let key = name.to_lowercase();
        let known = self
            .folders
            .entry(key_of(folder))
            .or_insert_with(|| Folder::read(folder));
        if let Some(source) = known.planned.get(&key).cloned() {
            let same = self.same_bytes(file, &source);
            return if same {
                Claim::Same(folder.join(name))
            } else {
                Claim::Taken
            };
        }
        let Some(there) = known.there.get(&key).cloned() else {
            return Claim::Free;
        };
        if self.same_bytes(file, &there) {
            return Claim::Same(there);
        }
        let plain = fs::symlink_metadata(&there).is_ok_and(|m| !m.is_dir());
        match self.options.conflict {
            Conflict::Overwrite if plain => Claim::Replace,
            _ => Claim::Taken,
        }
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

/// What a folder is known by: as names of files, those of folders need not differ in case alone.
fn key_of(folder: &Path) -> PathBuf {
    folder.to_string_lossy().to_lowercase().into()
}

fn candidate(path: &Path) -> Option<Candidate> {
    let metadata = fs::metadata(path).ok()?;
    Some(Candidate::new(path.into(), &metadata))
}

/// The folder below the target that stands for the one that a photo is in.
fn mirrored(target: &Path, item: &Item) -> PathBuf {
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
