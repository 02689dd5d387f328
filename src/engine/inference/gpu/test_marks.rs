//! Marker files for drivers that hung or crashed the program, so that this does not recur at every start.
//!
//! A marker is a file that is locked while a driver is tested. It is removed when the test ends, whatever its result,
//! and when the program exits normally ([`leave`]). An unlocked marker means that a program died during a test. The
//! user may have killed it, so only a second death in a row counts against the driver. A hang is recorded explicitly.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::file_key::refers_to;
use crate::engine::files::regular::{open_no_link, read_regular};

/// Size limit of a marker file in bytes.
const MAX_MARK: u64 = 64 << 10;
/// Number of consecutive deaths during a test after which a driver is blocked.
const MAX_CRASHES: u32 = 2;
/// Number of attempts to lock a marker that other tests remove meanwhile.
const ATTEMPTS: u32 = 10;

/// Markers of the tests running in this process.
static ACTIVE_MARKERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// State recorded in a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum MarkState {
    /// A test is running, or the program died during one.
    Testing,
    /// The driver hung.
    Hung,
}

#[derive(Debug, Serialize, Deserialize)]
struct MarkRecord {
    adapter: String,
    state: MarkState,
    /// Number of consecutive deaths, including that of the writer if it dies.
    #[serde(default)]
    deaths: u32,
}

impl MarkRecord {
    /// Why the driver must not be used, if so, provided that no test is running.
    fn against(&self) -> Option<String> {
        let again = "choose the graphics card to try it again";
        match self.state {
            MarkState::Hung => Some(format!("the driver did not respond last time; {again}")),
            MarkState::Testing if self.deaths >= MAX_CRASHES => Some(format!(
                "the program ended twice while the driver was tested; {again}"
            )),
            MarkState::Testing => None,
        }
    }
}

/// The marker of an adapter with its driver.
#[derive(Clone, Debug)]
pub struct AdapterMark {
    file: Option<PathBuf>,
    adapter: String,
}

/// Result of starting a test.
#[derive(Debug)]
pub enum TestStart {
    /// The test may run.
    Test(AdapterTest),
    /// Another process is testing the same driver.
    Busy,
    /// The driver is blocked for this reason.
    Blocked(String),
}

/// A running test; dropping it removes the marker.
#[derive(Debug)]
pub struct AdapterTest {
    file: Option<PathBuf>,
    /// Holds the file lock while open.
    _lock: Option<File>,
}

impl Drop for AdapterTest {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else {
            return;
        };
        let mut held = ACTIVE_MARKERS
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Already removed if the program is about to exit.
        if let Some(at) = held.iter().position(|held| *held == file) {
            held.swap_remove(at);
            let _ = std::fs::remove_file(&file);
        }
    }
}

/// Removes all markers before a normal exit or termination by the user, which is not the driver's fault.
pub fn leave() {
    release(|_| true);
}

/// Removes markers.
fn release(which: impl Fn(&Path) -> bool) {
    let mut held = ACTIVE_MARKERS
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for file in held.extract_if(.., |file| which(file)) {
        let _ = std::fs::remove_file(file);
    }
}

