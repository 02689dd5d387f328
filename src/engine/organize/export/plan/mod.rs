//! Plans an export: chooses every name and detects every conflict, without changing anything.

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

/// Disk space to leave free, in bytes.
const MIN_FREE_SPACE: u64 = 16 << 20;

/// The transfer of one file to one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportStep {
    /// The source path.
    #[serde(with = "path_serde")]
    pub source: PathBuf,
    /// The target path.
    #[serde(with = "path_serde")]
    pub target: PathBuf,
    /// The length in bytes.
    pub bytes: u64,
    /// The modification time, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// Copy, move or link.
    pub transfer: Transfer,
    /// Whether an existing file of this name is to be backed up.
    pub replaces: bool,
    /// Whether it is a paired file of a photo.
    #[serde(rename = "companion")]
    pub paired_file: bool,
    /// The number of its set: a photo and its paired files. If one of them cannot be moved, none is. 0 in old journals.
    #[serde(default)]
    pub set: usize,
    /// The identity of the source at planning time; missing in old journals.
    #[serde(default)]
    pub identity: Option<FileIdentity>,
}

/// The plan of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportPlan {
    /// The target folder.
    pub target: PathBuf,
    /// The steps, in order of execution.
    pub steps: Vec<ExportStep>,
    /// Source and target of files whose bytes already exist at the target.
    pub skipped: Vec<(PathBuf, PathBuf)>,
    /// Files that cannot be exported, and why.
    pub failures: Vec<Failure>,
    /// The number of files that got another name because that of the pattern was taken.
    pub renamed: usize,
    /// The number of bytes to write.
    pub bytes: u64,
    /// Free space at the target in bytes, if known.
    pub free: Option<u64>,
    /// The opened folder that contains the target, if any, with symbolic links resolved.
    pub inside: Option<PathBuf>,
}

impl ExportPlan {
    /// The number of photos to transfer, not counting paired files.
    #[must_use]
    pub fn photos(&self) -> usize {
        let photos = self.steps.iter().filter(|step| !step.paired_file);
        photos
            .map(|step| &step.source)
            .collect::<HashSet<_>>()
            .len()
    }

    /// The number of existing files to back up.
    #[must_use]
    pub fn replaced(&self) -> usize {
        self.steps.iter().filter(|step| step.replaces).count()
    }
}

/// Plans an export.
///
/// # Errors
/// Returns an error if the target cannot be written to at all. Failures of single photos are in the plan.
pub fn plan(items: &[ExportItem], options: &ExportOptions) -> Result<ExportPlan, ExportError> {
    plan_until(items, options, &Cancel::default())
}

/// Like [`plan`], but cancellable.
///
/// # Errors
/// Returns an error if [`plan`] would, or [`ExportError::Cancelled`] if `cancel` was raised.
pub fn plan_until(
    items: &[ExportItem],
    options: &ExportOptions,
    cancel: &Cancel,
) -> Result<ExportPlan, ExportError> {
    // The journal must not depend on the current directory.
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
        is_duplicate: false,
        hashes: HashMap::new(),
        removable: HashMap::new(),
    };
    let photos = photos_to_export(&items, options, cancel)?;
    let may_replace = options.conflict == Conflict::Overwrite;
    for (item, _, with) in photos.iter().filter(|_| may_replace) {
        let with = with.iter().map(|paired_file| &paired_file.path);
        for path in std::iter::once(&item.source).chain(with) {
            // A symbolic link and its target.
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
    // Group the steps of a set, and within it those of a source with its move last: a group is processed sequentially.
    plan.steps.sort_by(|a, b| {
        let moves = |step: &ExportStep| step.transfer == Transfer::Move;
        let by_file = (a.set, &a.source).cmp(&(b.set, &b.source));
        by_file.then(moves(a).cmp(&moves(b)))
    });
    let needed = plan.bytes.saturating_add(MIN_FREE_SPACE);
    match plan.free {
        Some(free) if plan.bytes > 0 && free < needed => Err(ExportError::NoSpace {
            path: options.target.clone(),
            free,
            needed,
        }),
        _ => Ok(plan),
    }
}

/// A photo with its number in the export and its paired files.
type NumberedPhoto<'a> = (&'a ExportItem, usize, Vec<PairedFile>);

/// The photos to export, each once. One that is also a paired file of another is exported only with that one.
fn photos_to_export<'a>(
    items: &'a [ExportItem],
    options: &ExportOptions,
    cancel: &Cancel,
) -> Result<Vec<NumberedPhoto<'a>>, ExportError> {
    let mut entries = FolderEntries::default();
    let mut paired_files = PairedFiles::default();
    let mut seen = HashSet::new();
    let mut photos: Vec<NumberedPhoto<'_>> = Vec::new();
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
    let belonging = photos.iter().flat_map(|(.., with)| with);
    let belonging: HashSet<PathBuf> = belonging
        .map(|paired_file| entries.key(&paired_file.path))
        .collect();
    photos.retain(|(item, ..)| !belonging.contains(&entries.key(&item.source)));
    Ok(photos)
}

fn with_absolute_path(item: &ExportItem) -> ExportItem {
    ExportItem {
        source: absolute(&item.source),
        ..item.clone()
    }
}

/// The opened folder that contains the target.
fn inside(items: &[ExportItem], target: &Path) -> Option<PathBuf> {
    let target = resolved(target);
    let roots: HashSet<&PathBuf> = items.iter().filter_map(|item| item.root.as_ref()).collect();
    let around = roots.into_iter().map(|root| resolved(root));
    around.filter(|root| target.starts_with(root)).min()
}

/// An export ID that sorts by time: seconds and nanoseconds since 1970, then a suffix that makes it unique.
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
