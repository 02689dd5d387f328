//! Marks on drivers that hung or took the program down with them, so that this does not happen at every start.
//!
//! A mark is a file that is locked while a driver is tested. It is removed when that ends, however it ends, and when the
//! program ends in order ([`leave`]). So a mark whose lock nobody holds was left by a program that died meanwhile. A person or
//! the system may have ended it, so only a second time in a row is held against the driver. One that hangs is known as such.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::regular::{open_no_link, read_regular};

/// Largest mark that is read.
const MAX_MARK: u64 = 64 << 10;
/// After so many programs that died while they tested a driver it is left alone.
const DEATHS: u32 = 2;

/// Marks of tests that are under way in this process.
static HELD: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    /// Somebody tests it.
    Testing,
    /// It gave no answer.
    Hung,
}

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    adapter: String,
    state: State,
    /// Programs in a row that died during a test, if the one that wrote this does so.
    #[serde(default)]
    deaths: u32,
}

impl Note {
    /// Why the driver is not to be tried, if it is not, where nobody tests it just now.
    fn against(&self) -> Option<String> {
        let again = "choose --device gpu, or Graphics card in the settings, to try it again";
        match self.state {
            State::Hung => Some(format!("the driver gave no answer the last time; {again}")),
            State::Testing if self.deaths >= DEATHS => Some(format!(
                "the program ended twice while the driver was tested; {again}"
            )),
            State::Testing => None,
        }
    }
}

/// The mark of one adapter with its driver.
#[derive(Clone, Debug)]
pub struct Mark {
    file: Option<PathBuf>,
    adapter: String,
}

/// How a test begins.
#[derive(Debug)]
pub enum Beginning {
    /// It may begin.
    Test(Test),
    /// Another process tests the same driver.
    Busy,
    /// It must not, for this reason.
    Blocked(String),
}

/// A test that is under way: the mark goes with it.
#[derive(Debug)]
pub struct Test {
    file: Option<PathBuf>,
    /// Locked as long as it is open.
    _lock: Option<File>,
}

impl Drop for Test {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else {
            return;
        };
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        // Not there any more if the program is about to end.
        if let Some(at) = held.iter().position(|held| *held == file) {
            held.swap_remove(at);
            let _ = std::fs::remove_file(&file);
        }
    }
}

/// The program ends because it is done or somebody ends it: no driver is to blame.
pub fn leave() {
    release(|_| true);
}

/// Takes marks back.
fn release(which: impl Fn(&Path) -> bool) {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    for file in held.extract_if(.., |file| which(file)) {
        let _ = std::fs::remove_file(file);
    }
}

impl Mark {
    /// The mark of an adapter, in a folder that need not be there yet.
    pub fn new(folder: Option<&Path>, adapter: &str, name: &str) -> Self {
        let file = |folder: &Path| folder.join(format!("gpu-{name}.mark.json"));
        Self {
            file: folder.map(file),
            adapter: adapter.to_owned(),
        }
    }

    /// Begins a test. Where no mark can be made, it begins without.
    pub fn begin(&self) -> Beginning {
        let without = Beginning::Test(Test {
            file: None,
            _lock: None,
        });
        let Some(path) = &self.file else {
            return without;
        };
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let Ok(mut file) = open_no_link(&mut options, path) else {
            return without;
        };
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Beginning::Busy;
        }
        let mut bytes = Vec::new();
        let read = (&mut file).take(MAX_MARK).read_to_end(&mut bytes);
        let note = read.ok().and_then(|_| serde_json::from_slice(&bytes).ok());
        let note: Option<Note> = note;
        if let Some(reason) = note.as_ref().and_then(Note::against) {
            return Beginning::Blocked(reason);
        }
        let note = Note {
            adapter: self.adapter.clone(),
            state: State::Testing,
            deaths: 1 + note.map_or(0, |note| note.deaths),
        };
        let mut write = || {
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(&serde_json::to_vec(&note)?)?;
            // A driver may take the whole machine down.
            file.sync_data()
        };
        if write().is_err() {
            return without;
        }
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(path.clone());
        Beginning::Test(Test {
            file: Some(path.clone()),
            _lock: Some(file),
        })
    }

    /// Why the driver is left alone, if it is.
    pub fn against(&self) -> Option<String> {
        let path = self.file.as_ref()?;
        let file = open_no_link(OpenOptions::new().read(true), path).ok()?;
        // Whoever holds it is testing just now: the result is not known yet.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return None;
        }
        drop(file);
        let bytes = read_regular(path, MAX_MARK).ok()?;
        serde_json::from_slice::<Note>(&bytes).ok()?.against()
    }

    /// The driver gave no answer.
    pub fn hung(&self) {
        let note = Note {
            adapter: self.adapter.clone(),
            state: State::Hung,
            deaths: 0,
        };
        if let (Some(file), Ok(bytes)) = (&self.file, serde_json::to_vec(&note)) {
            let _ = atomic_write(file, &bytes);
        }
    }

    /// Nothing is held against the driver any more.
    pub fn clear(&self) {
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(folder: &Path) -> Mark {
        Mark::new(Some(folder), "Radeon", "0123")
    }

    fn begun(mark: &Mark) -> Test {
        match mark.begin() {
            Beginning::Test(test) => test,
            other => panic!("{other:?}"),
        }
    }

    /// As a process that dies: its lock goes, its mark stays.
    fn die(mark: &Mark) {
        let test = begun(mark);
        let file = mark.file.clone().expect("a file");
        HELD.lock().expect("free").retain(|held| *held != file);
        drop(test);
        assert!(file.exists());
    }

    #[test]
    fn a_driver_that_hung_is_left_alone_until_it_is_asked_for() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        radeon.hung();
        let why = radeon.against().expect("blocked");
        assert!(why.contains("--device gpu"), "{why}");
        assert!(matches!(radeon.begin(), Beginning::Blocked(_)));
        let other = Mark::new(Some(dir.path()), "Radeon, newer driver", "4567");
        drop(begun(&other));
        radeon.clear();
        assert_eq!(radeon.against(), None);
        drop(begun(&radeon));
    }

    #[test]
    fn a_test_that_ends_leaves_nothing_and_two_do_not_run_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        let test = begun(&radeon);
        assert!(matches!(radeon.begin(), Beginning::Busy));
        drop(test);
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
        for _ in 0..3 * DEATHS {
            // Ended by a person, however often.
            let test = begun(&radeon);
            let file = test.file.clone().expect("a file");
            release(|held| *held == file);
            assert!(!file.exists());
            drop(test);
        }
        assert_eq!(radeon.against(), None);
    }

    #[test]
    fn programs_that_die_in_a_row_are_held_against_the_driver() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        die(&radeon);
        assert_eq!(radeon.against(), None, "it may have been killed");
        let again = begun(&radeon);
        assert_eq!(radeon.against(), None, "it is being tested");
        drop(again);
        die(&radeon);
        // A test that ends well in between begins the count anew.
        drop(begun(&radeon));
        die(&radeon);
        die(&radeon);
        let why = radeon.against().expect("blocked");
        assert!(why.contains("ended twice"), "{why}");
        assert!(matches!(radeon.begin(), Beginning::Blocked(_)));
    }

    #[test]
    fn a_damaged_mark_or_a_missing_folder_keeps_nothing_from_a_test() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        std::fs::write(radeon.file.as_ref().expect("a file"), b"{").expect("written");
        drop(begun(&radeon));
        drop(begun(&mark(&dir.path().join("new"))));
        drop(begun(&Mark::new(None, "Radeon", "0123")));
    }
}
