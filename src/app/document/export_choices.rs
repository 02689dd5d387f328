//! The settings of the export dialog, the photos that it offers first, and totals for each folder of a plan; pure.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::organize::export::{Conflict, ExportPlan, FolderLayout, Transfer};

/// Which photos are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportWhat {
    /// Those that are selected.
    Selected,
    /// Those that are shown.
    #[default]
    Shown,
    /// Picks.
    Picked,
    /// Rejects.
    Rejected,
    /// Those that fit a label.
    Fitting,
}

/// What was chosen last, for the next time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportChoices {
    /// Which photos, if the person chose.
    pub what: Option<ExportWhat>,
    /// Where to.
    pub target: Option<PathBuf>,
    /// How.
    pub transfer: Transfer,
    /// Folders below the target.
    pub layout: FolderLayout,
    /// Pattern of names.
    pub names: String,
    /// What happens where a name is taken.
    pub conflict: Conflict,
    /// Whether a photo goes to every label that fits.
    pub every_label: bool,
    /// Whether what belongs to photos comes along.
    #[serde(alias = "companions")]
    pub paired_files: bool,
    /// Whether what went where is written down.
    pub manifest: bool,
    /// Whether rejects are exported like other photos.
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

/// The photos that are offered first: those that are selected, then what was chosen last, then what fits a label, then
/// picks. All that is shown is never chosen unasked.
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

/// What goes into one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderTotal {
    /// The folder, from the target on; empty for the target itself.
    pub folder: PathBuf,
    /// Photos, without what belongs to them.
    pub photos: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// What is said of a plan: counted once, because a plan may have hundreds of thousands of files and is shown in every
/// frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanSummary {
    /// Photos, without what belongs to them.
    pub photos: usize,
    /// What belongs to them.
    pub paired_files: usize,
    /// Files that are set aside for others.
    pub replaced: usize,
    /// What goes into each folder, by name.
    pub folders: Vec<FolderTotal>,
}

impl PlanSummary {
    /// Counts what a plan does.
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

/// What a plan puts into each folder, by name.
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
