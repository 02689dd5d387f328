//! Puts photos into a folder per label: copies by default, never over another file.
//!
//! A copy is written under a temporary name, compared with its source by hash, and renamed; a move
//! removes the source only after that, or renames within a file system.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::cancel::Cancel;
use super::photo::{ContentId, Failure, Stage};

/// What happens to a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transfer {
    /// Copied.
    #[default]
    Copy,
    /// Moved.
    Move,
    /// A symbolic link to it.
    Link,
}

/// One photo and the folder, by name, that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The photo.
    pub source: PathBuf,
    /// Name of its label, which has a folder; none for the target itself.
    pub label: Option<String>,
}

/// One photo and where it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Where it was.
    pub source: PathBuf,
    /// Where it is.
    pub target: PathBuf,
}

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Photos that arrived.
    pub exported: Vec<Exported>,
    /// Photos that did not. They are where they were.
    pub failures: Vec<Failure>,
}

/// Longest name in bytes that common file systems take, less room for a number.
const MAX_NAME_BYTES: usize = 240;

/// Exports `items` into folders below `target`.
///
/// # Errors
/// If `target` cannot be made; what goes wrong with a single photo is in the report.
pub fn export(
    items: &[Item],
    target: &Path,
    transfer: Transfer,
    cancel: &Cancel,
) -> io::Result<Report> {
    fs::create_dir_all(target)?;
    let mut report = Report::default();
    let mut made = HashSet::new();
    for item in items {
        if cancel.is_cancelled() {
            break;
        }
        let folder = match &item.label {
            Some(label) => target.join(folder_name(label)),
            None => target.into(),
        };
        let result = ensure_folder(&folder, &mut made)
            .and_then(|()| transfer_one(&item.source, &folder, transfer));
        match result {
            Ok(path) => {
                report.exported.push(Exported {
                    source: item.source.clone(),
                    target: path,
                });
            }
            Err(error) => report
                .failures
                .push(Failure::io(&item.source, Stage::Export, &error)),
        }
    }
    Ok(report)
}

fn ensure_folder(folder: &Path, made: &mut HashSet<PathBuf>) -> io::Result<()> {
    if made.contains(folder) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    made.insert(folder.to_path_buf());
    Ok(())
}

/// A label as the name of a folder, on every file system: no separators or reserved characters, no
/// leading or trailing dots or spaces, not a reserved name, not too long.
#[must_use]
pub fn folder_name(label: &str) -> String {
    const RESERVED: &[&str] = &["con", "prn", "aux", "nul"];
    let plain = |c: char| {
        if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
            '_'
        } else {
            c
        }
    };
    let mut name: String = label.chars().map(plain).collect();
    while name.len() > MAX_NAME_BYTES / 2 {
        name.pop();
    }
    let name = name.trim_matches([' ', '.']);
    let lower = name.to_lowercase();
    let numbered = |prefix: &str| {
        lower
            .strip_prefix(prefix)
            .is_some_and(|n| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    if name.is_empty() {
        "unnamed".into()
    } else if RESERVED.contains(&lower.as_str()) || numbered("com") || numbered("lpt") {
        format!("{name}_")
    } else {
        name.into()
    }
}

fn transfer_one(source: &Path, folder: &Path, transfer: Transfer) -> io::Result<PathBuf> {
    let source_metadata = fs::metadata(source)?;
    if !source_metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if transfer == Transfer::Link {
        let source = fs::canonicalize(source)?;
        return place(source.file_name(), folder, |target| {
            symlink(&source, target)
        });
    }
    // A link to a photo is moved as a photo: the link's own target might not be found from elsewhere.
    if transfer == Transfer::Move && !fs::symlink_metadata(source)?.is_symlink() {
        // A hard link takes the new name only if it is free; then the old name goes.
        let linked = place(source.file_name(), folder, |target| {
            fs::hard_link(source, target)
        });
        if let Ok(target) = linked {
            fs::remove_file(source)?;
            return Ok(target);
        }
    }
    let copy = Temporary::copy(source, folder, &source_metadata)?;
    let target = place(source.file_name(), folder, |target| {
        fs::hard_link(&copy.0, target)
    })
    // File systems without hard links, such as FAT: rename onto a name that was reserved just now.
    .or_else(|_| {
        place(source.file_name(), folder, |target| {
            rename_new(&copy.0, target)
        })
    })?;
    drop(copy);
    if transfer == Transfer::Move {
        fs::remove_file(source)?;
    }
    Ok(target)
}

/// Calls `create`, which must not replace anything, with the first free one of `name`, `name (2)`, ...
fn place(
    name: Option<&OsStr>,
    folder: &Path,
    create: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let name = Path::new(name.unwrap_or(OsStr::new("photo")));
    let stem = name.file_stem().unwrap_or_default();
    for n in 1..=10_000u32 {
        let mut file = OsString::from(stem);
        if n > 1 {
            file.push(format!(" ({n})"));
        }
        if let Some(ending) = name.extension() {
            file.push(".");
            file.push(ending);
        }
        let target = folder.join(file);
        match create(&target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(target),
        }
    }
    Err(io::Error::other(
        "10,000 files of this name are there already",
    ))
}

/// Renames to a name that nothing has: it is made, empty, by this call, and then replaced.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    File::create_new(to)?;
    fs::rename(from, to).inspect_err(|_| {
        let _ = fs::remove_file(to);
    })
}

