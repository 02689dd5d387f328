//! The tree of a history, and the effects of its steps on it.

use super::history::{Act, Edit, NAMES, Seed};
use super::tally::{TALLY, add};
use crate::faults::{Fault, Faulty};

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::{
    ExportItem, ExportOptions, Exporter, FittingLabel, PastExportState, plan,
};
use tempfile::TempDir;

/// Files and links below a folder, without following links.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    File(Vec<u8>),
    Link(PathBuf),
}

fn look(dir: &Path) -> (BTreeMap<PathBuf, Found>, Vec<PathBuf>) {
    let (mut found, mut folders) = (BTreeMap::new(), Vec::new());
    let mut left = vec![dir.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("a type");
            if kind.is_dir() {
                folders.push(path.clone());
                left.push(path);
            } else if kind.is_symlink() {
                found.insert(
                    path.clone(),
                    Found::Link(fs::read_link(&path).expect("a goal")),
                );
            } else {
                found.insert(path.clone(), Found::File(fs::read(&path).expect("bytes")));
            }
        }
    }
    folders.sort();
    (found, folders)
}

/// An export that could be undone.
struct Done {
    id: String,
    before: BTreeMap<PathBuf, Found>,
    /// Whether nothing else has happened since.
    alone: bool,
}

pub(super) struct World {
    root: TempDir,
    contents: u32,
    exports: Vec<Done>,
}

impl World {
    pub(super) fn new(seeds: &[Seed]) -> Self {
        let shm = Path::new("/dev/shm");
        let root = match shm.is_dir() {
            true => tempfile::tempdir_in(shm),
            false => tempfile::tempdir(),
        };
        let mut world = Self {
            root: root.expect("a folder"),
            contents: 100,
            exports: Vec::new(),
        };
        for folder in ["tree/photos/x", "tree/photos/y", "tree/near", "tree/far"] {
            fs::create_dir_all(world.root.path().join(folder)).expect("made");
        }
        for (at, seed) in seeds.iter().enumerate() {
            if let Seed::File(content) = seed {
                fs::write(world.photo(at), bytes_of(u32::from(*content))).expect("written");
            }
        }
        for (at, seed) in seeds.iter().enumerate() {
            let path = world.photo(at);
            match seed {
                Seed::Link(to) => {
                    let goal = world.photo(*to);
                    std::os::unix::fs::symlink(goal, path).expect("a link");
                }
                Seed::HardLink(to) => {
                    let goal = world.photo(*to);
                    if fs::symlink_metadata(&goal).is_ok_and(|m| m.is_file()) {
                        fs::hard_link(goal, path).expect("a name");
                    }
                }
                Seed::Nothing | Seed::File(_) => {}
            }
        }
        world.contents = 100;
        world
    }

    pub(super) fn tree(&self) -> PathBuf {
        self.root.path().join("tree")
    }

    pub(super) fn journals(&self) -> PathBuf {
        self.root.path().join("journals")
    }

    pub(super) fn photo(&self, at: usize) -> PathBuf {
        self.tree().join("photos").join(NAMES[at])
    }

    pub(super) fn new_bytes(&mut self) -> Vec<u8> {
        self.contents += 1;
        bytes_of(self.contents)
    }

    /// Contents that can be read under a photo's name, and not only under a temporary one.
    pub(super) fn contents(&self) -> BTreeSet<Vec<u8>> {
        let (found, _) = look(&self.tree());
        let mut contents = BTreeSet::new();
        for (path, found) in found {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if let Found::File(bytes) = found
                && !name.starts_with(".lumisift-")
            {
                assert!(
                    is_complete(&bytes),
                    "{} is half-written: {bytes:?}",
                    path.display()
                );
                contents.insert(bytes);
            }
        }
        contents
    }

