//! Walks folders and lists the files that may be photos, without opening any whose name says enough.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::decode::sniff;
use super::photo::{Candidate, Failure, Stage};
use crate::engine::files::file_key::{FileKey, has_other_names};
use crate::engine::files::regular::open_regular;
use crate::engine::media::own_exports::Results;

/// Endings of picture files that are read.
const PICTURES: &[&str] = &[
    "jpg",
    "jpeg",
    "jpe",
    "jfif",
    "png",
    "apng",
    "webp",
    "gif",
    "tif",
    "tiff",
    "bmp",
    "dib",
    "pbm",
    "pgm",
    "ppm",
    "pnm",
    "pam",
    "qoi",
    "tga",
    "ico",
    #[cfg(feature = "heic")]
    "heic",
    #[cfg(feature = "heic")]
    "heif",
    #[cfg(feature = "heic")]
    "hif",
    #[cfg(feature = "jxl")]
    "jxl",
];

/// Endings of picture files that are counted, in order to tell the person.
const UNSUPPORTED: &[&str] = &[
    "heic", "heif", "hif", "avif", "jxl", "cr2", "cr3", "nef", "nrw", "arw", "srf", "sr2", "dng",
    "raf", "orf", "rw2", "pef", "srw", "x3f", "raw", "3fr", "iiq", "psd",
];

/// Folders of systems and tools, in which a person's photos are not.
const SYSTEM_FOLDERS: &[&str] = &[
    "node_modules",
    "@eaDir",
    "System Volume Information",
    "$RECYCLE.BIN",
    "#recycle",
];

/// How folders are walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Whether folders in folders are walked.
    pub subfolders: bool,
    /// Whether hidden files and folders, whose names start with a dot, are listed.
    pub hidden: bool,
    /// Folders that are passed over with all that is in them.
    pub excluded: Vec<PathBuf>,
    /// The folder of journals, by which photos are known that an export from these folders put inside them.
    pub journals: Option<PathBuf>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            subfolders: true,
            hidden: false,
            excluded: Vec::new(),
            journals: None,
        }
    }
}

/// What was passed over, to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Hidden files and folders.
    pub hidden: u64,
    /// Folders of systems and tools.
    pub system_folders: u64,
    /// Folders that the person excluded.
    pub excluded: u64,
    /// Pictures in formats that are not read yet.
    pub unsupported: u64,
    /// Files of other kinds.
    pub other: u64,
    /// What an earlier export put there.
    pub exported: u64,
    /// Files and folders that were there already under another name: links and hard links.
    pub repeated: u64,
}

/// One thing that a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file that may be a photo.
    Candidate(Candidate),
    /// A file or folder that could not be looked at.
    Failure(Failure),
}

/// A walk over files and folders. Each file is found once, under its own name rather than a link's.
pub struct Scan {
    /// Files that were named, then folders.
    files: std::vec::IntoIter<PathBuf>,
    folders: std::vec::IntoIter<PathBuf>,
    /// Links that were met, to folders and to files: they come last, when it is known what is there without them.
    folder_links: Vec<PathBuf>,
    file_links: Vec<PathBuf>,
    walk: Option<Walk>,
    options: ScanOptions,
    skipped: Skipped,
    /// Folders that were walked.
    walked: HashSet<FileKey>,
    /// Files that were named, and those with several names that were found.
    found: HashSet<FileKey>,
    results: Results,
}

/// A walk over one folder.
struct Walk {
    entries: walkdir::IntoIter,
    /// The folder, and where it really is.
    root: PathBuf,
    real: PathBuf,
    most_depth: usize,
}

impl Walk {
    /// Where an entry really is.
    fn real(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.root) {
            Ok(below) => self.real.join(below),
            Err(_) => path.into(),
        }
    }
}

impl Scan {
    /// A walk over `roots`: files that are taken as they are, and folders. A root inside another is
    /// walked once.
    #[must_use]
    pub fn new(roots: &[PathBuf], options: ScanOptions) -> Self {
        let Roots {
            files,
            folders,
            real,
        } = Roots::of(roots, options.subfolders);
        let results = match &options.journals {
            Some(journals) => Results::read(journals, &real),
            None => Results::default(),
        };
        Self {
            files: files.into_iter(),
            folders: folders.into_iter(),
            folder_links: Vec::new(),
            file_links: Vec::new(),
            walk: None,
            options,
            skipped: Skipped::default(),
            walked: HashSet::new(),
            found: HashSet::new(),
            results,
        }
    }

