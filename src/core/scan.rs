//! Walks folders and lists the files that may be photos, without opening any whose name says enough.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::decode::sniff;
use super::photo::{Candidate, Failure, Stage};
use super::regular::open_regular;

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
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            subfolders: true,
            hidden: false,
            excluded: Vec::new(),
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
}

/// One thing that a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file that may be a photo.
    Candidate(Candidate),
    /// A file or folder that could not be looked at.
    Failure(Failure),
}

/// A walk over files and folders.
pub struct Scan {
    roots: std::vec::IntoIter<PathBuf>,
    walk: Option<walkdir::IntoIter>,
    options: ScanOptions,
    skipped: Skipped,
}

impl Scan {
    /// A walk over `roots`: files that are taken as they are, and folders. A root inside another is
    /// walked once.
    #[must_use]
    pub fn new(roots: &[PathBuf], options: ScanOptions) -> Self {
        let roots = distinct(roots, options.subfolders);
        Self {
            roots: roots.into_iter(),
            walk: None,
            options,
            skipped: Skipped::default(),
        }
    }

    /// What was passed over so far.
    #[must_use]
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    fn start(&mut self, root: PathBuf) -> Option<Found> {
        match fs::metadata(&root) {
            Ok(metadata) if metadata.is_dir() => {
                let depth = if self.options.subfolders {
                    usize::MAX
                } else {
                    1
                };
                let walk = WalkDir::new(root)
                    .follow_links(true)
                    .min_depth(1)
                    .max_depth(depth);
                // By name, so that a run is repeatable.
                self.walk = Some(walk.sort_by_file_name().into_iter());
                None
            }
            Ok(metadata) => Some(candidate(root, &metadata)),
            Err(error) => Some(Found::Failure(Failure::io(root, Stage::Scan, &error))),
        }
    }

    /// What to do with an entry of a walk; `None` to pass over it.
    fn consider(&mut self, entry: &DirEntry) -> Option<Found> {
        let name = entry.file_name();
        let folder = entry.file_type().is_dir();
        if !self.options.hidden && name.as_encoded_bytes().starts_with(b".") {
            self.skipped.hidden += 1;
            return self.pass_over(folder);
        }
        if folder {
            if SYSTEM_FOLDERS
                .iter()
                .any(|system| name == OsStr::new(system))
                || name == ".git"
            {
                self.skipped.system_folders += 1;
                return self.pass_over(true);
            }
            if self.options.excluded.iter().any(|dir| dir == entry.path()) {
                self.skipped.excluded += 1;
                return self.pass_over(true);
            }
            return None;
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
            Kind::Nameless if !entry.file_type().is_file() || !has_picture_bytes(entry.path()) => {
                self.skipped.other += 1;
                return None;
            }
            Kind::Picture | Kind::Nameless => {}
        }
        Some(match entry.metadata() {
            Ok(metadata) => candidate(entry.path().to_path_buf(), &metadata),
            Err(error) => Found::Failure(walk_failure(&error, entry.path())),
        })
    }

    fn pass_over(&mut self, folder: bool) -> Option<Found> {
        if folder && let Some(walk) = &mut self.walk {
            walk.skip_current_dir();
        }
        None
    }
}

impl Iterator for Scan {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let Some(walk) = &mut self.walk else {
                let root = self.roots.next()?;
                if let Some(found) = self.start(root) {
                    return Some(found);
                }
                continue;
            };
            match walk.next() {
                None => self.walk = None,
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

/// Roots without repetitions and, where subfolders are walked, without those inside others.
fn distinct(roots: &[PathBuf], subfolders: bool) -> Vec<PathBuf> {
    let canonical: Vec<PathBuf> = roots
        .iter()
        .map(|root| fs::canonicalize(root).unwrap_or_else(|_| root.clone()))
        .collect();
    let repeated = |i: usize| {
        canonical.iter().enumerate().any(|(j, other)| {
            let inside =
                subfolders && i != j && canonical[i] != *other && canonical[i].starts_with(other);
            inside || (j < i && canonical[i] == *other)
        })
    };
    (0..roots.len())
        .filter(|i| !repeated(*i))
        .map(|i| roots[i].clone())
        .collect()
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
    if error.loop_ancestor().is_some() {
        return Failure::new(
            path,
            Stage::Scan,
            "a link that leads back into its own folder",
        );
    }
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