#[cfg(unix)]
fn symlink(source: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(source, target)
}

#[cfg(windows)]
fn symlink(source: &Path, target: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(source, target)
}

/// A verified copy under a temporary name, removed when dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn copy(source: &Path, folder: &Path, metadata: &fs::Metadata) -> io::Result<Self> {
        let name = format!(".lumisift-{}-{}", std::process::id(), hash_name(source));
        let temporary = Self(folder.join(name));
        // Also takes over permissions.
        fs::copy(source, &temporary.0)?;
        let file = File::options().read(true).write(true).open(&temporary.0)?;
        file.set_times(times(metadata))?;
        file.sync_all()?;
        if hash(&temporary.0)? != hash(source)? {
            return Err(io::Error::other(
                "the copy differs from the photo: it was not kept",
            ));
        }
        Ok(temporary)
    }
}

fn hash(path: &Path) -> io::Result<ContentId> {
    let hash = blake3::Hasher::new()
        .update_reader(File::open(path)?)?
        .finalize();
    Ok(ContentId(*hash.as_bytes()))
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename it is gone already.
        let _ = fs::remove_file(&self.0);
    }
}

fn times(metadata: &fs::Metadata) -> fs::FileTimes {
    let mut times = fs::FileTimes::new();
    if let Ok(modified) = metadata.modified() {
        times = times.set_modified(modified);
    }
    if let Ok(accessed) = metadata.accessed() {
        times = times.set_accessed(accessed);
    }
    times
}

fn hash_name(path: &Path) -> String {
    blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(sources: &[PathBuf]) -> Vec<Item> {
        let item = |source: &PathBuf| Item {
            source: source.clone(),
            label: Some("cat".into()),
        };
        sources.iter().map(item).collect()
    }

    fn two_of_one_name(dir: &Path) -> Vec<PathBuf> {
        ["a", "b"]
            .map(|sub| {
                let path = dir.join(sub).join("x.jpg");
                fs::create_dir_all(path.parent().expect("a parent")).expect("made");
                fs::write(&path, sub).expect("written");
                path
            })
            .to_vec()
    }

    #[test]
    fn nothing_is_overwritten_and_times_are_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let sources = two_of_one_name(dir.path());
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        let file = File::options()
            .write(true)
            .open(&sources[0])
            .expect("opened");
        file.set_times(fs::FileTimes::new().set_modified(old))
            .expect("set");
        for transfer in [Transfer::Copy, Transfer::Link] {
            let out = dir.path().join(format!("{transfer:?}"));
            let report =
                export(&items(&sources), &out, transfer, &Cancel::default()).expect("exports");
            assert!(report.failures.is_empty(), "{:?}", report.failures);
            assert_eq!(fs::read(out.join("cat/x.jpg")).expect("there"), b"a");
            assert_eq!(fs::read(out.join("cat/x (2).jpg")).expect("there"), b"b");
            let modified = fs::metadata(out.join("cat/x.jpg"))
                .expect("there")
                .modified();
            assert_eq!(modified.expect("a time"), old);
            assert_eq!(fs::read_dir(out.join("cat")).expect("a folder").count(), 2);
        }
        assert!(sources.iter().all(|source| source.exists()));
    }

    #[test]
    fn a_move_leaves_each_photo_in_one_place() {
        let dir = tempfile::tempdir().expect("a folder");
        let sources = two_of_one_name(dir.path());
        let out = dir.path().join("out");
        let report =
            export(&items(&sources), &out, Transfer::Move, &Cancel::default()).expect("exports");
        assert_eq!(report.exported.len(), 2);
        assert!(sources.iter().all(|source| !source.exists()));
        assert_eq!(fs::read(out.join("cat/x (2).jpg")).expect("there"), b"b");
    }

    #[test]
    fn a_photo_that_is_gone_is_a_failure_and_the_rest_goes_on() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut sources = two_of_one_name(dir.path());
        sources.insert(0, dir.path().join("gone.jpg"));
        let out = dir.path().join("out");
        let report =
            export(&items(&sources), &out, Transfer::Copy, &Cancel::default()).expect("exports");
        assert_eq!((report.exported.len(), report.failures.len()), (2, 1));
        assert!(report.failures[0].message.contains("not there"));
    }

    #[test]
    fn labels_become_names_of_folders() {
        assert_eq!(folder_name("beach"), "beach");
        assert_eq!(folder_name("a/b\\c: \"d\"?"), "a_b_c_ _d__");
        assert_eq!(folder_name(" .. "), "unnamed");
        assert_eq!(folder_name("CON"), "CON_");
        assert_eq!(folder_name("com7"), "com7_");
        assert_eq!(folder_name("猫"), "猫");
    }

    proptest! {
        #[test]
        fn every_label_gives_one_usable_name(label in "\\PC*") {
            let name = folder_name(&label);
            prop_assert!(!name.is_empty() && name.len() <= MAX_NAME_BYTES);
            prop_assert!(name != "." && name != "..");
            prop_assert_eq!(Path::new(&name).components().count(), 1);
        }
    }
}
