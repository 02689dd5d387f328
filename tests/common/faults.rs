//! A disk that fails on request: operations of exports, with injected faults.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use lumisift::engine::organize::export::ops::{Disk, LostAttributes, Ops};

/// The injected fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No later operation has any effect, as if the process had been killed; a write may be half done.
    Kill,
    /// The disk is full, once.
    Full,
    /// One operation is refused.
    Denied,
}

/// Operations of which the n-th fails.
pub struct Faulty {
    fault: Option<(usize, Fault)>,
    count: AtomicUsize,
    dead: AtomicBool,
    triggered: AtomicBool,
    /// Whether the file system lacks a rename that never replaces, and refuses some hard links.
    old: bool,
    /// Paths below this folder are on another disk.
    far: PathBuf,
}

impl Faulty {
    /// With a fault at an operation, optionally on an old file system, with another disk below `far`.
    pub fn new(fault: Option<(usize, Fault)>, old: bool, far: PathBuf) -> Self {
        Self {
            fault,
            count: AtomicUsize::new(0),
            dead: AtomicBool::new(false),
            triggered: AtomicBool::new(false),
            old,
            far,
        }
    }

    /// Whether a fault has occurred.
    pub fn triggered(&self) -> bool {
        self.triggered.load(Ordering::Relaxed)
    }

    fn next(&self) -> io::Result<()> {
        if self.dead.load(Ordering::Relaxed) {
            return Err(io::Error::other("killed"));
        }
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let Some((_, fault)) = self.fault.filter(|(at, _)| *at == n) else {
            return Ok(());
        };
        self.triggered.store(true, Ordering::Relaxed);
        Err(match fault {
            Fault::Kill => {
                self.dead.store(true, Ordering::Relaxed);
                io::Error::other("killed")
            }
            Fault::Full => io::ErrorKind::StorageFull.into(),
            Fault::Denied => io::ErrorKind::PermissionDenied.into(),
        })
    }

    fn one_disk(&self, a: &Path, b: &Path) -> io::Result<()> {
        // If a folder became a link, its files are on the disk of the link's target.
        let place = |path: &Path| {
            let folder = path.parent().unwrap_or(Path::new("/"));
            std::fs::canonicalize(folder).unwrap_or_else(|_| folder.into())
        };
        if place(a).starts_with(&self.far) == place(b).starts_with(&self.far) {
            return Ok(());
        }
        Err(io::ErrorKind::CrossesDevices.into())
    }
}

impl Ops for Faulty {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.next()?;
        Disk.create(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        if self.dead.load(Ordering::Relaxed) {
            return Err(io::Error::other("killed"));
        }
        self.next().or_else(|error| {
            // Some bytes are written.
            let some = bytes.len() * (self.count.load(Ordering::Relaxed) % 7) / 7;
            Disk.write(file, &bytes[..some])?;
            Err(error)
        })?;
        Disk.write(file, bytes)
    }

    fn flush(&self, _: &File) -> io::Result<()> {
        self.next()
    }

    fn flush_folder(&self, _: &Path) {}

    fn copy_attributes(&self, from: &File, to: &File, owner: bool) -> LostAttributes {
        if self.next().is_err() {
            return LostAttributes {
                permissions: true,
                times: true,
                ..LostAttributes::default()
            };
        }
        Disk.copy_attributes(from, to, owner)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.old {
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.one_disk(from, to)?;
        self.next()?;
        Disk.rename_new(from, to)
    }

    fn rename_over_nothing(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.one_disk(from, to)?;
        self.next()?;
        Disk.rename_over_nothing(from, to)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.one_disk(from, to)?;
        self.next()?;
        if self.old && self.count.load(Ordering::Relaxed).is_multiple_of(3) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Disk.hard_link(from, to)
    }

    fn symlink(&self, goal: &Path, link: &Path) -> io::Result<()> {
        self.next()?;
        Disk.symlink(goal, link)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.next()?;
        Disk.remove_file(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.next()?;
        Disk.create_dir(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.next()?;
        Disk.remove_dir(path)
    }
}