    /// What was passed over so far.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Goes on to the next root or link; `None` when there is no other.
    fn advance(&mut self) -> Option<Option<Found>> {
        if let Some(file) = self.files.next() {
            return Some(self.named(file));
        }
        if let Some(folder) = self.folders.next() {
            self.enter(folder);
        } else if let Some(link) = self.folder_links.pop() {
            self.enter_link(link);
        } else {
            let link = self.file_links.pop()?;
            return Some(self.linked(link));
        }
        Some(None)
    }

    /// A file that was named: it is taken, whatever it is called.
    fn named(&mut self, path: PathBuf) -> Option<Found> {
        match fs::metadata(&path) {
            Ok(metadata) => {
                let new = FileKey::with(&path, &metadata).is_none_or(|key| self.found.insert(key));
                new.then(|| candidate(path, &metadata))
            }
            Err(error) => Some(Found::Failure(Failure::io(path, Stage::Scan, &error))),
        }
    }

    /// Begins to walk a folder, if it was not walked yet.
    fn enter(&mut self, root: PathBuf) {
        if FileKey::of(&root).is_some_and(|key| !self.walked.insert(key)) {
            self.skipped.repeated += 1;
            return;
        }
        let most_depth = match self.options.subfolders {
            true => usize::MAX,
            false => 1,
        };
        // By name, so that a run is repeatable.
        let walk = WalkDir::new(&root)
            .min_depth(1)
            .max_depth(most_depth)
            .sort_by_file_name();
        self.walk = Some(Walk {
            entries: walk.into_iter(),
            real: fs::canonicalize(&root).unwrap_or_else(|_| root.clone()),
            root,
            most_depth,
        });
    }

    fn enter_link(&mut self, link: PathBuf) {
        let real = fs::canonicalize(&link).unwrap_or_else(|_| link.clone());
        if self
            .options
            .excluded
            .iter()
            .any(|excluded| real.starts_with(excluded))
        {
            self.skipped.excluded += 1;
        } else {
            self.enter(link);
        }
    }

    /// A link to a file, which may have been found already under its own name.
    fn linked(&mut self, link: PathBuf) -> Option<Found> {
        let metadata = match fs::metadata(&link) {
            Ok(metadata) => metadata,
            Err(error) => return Some(Found::Failure(Failure::io(link, Stage::Scan, &error))),
        };
        let real = fs::canonicalize(&link).unwrap_or_else(|_| link.clone());
        let is_new = FileKey::with(&real, &metadata).is_none_or(|key| self.found.insert(key));
        if !is_new || self.has_listed(&real) {
            self.skipped.repeated += 1;
            return None;
        }
        Some(candidate(link, &metadata))
    }

    /// Whether a walk found this file under its own name, or passed it over for a reason that holds for links as well.
    fn has_listed(&self, real: &Path) -> bool {
        let folder = real.parent().and_then(FileKey::of);
        let name = real.file_name().unwrap_or_default();
        folder.is_some_and(|folder| self.walked.contains(&folder))
            && (self.options.hidden || !is_hidden(name))
            && matches!(kind(real), Kind::Picture | Kind::Nameless)
    }

    /// What to do with an entry of a walk; `None` to pass over it.
    fn consider(&mut self, entry: &DirEntry) -> Option<Found> {
        if !self.options.hidden && is_hidden(entry.file_name()) {
            self.skipped.hidden += 1;
            return self.pass_over(entry);
        }
        let is_link = entry.path_is_symlink();
        let target = match is_link.then(|| fs::metadata(entry.path())).transpose() {
            Ok(target) => target,
            Err(error) => {
                return Some(Found::Failure(Failure::io(
                    entry.path(),
                    Stage::Scan,
                    &error,
                )));
            }
        };
        let kind_of = target
            .as_ref()
            .map_or(entry.file_type(), fs::Metadata::file_type);
        if kind_of.is_dir() {
            return self.consider_folder(entry);
        }
        match kind(entry.path()) {
            Kind::Unsupported => {
                self.skipped.unsupported += 1;
                return None;
            }
            Kind::Other => {
                self.skipped.other += 1;
                return None;
            }
            Kind::Nameless if !kind_of.is_file() || !has_picture_bytes(entry.path()) => {
                self.skipped.other += 1;
                return None;
            }
            Kind::Picture | Kind::Nameless => {}
        }
        if is_link {
            self.file_links.push(entry.path().into());
            return None;
        }
        match entry.metadata() {
            Ok(metadata) => self.file(entry.path(), &metadata),
            Err(error) => Some(Found::Failure(walk_failure(&error, entry.path()))),
        }
    }

