//! The settings of the export dialog, its initial choice of photos, and totals of a plan by folder. Pure functions.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::organize::export::{Conflict, ExportPlan, FolderLayout, Transfer};

/// Which photos to export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportWhat {
    /// The selected photos.
    Selected,
    /// The displayed photos.
    #[default]
    Shown,
    /// Picks.
    Picked,
    /// Rejects.
    Rejected,
    /// Photos that fit a label.
    Fitting,
}

/// The last choices in the export dialog, restored the next time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportChoices {
    /// Which photos, if the user has chosen.
    pub what: Option<ExportWhat>,
    /// The target folder.
    pub target: Option<PathBuf>,
    /// Copy, move or link.
    pub transfer: Transfer,
    /// The structure of folders below the target.
    pub layout: FolderLayout,
    /// The pattern for file names.
    pub names: String,
    /// What to do if a file name is already taken.
    pub conflict: Conflict,
    /// Whether a photo goes to the folder of every fitting label instead of only the best.
    pub every_label: bool,
    /// Whether paired files, such as sidecars, are exported too.
    #[serde(alias = "companions")]
    pub paired_files: bool,
    /// Whether a manifest is written.
    pub manifest: bool,
    /// Whether rejects are included.
    pub rejects: bool,
}

impl Default for ExportChoices {
    fn default() -> Self {
        Self {
            what: None,
            target: None,
            transfer: Transfer::Copy,
            layout: FolderLayout::Label,
            names: "{name}".into(),
            conflict: Conflict::Number,
            every_label: false,
            paired_files: true,
            manifest: false,
            rejects: false,
        }
    }
}

/// The initial choice of photos: the first non-empty one of selected, last chosen, fitting a label, and picked. All
/// displayed photos are never chosen automatically.
#[must_use]
pub fn first_choice(
    last: Option<ExportWhat>,
    count: impl Fn(ExportWhat) -> usize,
) -> Option<ExportWhat> {
    let last = last.filter(|what| !matches!(what, ExportWhat::Shown | ExportWhat::Rejected));
    let offered = [
        Some(ExportWhat::Selected),
        last,
        Some(ExportWhat::Fitting),
        Some(ExportWhat::Picked),
    ];
    let mut offered = offered.into_iter().flatten();
    offered.find(|what| count(*what) > 0)
}

/// What an export puts into one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderTotal {
    /// The path relative to the target; empty for the target itself.
    pub folder: PathBuf,
    /// Number of photos, without paired files.
    pub photos: usize,
    /// Total size of all files in bytes.
    pub bytes: u64,
}

/// Totals of a plan. Computed once, because a plan may have hundreds of thousands of files and is displayed in every
/// frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanSummary {
    /// Number of photos, without paired files.
    pub photos: usize,
    /// Number of paired files.
    pub paired_files: usize,
    /// Number of existing files that are renamed to backups.
    pub replaced: usize,
    /// Totals by folder, sorted by path.
    pub folders: Vec<FolderTotal>,
}

impl PlanSummary {
    /// Computes the totals of a plan.
    #[must_use]
    pub fn of(plan: &ExportPlan) -> Self {
        Self {
            photos: plan.photos(),
            paired_files: plan.steps.iter().filter(|step| step.paired_file).count(),
            replaced: plan.replaced(),
            folders: totals(plan),
        }
    }
}

/// Totals by folder, sorted by path.
fn totals(plan: &ExportPlan) -> Vec<FolderTotal> {
    let mut folders: BTreeMap<&Path, (HashSet<&Path>, u64)> = BTreeMap::new();
    for step in &plan.steps {
        let folder = step.target.parent().unwrap_or(Path::new(""));
        let folder = folder.strip_prefix(&plan.target).unwrap_or(folder);
        let total = folders.entry(folder).or_default();
        total.1 += step.bytes;
        if !step.paired_file {
            total.0.insert(&step.source);
        }
    }
    let total = |(folder, (photos, bytes)): (&Path, (HashSet<&Path>, u64))| FolderTotal {
        folder: folder.into(),
        photos: photos.len(),
        bytes,
    };
    folders.into_iter().map(total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::organize::export::ExportStep;

    #[test]
    fn what_is_shown_is_never_chosen_unasked() {
        let only = |there: ExportWhat| move |what: ExportWhat| usize::from(what == there);
        let all = |_: ExportWhat| 9;
        assert_eq!(first_choice(None, all), Some(ExportWhat::Selected));
        let fitting = |what| usize::from(what != ExportWhat::Selected);
        assert_eq!(first_choice(None, fitting), Some(ExportWhat::Fitting));
        let picks = Some(ExportWhat::Picked);
        assert_eq!(first_choice(picks, fitting), picks);
        let shown = Some(ExportWhat::Shown);
        assert_eq!(first_choice(shown, fitting), Some(ExportWhat::Fitting));
        assert_eq!(first_choice(shown, only(ExportWhat::Shown)), None);
        assert_eq!(first_choice(None, only(ExportWhat::Rejected)), None);
    }

    #[test]
    fn totals_are_by_folder_and_count_photos_alone() {
        let step = |source: &str, target: &str, paired_file| ExportStep {
            source: source.into(),
            target: Path::new("/out").join(target),
            bytes: 10,
            modified_ns: 0,
            transfer: Transfer::Copy,
            replaces: false,
            paired_file,
            set: 0,
            identity: None,
        };
        let plan = ExportPlan {
            target: "/out".into(),
            steps: vec![
                step("a.jpg", "cat/a.jpg", false),
                step("a.xmp", "cat/a.xmp", true),
                step("b.jpg", "cat/b.jpg", false),
                step("c.jpg", "c.jpg", false),
            ],
            ..ExportPlan::default()
        };
        let total = |folder: &str, photos, bytes| FolderTotal {
            folder: folder.into(),
            photos,
            bytes,
        };
        let folders = vec![total("", 1, 10), total("cat", 2, 30)];
        let summary = PlanSummary {
            photos: 3,
            paired_files: 1,
            replaced: 0,
            folders,
        };
        assert_eq!(PlanSummary::of(&plan), summary);
    }
}
