//! Plans an export: decides every name, finds every conflict, touches nothing.

mod planner;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use planner::Planner;
use serde::{Deserialize, Serialize};

use crate::engine::cancel::Cancel;
use crate::engine::files::file_key::FileKey;
use crate::engine::files::path_serde;
use crate::engine::files::paths::{absolute, resolved};
use crate::engine::media::paired_files::{PairedFile, PairedFiles};
use crate::engine::media::photo::Failure;
use crate::engine::organize::export::identity::FileIdentity;
use crate::engine::organize::export::target::check;
use crate::engine::organize::export::target_names::{FolderEntries, LabelFolders};
use crate::engine::organize::export::{Conflict, ExportError, ExportItem, ExportOptions, Transfer};

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
    /// Free bytes at the target, if known.
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
