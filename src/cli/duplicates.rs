//! `lumisift duplicates`: duplicate photos, which one to keep, and a plan that moves the others away.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::Context;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::files::fold::fold;
use lumisift::engine::library::{DuplicateReport, Indexed, PhotoDetails};
use lumisift::engine::media::appearance::Appearance;
use lumisift::engine::media::photo::Photo;
use lumisift::engine::organize::export::manifest::{KeptCopy, Manifest, ManifestEntry};
use lumisift::engine::organize::export::names::{file_name, folder_name};
use lumisift::engine::organize::export::{self, Transfer};
use lumisift::engine::search::duplicates::{DuplicateGroup, DuplicateRule};
use lumisift::t;
use lumisift::text::{self, Digits, Ungrouped};
use serde_json::{Value, json};

use super::RunOutcome;
use super::args::{CommonArgs, DuplicatesArgs as Args, FolderArgs};
use super::commands::finish;
use super::decisions::PhotoDecisions;
use super::library::{self, OpenedLibrary, counting_bar, open_library};
use super::out_file::{self, OutputKind};
use super::output::{
    OutputTable, failure_json, number, path_text, print, print_failures, print_message,
};

/// Indexed photos with everything needed to find duplicates and bursts and to build the overview.
pub struct IndexedPhotos {
    pub opened: OpenedLibrary,
    pub indexed: Indexed,
    pub looks: Vec<Option<Appearance>>,
    pub decided: PhotoDecisions,
}

impl IndexedPhotos {
    /// Indexes folders and photos, and loads appearances and decisions.
    ///
    /// # Errors
    /// Returns an error if the library cannot be opened, or there are no photos.
    pub fn open(common: &CommonArgs, folders: &FolderArgs) -> anyhow::Result<Self> {
        let opened = open_library(common)?;
        let indexed = library::index(common, &opened, folders)?;
        let looks = appearances(&opened, &indexed)?;
        let decided = PhotoDecisions::read(&indexed.photos, false)?;
        Ok(Self {
            opened,
            indexed,
            looks,
            decided,
        })
    }

    /// Finds duplicates among the photos, with a progress bar.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn copies(&self, rule: &DuplicateRule) -> anyhow::Result<DuplicateReport> {
        let library = &self.opened.library;
        let bar = counting_bar(&t!("cli-photos-compared", done = "{pos}", count = "{len}"));
        let watch = |done: usize, of: usize| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        };
        let known = |photo: &Photo| PhotoDetails {
            mark: self.decided.mark(photo),
            facts: u32::from(!self.decided.keywords(photo).is_empty())
                + u32::from(self.decided.place(photo).is_some()),
        };
        let (photos, cancel) = (&self.indexed.photos, Cancel::default());
        let found = library.duplicates(photos, &self.looks, known, rule, &cancel, watch);
        bar.finish_and_clear();
        Ok(found?)
    }
}

/// The appearance features of the photos, in their order. Missing ones are computed, with a progress bar.
///
/// # Errors
/// Returns an error if the store cannot be read or written.
pub fn appearances(
    opened: &OpenedLibrary,
    indexed: &Indexed,
) -> anyhow::Result<Vec<Option<Appearance>>> {
    let bar = counting_bar(&t!("cli-photos-analysed", done = "{pos}", count = "{len}"));
    let watch = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let cancel = Cancel::default();
    let found = opened.library.appearances(&indexed.photos, &cancel, watch);
    bar.finish_and_clear();
    Ok(found?)
}

/// Runs `lumisift duplicates`.
pub fn run(common: &CommonArgs, args: &Args) -> anyhow::Result<RunOutcome> {
    anyhow::ensure!(
        args.to.is_none() || args.export_plan.is_some(),
        t!("cli-to-needs-plan")
    );
    if let Some(file) = &args.export_plan {
        out_file::check_ending(file, "json", t!("cli-plan-is-json"))?;
        out_file::check(file, OutputKind::Manifest)?;
    }
    let looked = IndexedPhotos::open(common, &args.folders)?;
    let found = looked.copies(&DuplicateRule {
        exact: args.exact,
        turned: args.turned,
        ..DuplicateRule::default()
    })?;
    let indexed = &looked.indexed;
    let columns = columns(&found, indexed);
    print(common.format, &columns, || report(&found, indexed))?;
    print_message(t!(
        "cli-copies-found",
        copies = t!("cli-copies", count = Ungrouped(found.copies())),
        groups = t!("cli-groups", count = Ungrouped(found.groups.len())),
        size = text::bytes(found.bytes_freed(), Digits::Ungrouped)
    ));
    if let Some(file) = &args.export_plan {
        write_plan(file, args.to.as_deref(), &found, indexed)?;
    }
    print_failures(&indexed.failures);
    finish(indexed)
}