/// Opens and locks a marker, creating it if necessary; `None` if another test holds its lock.
fn locked(path: &Path) -> io::Result<Option<File>> {
    for _ in 0..ATTEMPTS {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = open_no_link(&mut options, path)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Ok(None);
        }
        // A test that ended before the lock was taken has removed the file, and another may have created a new one.
        if refers_to(path, &file).unwrap_or(false) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

impl AdapterMark {
    /// The marker of an adapter, in a folder that need not exist yet.
    pub fn new(folder: Option<&Path>, adapter: &str, name: &str) -> Self {
        let file = |folder: &Path| folder.join(format!("gpu-{name}.mark.json"));
        Self {
            file: folder.map(file),
            adapter: adapter.to_owned(),
        }
    }

    /// Starts a test; without a marker if none can be written. If the user asks for the driver (`wanted`), it is
    /// unblocked, and earlier deaths no longer count.
    pub fn begin(&self, wanted: bool) -> TestStart {
        let without = TestStart::Test(AdapterTest {
            file: None,
            _lock: None,
        });
        let Some(path) = &self.file else {
            return without;
        };
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        let mut file = match locked(path) {
            Ok(Some(file)) => file,
            Ok(None) => return TestStart::Busy,
            Err(_) => return without,
        };
        let mut bytes = Vec::new();
        let read = (&mut file).take(MAX_MARK).read_to_end(&mut bytes);
        let note = read.ok().and_then(|_| serde_json::from_slice(&bytes).ok());
        let note: Option<MarkRecord> = note;
        let note = note.filter(|_| !wanted);
        if let Some(reason) = note.as_ref().and_then(MarkRecord::against) {
            return TestStart::Blocked(reason);
        }
        let note = MarkRecord {
            adapter: self.adapter.clone(),
            state: MarkState::Testing,
            deaths: 1 + note.map_or(0, |note| note.deaths),
        };
        let mut write = || {
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(&serde_json::to_vec(&note)?)?;
            // Synced, because a driver may crash the whole machine.
            file.sync_data()
        };
        if write().is_err() {
            return without;
        }
        let mut held = ACTIVE_MARKERS
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.push(path.clone());
        TestStart::Test(AdapterTest {
            file: Some(path.clone()),
            _lock: Some(file),
        })
    }

    /// Why the driver is blocked, if it is.
    pub fn against(&self) -> Option<String> {
        let path = self.file.as_ref()?;
        let file = open_no_link(OpenOptions::new().read(true), path).ok()?;
        // Locked by a running test, whose result is not known yet.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return None;
        }
        drop(file);
        let bytes = read_regular(path, MAX_MARK).ok()?;
        serde_json::from_slice::<MarkRecord>(&bytes).ok()?.against()
    }

    /// Records that the driver hung, which blocks it; returns whether that was possible.
    pub fn hung(&self) -> bool {
        let note = MarkRecord {
            adapter: self.adapter.clone(),
            state: MarkState::Hung,
            deaths: 0,
        };
        match (&self.file, serde_json::to_vec(&note)) {
            (Some(file), Ok(bytes)) => atomic_write(file, &bytes).is_ok(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(folder: &Path) -> AdapterMark {
        AdapterMark::new(Some(folder), "Radeon", "0123")
    }

    fn begin_test(mark: &AdapterMark) -> AdapterTest {
        begin_test_if(mark, false)
    }

    fn begin_test_if(mark: &AdapterMark, wanted: bool) -> AdapterTest {
        match mark.begin(wanted) {
            TestStart::Test(test) => test,
            other => panic!("{other:?}"),
        }
    }

    /// Simulates the death of a process: the lock is released, the marker remains.
    fn simulate_crash(mark: &AdapterMark) {
        simulate_crash_during(mark, begin_test(mark));
    }

    fn simulate_crash_during(mark: &AdapterMark, test: AdapterTest) {
        let file = mark.file.clone().expect("a file");
        ACTIVE_MARKERS
            .lock()
            .expect("free")
            .retain(|held| *held != file);
        drop(test);
        assert!(file.exists());
    }

    #[test]
    fn a_driver_that_hung_is_left_alone_until_it_is_asked_for() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        assert!(radeon.hung());
        let why = radeon.against().expect("blocked");
        assert!(why.contains("choose the graphics card"), "{why}");
        assert!(matches!(radeon.begin(false), TestStart::Blocked(_)));
        let other = AdapterMark::new(Some(dir.path()), "Radeon, newer driver", "4567");
        drop(begin_test(&other));
        drop(begin_test_if(&radeon, true));
        assert_eq!(radeon.against(), None);
        drop(begin_test(&radeon));
    }

    #[test]
    fn requesting_a_driver_does_not_hide_a_crash_of_another_process() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        simulate_crash(&radeon);
        let test = begin_test(&radeon);
        assert!(matches!(radeon.begin(true), TestStart::Busy));
        simulate_crash_during(&radeon, test);
        assert!(radeon.against().is_some(), "both deaths count");
        // Whoever asks for it starts the count again.
        simulate_crash_during(&radeon, begin_test_if(&radeon, true));
        assert_eq!(radeon.against(), None);
        simulate_crash(&radeon);
        assert!(radeon.against().is_some());
    }

    #[test]
    fn a_test_that_ends_leaves_nothing_and_two_do_not_run_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        let test = begin_test(&radeon);
        assert!(matches!(radeon.begin(false), TestStart::Busy));
        drop(test);
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
        for _ in 0..3 * MAX_CRASHES {
            // Terminated by the user, however often.
            let test = begin_test(&radeon);
            let file = test.file.clone().expect("a file");
            release(|held| *held == file);
            assert!(!file.exists());
            drop(test);
        }
        assert_eq!(radeon.against(), None);
    }

    #[test]
    fn consecutive_crashes_block_the_driver() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        simulate_crash(&radeon);
        assert_eq!(radeon.against(), None, "it may have been killed");
        let again = begin_test(&radeon);
        assert_eq!(radeon.against(), None, "it is being tested");
        drop(again);
        simulate_crash(&radeon);
        // A successful test in between resets the count.
        drop(begin_test(&radeon));
        simulate_crash(&radeon);
        simulate_crash(&radeon);
        let why = radeon.against().expect("blocked");
        assert!(why.contains("ended twice"), "{why}");
        assert!(matches!(radeon.begin(false), TestStart::Blocked(_)));
    }

    #[test]
    fn a_damaged_mark_or_a_missing_folder_keeps_nothing_from_a_test() {
        let dir = tempfile::tempdir().expect("a folder");
        let radeon = mark(dir.path());
        std::fs::write(radeon.file.as_ref().expect("a file"), b"{").expect("written");
        drop(begin_test(&radeon));
        drop(begin_test(&mark(&dir.path().join("new"))));
        let without = AdapterMark::new(None, "Radeon", "0123");
        drop(begin_test(&without));
        assert!(!without.hung(), "nowhere to record it");
    }
}