    fn consider_folder(&mut self, entry: &DirEntry) -> Option<Found> {
        let (path, name) = (entry.path(), entry.file_name());
        if name == ".git"
            || SYSTEM_FOLDERS
                .iter()
                .any(|system| name == OsStr::new(system))
        {
            self.skipped.system_folders += 1;
            return self.pass_over(entry);
        }
        if self
            .options
            .excluded
            .iter()
            .any(|excluded| excluded == path)
        {
            self.skipped.excluded += 1;
            return self.pass_over(entry);
        }
        let walk = self.walk.as_ref()?;
        if entry.depth() >= walk.most_depth {
            return None;
        }
        if entry.path_is_symlink() {
            let goal = fs::canonicalize(path).unwrap_or_else(|_| path.into());
            if walk.real(path).starts_with(&goal) {
                let message = "a link that leads back into its own folder";
                return Some(Found::Failure(Failure::new(path, Stage::Scan, message)));
            }
            self.folder_links.push(path.into());
            return None;
        }
        let key = entry
            .metadata()
            .ok()
            .and_then(|metadata| FileKey::with(path, &metadata));
        if key.is_some_and(|key| !self.walked.insert(key)) {
            self.skipped.repeated += 1;
            return self.pass_over(entry);
        }
        None
    }

    /// A file under its own name, unless it was found under another or an export put it there.
    fn file(&mut self, path: &Path, metadata: &fs::Metadata) -> Option<Found> {
        if has_other_names(metadata) || !self.found.is_empty() {
            let key = FileKey::with(path, metadata);
            let named = key.as_ref().is_some_and(|key| self.found.contains(key));
            if named {
                self.skipped.repeated += u64::from(has_other_names(metadata));
                return None;
            }
            if has_other_names(metadata) {
                self.found.extend(key);
            }
        }
        let earlier = |walk: &Walk| self.results.contains(&walk.real(path), metadata.len());
        if !self.results.is_empty() && self.walk.as_ref().is_some_and(earlier) {
            self.skipped.exported += 1;
            return None;
        }
        Some(candidate(path.to_path_buf(), metadata))
    }

    fn pass_over(&mut self, entry: &DirEntry) -> Option<Found> {
        if entry.file_type().is_dir()
            && let Some(walk) = &mut self.walk
        {
            walk.entries.skip_current_dir();
        }
        None
    }
}

impl Iterator for Scan {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let Some(walk) = &mut self.walk else {
                if let Some(found) = self.advance()? {
                    return Some(found);
                }
                continue;
            };
            match walk.entries.next() {
                None => {
                    self.walk = None;
                    // In the order of their names, as everything else.
                    self.folder_links.sort_by(|a, b| b.cmp(a));
                    self.file_links.sort_by(|a, b| b.cmp(a));
                }
                Some(Err(error)) => {
                    return Some(Found::Failure(walk_failure(&error, Path::new(""))));
                }
                Some(Ok(entry)) => {
                    if let Some(found) = self.consider(&entry) {
                        return Some(found);
                    }
                }
            }
        }
    }
}

/// What is to be walked: roots without repetitions and, where subfolders are walked, without folders inside others.
struct Roots {
    /// Files, and what is not there.
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    /// Where the folders really are.
    real: Vec<PathBuf>,
}

impl Roots {
    fn of(roots: &[PathBuf], subfolders: bool) -> Self {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for root in roots {
            match fs::metadata(root) {
                Ok(metadata) if metadata.is_dir() => {
                    let real = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
                    folders.push((root.clone(), real));
                }
                _ => files.push(root.clone()),
            }
        }
        let all: HashSet<PathBuf> = folders.iter().map(|(_, real)| real.clone()).collect();
        let inside = |real: &Path| real.ancestors().skip(1).any(|above| all.contains(above));
        let mut seen = HashSet::new();
        folders.retain(|(_, real)| seen.insert(real.clone()) && !(subfolders && inside(real)));
        let (folders, real) = folders.into_iter().unzip();
        Self {
            files,
            folders,
            real,
        }
    }
}