fn columns(found: &DuplicateReport, indexed: &Indexed) -> OutputTable {
    let numbers = ["width", "height", "bytes"].map(ToOwned::to_owned);
    let mut columns = OutputTable::new(&["group", "photo", "what", "the best one is"], &numbers)
        .with_words("what")
        .with_words("the best one is");
    for ((group, reasons), number) in found.groups.iter().zip(&found.reasons).zip(1..) {
        let mut row = |at: usize, what: &str, why: &str| {
            let (photo, _) = &indexed.photos[at];
            columns.push(vec![
                number.to_string(),
                path_text(&photo.file.path),
                what.into(),
                why.into(),
                photo.facts.width.to_string(),
                photo.facts.height.to_string(),
                found.bytes[at].to_string(),
            ]);
        };
        row(group.keeper, "keep", "");
        for (copy, reason) in group.copies.iter().zip(reasons) {
            row(copy.at, copy.likeness.name(), reason);
        }
    }
    columns
}

fn report(found: &DuplicateReport, indexed: &Indexed) -> Value {
    let photo = |at: usize, what: &str| {
        let (photo, _) = &indexed.photos[at];
        json!({
            "path": path_text(&photo.file.path),
            "what": what,
            "width": photo.facts.width,
            "height": photo.facts.height,
            "bytes": found.bytes[at],
        })
    };
    let group = |(group, reasons): (&DuplicateGroup, &Vec<String>)| {
        let copies = group.copies.iter().zip(reasons).map(|(copy, reason)| {
            let mut value = photo(copy.at, copy.likeness.name());
            value["cosine"] = json!(number(copy.cosine));
            value["fit"] = json!(number(copy.correlation));
            value["keeper_is"] = json!(reason);
            value
        });
        json!({
            "keep": photo(group.keeper, "keep"),
            "copies": copies.collect::<Vec<_>>(),
            "bytes": found.bytes_of(group),
        })
    };
    let groups = found.groups.iter().zip(&found.reasons);
    json!({
        "groups": groups.map(group).collect::<Vec<_>>(),
        "copies": found.copies(),
        "bytes": found.bytes_freed(),
        "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
    })
}

/// Writes a manifest that moves all copies away, into one folder per group.
fn write_plan(
    file: &Path,
    to: Option<&Path>,
    found: &DuplicateReport,
    indexed: &Indexed,
) -> anyhow::Result<()> {
    let beside = || file.parent().unwrap_or(Path::new("")).join("copies");
    let target = to.map_or_else(beside, Path::to_path_buf);
    let path = |at: usize| &indexed.photos[at].0.file.path;
    let hash = |at: usize| {
        let file = &indexed.photos[at].0;
        match file.facts.whole_hash(file.file.size) {
            Some(content) => Ok(content.to_string()),
            None => export::hash(path(at))
                .map(|content| content.to_string())
                .with_context(|| t!("cli-cannot-read", path = path(at).display())),
        }
    };
    let mut entries = Vec::new();
    for (group, number) in found.groups.iter().zip(1..) {
        let keeper = path(group.keeper).file_name().unwrap_or_default();
        let folder = PathBuf::from(group_folder(number, keeper));
        let mut names = UniqueNames::default();
        let keeper = KeptCopy {
            path: path(group.keeper).clone(),
            hash: hash(group.keeper)?,
        };
        for copy in &group.copies {
            let source = path(copy.at);
            entries.push(ManifestEntry {
                source: source.clone(),
                target: folder.join(names.of(source)),
                hash: Some(hash(copy.at)?),
                labels: Vec::new(),
                keeper: Some(keeper.clone()),
            });
        }
    }
    let plan = Manifest::planned(&target, Transfer::Move, entries);
    plan.write(file)
        .with_context(|| t!("cli-cannot-write", path = file.display()))?;
    print_message(t!(
        "cli-plan-written",
        file = file.display(),
        folder = target.display()
    ));
    Ok(())
}

/// The folder of a group's copies. The number keeps shortened names apart.
fn group_folder(number: usize, keeper: &OsStr) -> String {
    folder_name(&format!("{number:04} {}", keeper.to_string_lossy()))
}

/// The file names in a folder, none of which is used twice.
#[derive(Default)]
struct UniqueNames(HashSet<String>);

impl UniqueNames {
    /// The name of a file, with a number if it is taken.
    fn of(&mut self, path: &Path) -> OsString {
        let stem = path.file_stem().unwrap_or_default();
        let ending: OsString = match path.extension() {
            Some(ending) => [OsStr::new("."), ending].into_iter().collect(),
            None => OsString::new(),
        };
        let mut number = 1;
        loop {
            let name = file_name(stem, number, &ending);
            if self.0.insert(fold(&name)) {
                return name;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_get_numbers() {
        let mut names = UniqueNames::default();
        let paths = ["a/IMG_1.jpg", "b/IMG_1.jpg", "c/img_1.JPG", "d/IMG_2.jpg"];
        let names = paths.map(|path| names.of(Path::new(path)));
        let want = ["IMG_1.jpg", "IMG_1 (2).jpg", "img_1 (3).JPG", "IMG_2.jpg"];
        assert_eq!(names, want.map(OsString::from));
    }

    #[test]
    fn a_folder_of_a_long_name_can_be_created() {
        let dir = tempfile::tempdir().expect("a folder");
        let long = format!("{}.jpg", "\u{e9}".repeat(124));
        let folder = group_folder(1, OsStr::new(&long));
        assert!(folder.starts_with("0001 \u{e9}"), "{folder}");
        std::fs::create_dir(dir.path().join(folder)).expect("made");
        assert_eq!(group_folder(2, OsStr::new("a.png")), "0002 a.png");
    }
}