    pub(super) fn items(&self, onward: bool) -> Vec<ExportItem> {
        let label = |label: &str, matched| FittingLabel {
            label: label.into(),
            matched,
        };
        let folder = self.tree().join(if onward { "near" } else { "photos" });
        let paths: Vec<PathBuf> = if onward {
            look(&folder).0.into_keys().collect()
        } else {
            (0..NAMES.len()).map(|at| self.photo(at)).collect()
        };
        let is_photo = |path: &PathBuf| {
            let jpeg = path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("jpg"));
            jpeg && path.is_file()
        };
        let item = |(at, source): (usize, PathBuf)| ExportItem {
            source,
            labels: match at % 3 {
                0 => vec![],
                1 => vec![label("cat", 0.9)],
                _ => vec![label("cat", 0.9), label("dog", 0.5)],
            },
            taken: None,
            root: Some(folder.clone()),
            place: None,
            is_duplicate: false,
        };
        let photos = paths.into_iter().filter(is_photo);
        photos.enumerate().map(item).collect()
    }

    pub(super) fn ops(&self, fault: Option<(usize, Fault)>, old: bool) -> Faulty {
        Faulty::new(fault, old, self.tree().join("far"))
    }

    pub(super) fn act(&mut self, act: &Act) {
        match act {
            Act::Edit(edit, a, b) => self.edit(*edit, *a, *b),
            Act::Export { fault, old, .. } => {
                let ops = self.ops(*fault, *old);
                self.export(act, &ops);
            }
            Act::Undo(back, fault) => self.undo(*back, self.ops(*fault, false)),
            Act::Finish(fault) => {
                let ops = self.ops(*fault, false);
                let journals = self.journals();
                let left = past(&journals)
                    .into_iter()
                    .find(|p| p.state == PastExportState::Interrupted);
                let Some(left) = left else {
                    return;
                };
                let last = self.exports.last().is_some_and(|done| done.id == left.id);
                for done in self
                    .exports
                    .iter_mut()
                    .filter(|done| !last || done.id != left.id)
                {
                    done.alone = false;
                }
                let exporter = Exporter::with(&journals, &ops, 1);
                if let Ok(report) = exporter.finish(&left.id, &Cancel::default(), &|_| {}) {
                    add(&TALLY.finished, report.exported.len());
                }
                add(&TALLY.triggered, usize::from(ops.triggered()));
            }
        }
    }

    pub(super) fn export(&mut self, act: &Act, ops: &Faulty) {
        let Act::Export {
            onward,
            far,
            transfer,
            layout,
            conflict,
            several,
            ..
        } = act
        else {
            return;
        };
        let target = self.tree().join(if *far { "far" } else { "near" });
        let options = ExportOptions {
            transfer: *transfer,
            layout: *layout,
            conflict: *conflict,
            several: *several,
            ..ExportOptions::new(target.join("out"))
        };
        let Ok(plan) = plan(&self.items(*onward), &options) else {
            return;
        };
        let before = look(&self.tree()).0;
        let journals = self.journals();
        let known: BTreeSet<String> = past(&journals).into_iter().map(|past| past.id).collect();
        let exporter = Exporter::with(&journals, ops, 1);
        if let Ok(report) = exporter.run(&plan, &Cancel::default(), &|_| {}) {
            add(&TALLY.exported, report.exported.len());
        }
        add(&TALLY.triggered, usize::from(ops.triggered()));
        for done in &mut self.exports {
            done.alone = false;
        }
        // The newest one, also after a kill.
        let new = past(&journals)
            .into_iter()
            .find(|past| !known.contains(&past.id));
        if let Some(new) = new {
            self.exports.push(Done {
                id: new.id,
                before,
                alone: true,
            });
        }
    }

    pub(super) fn undo(&mut self, back: usize, ops: Faulty) {
        let Some(at) = self.exports.len().checked_sub(back + 1) else {
            return;
        };
        let journals = self.journals();
        let id = self.exports[at].id.clone();
        let undone = Exporter::with(&journals, &ops, 1).undo(&id);
        add(&TALLY.triggered, usize::from(ops.triggered()));
        if let Ok(undone) = &undone {
            add(&TALLY.restored, undone.restored);
            add(&TALLY.kept, undone.kept.len());
        }
        if let Ok(undone) = undone
            && undone.kept.is_empty()
            && self.exports[at].alone
            && !ops.triggered()
        {
            let now = look(&self.tree()).0;
            add(&TALLY.compared, 1);
            assert_eq!(
                now, self.exports[at].before,
                "undoing did not restore everything"
            );
        }
        for done in self.exports.iter_mut().filter(|done| done.id != id) {
            done.alone = false;
        }
    }

    pub(super) fn edit(&mut self, edit: Edit, a: usize, b: usize) {
        add(&TALLY.edits, 1);
        for done in &mut self.exports {
            done.alone = false;
        }
        let (found, folders) = look(&self.tree());
        // Temporary files are not edited by anyone.
        let on_its_way = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(".lumisift-")
        };
        let files: Vec<&PathBuf> = found.keys().filter(|path| !on_its_way(path)).collect();
        let pick = |n: usize| {
            files
                .get(n % files.len().max(1))
                .map(|path| path.to_path_buf())
        };
        let (Some(one), Some(other)) = (pick(a), pick(b)) else {
            return;
        };
        let link = |goal: &Path, at: &Path| {
            let _ = std::os::unix::fs::symlink(goal, at);
        };
        match edit {
            Edit::Delete => fs::remove_file(one).expect("removed"),
            Edit::Overwrite => {
                let bytes = self.new_bytes();
                fs::remove_file(&one).expect("removed");
                fs::write(&one, bytes).expect("written");
            }
            Edit::BecomeLink if one != other => {
                fs::remove_file(&one).expect("removed");
                link(&other, &one);
            }
            Edit::BecomeHardLink if one != other => {
                fs::remove_file(&one).expect("removed");
                fs::hard_link(other, one).expect("a name");
            }
            Edit::BecomeLink | Edit::BecomeHardLink => {}
            Edit::Recreate => {
                let path = self.photo(a % NAMES.len());
                let bytes = self.new_bytes();
                let _ = fs::create_dir_all(path.parent().expect("a folder"));
                if let Ok(mut file) = fs::File::create_new(path) {
                    std::io::Write::write_all(&mut file, &bytes).expect("written");
                }
            }
            Edit::FolderBecomesLink => {
                let (from, to) = (&folders[a % folders.len()], &folders[b % folders.len()]);
                let name = format!("moved-{}", self.contents);
                self.contents += 1;
                let away = from.with_file_name(name);
                if from != to && fs::rename(from, &away).is_ok() {
                    // To another folder, or to where its files are now.
                    link(
                        if a.is_multiple_of(2) || to.starts_with(from) {
                            &away
                        } else {
                            to
                        },
                        from,
                    );
                }
            }
            Edit::Rename => {
                let name = format!("renamed-{}.jpg", self.contents);
                self.contents += 1;
                fs::rename(&one, one.with_file_name(name)).expect("renamed");
            }
        }
    }
}

/// Content with a unique length that begins and ends with its number.
fn bytes_of(content: u32) -> Vec<u8> {
    let mut bytes = format!("<{content}>").into_bytes();
    bytes.extend(std::iter::repeat_n(b'.', content as usize));
    bytes.extend(format!("</{content}>").bytes());
    bytes
}

fn is_complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let number = text
        .strip_prefix('<')
        .and_then(|rest| rest.split('>').next());
    let number = number.and_then(|number| number.parse().ok());
    number.is_some_and(|number| bytes_of(number) == bytes)
}