/// Whether a name is that of a picture, read or not.
#[must_use]
pub fn is_picture_name(path: &Path) -> bool {
    matches!(kind(path), Kind::Picture | Kind::Unsupported)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

enum Kind {
    Picture,
    Unsupported,
    /// Without an ending: only its bytes can tell.
    Nameless,
    Other,
}

fn kind(path: &Path) -> Kind {
    let Some(ending) = path.extension() else {
        return Kind::Nameless;
    };
    let is = |known: &&str| ending.eq_ignore_ascii_case(known);
    if PICTURES.iter().any(&is) {
        Kind::Picture
    } else if UNSUPPORTED.iter().any(is) {
        Kind::Unsupported
    } else {
        Kind::Other
    }
}

fn has_picture_bytes(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = open_regular(path).and_then(|file| file.take(64).read_to_end(&mut head));
    read.is_ok() && sniff(&head).is_ok()
}

fn candidate(path: PathBuf, metadata: &fs::Metadata) -> Found {
    if metadata.is_file() {
        Found::Candidate(Candidate::new(path, metadata))
    } else {
        // A pipe or a device would block or never end: it is not opened.
        Found::Failure(Failure::new(
            path,
            Stage::Scan,
            "not a regular file, so it was not opened",
        ))
    }
}

fn walk_failure(error: &walkdir::Error, fallback: &Path) -> Failure {
    let path = error.path().unwrap_or(fallback);
    match error.io_error() {
        Some(error) => Failure::io(path, Stage::Scan, error),
        None => Failure::new(path, Stage::Scan, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scan: &mut Scan) -> Vec<String> {
        scan.map(|found| match found {
            Found::Candidate(c) => c
                .path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            Found::Failure(f) => format!("failure {}: {}", f.path.display(), f.message),
        })
        .collect()
    }

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, b"\x89PNG\r\n\x1a\n").expect("written");
        }
        dir
    }

    #[test]
    fn pictures_are_listed_by_name_and_the_rest_is_counted() {
        let dir = tree(&[
            "b.JPG",
            "a.png",
            "deep/er/c.webp",
            "notes.txt",
            "x.cr3",
            ".hidden/d.jpg",
            ".e.jpg",
            "node_modules/f.png",
            "nameless",
        ]);
        let mut scan = Scan::new(&[dir.path().into()], ScanOptions::default());
        assert_eq!(names(&mut scan), ["a.png", "b.JPG", "c.webp", "nameless"]);
        let want = Skipped {
            hidden: 2,
            system_folders: 1,
            excluded: 0,
            unsupported: 1,
            other: 1,
            ..Skipped::default()
        };
        assert_eq!(scan.skipped(), &want);
    }

    #[test]
    fn excluded_folders_are_passed_over_and_counted() {
        let dir = tree(&["in/a.png", "out/b.png", "in/out/c.png"]);
        let options = ScanOptions {
            excluded: vec![dir.path().join("out"), dir.path().join("in/out")],
            ..ScanOptions::default()
        };
        let mut scan = Scan::new(&[dir.path().into()], options);
        assert_eq!(names(&mut scan), ["a.png"]);
        assert_eq!(scan.skipped().excluded, 2);
    }

    #[test]
    fn roots_inside_others_are_walked_once() {
        let dir = tree(&["one/a.png", "one/two/b.png"]);
        let roots = [
            dir.path().join("one/two"),
            dir.path().join("one"),
            dir.path().join("one/a.png"),
        ];
        assert_eq!(
            names(&mut Scan::new(&roots, ScanOptions::default())),
            ["a.png", "b.png"]
        );
        let flat = ScanOptions {
            subfolders: false,
            ..ScanOptions::default()
        };
        assert_eq!(names(&mut Scan::new(&roots[..2], flat)), ["b.png", "a.png"]);
    }

    #[test]
    fn a_missing_root_is_a_failure() {
        let dir = tree(&[]);
        let found = names(&mut Scan::new(
            &[dir.path().join("gone")],
            ScanOptions::default(),
        ));
        assert!(found[0].contains("not there"), "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn link_loops_and_pipes_are_failures_and_the_walk_goes_on() {
        let dir = tree(&["sub/a.png", "z.png"]);
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/loop")).expect("linked");
        std::os::unix::fs::symlink(dir.path().join("gone"), dir.path().join("y.png"))
            .expect("linked");
        let pipe = dir.path().join("pipe.jpg");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("mkfifo runs");
        assert!(made.success());
        let found = names(&mut Scan::new(&[dir.path().into()], ScanOptions::default()));
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(
            found
                .iter()
                .any(|f| f.contains("pipe.jpg: not a regular file")),
            "{found:?}"
        );
        assert!(
            found
                .iter()
                .any(|f| f.contains("loop: a link that leads back")),
            "{found:?}"
        );
        assert!(
            found.iter().any(|f| f.contains("y.png: it is not there")),
            "{found:?}"
        );
        assert!(found.contains(&"a.png".into()) && found.contains(&"z.png".into()));
    }
}
