//! Decides whether a file is complete: unchanged since it was read, and for some time before.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::engine::media::decode::is_cut_short;
use crate::engine::media::photo::{Candidate, Photo};

/// How long a truncated photo must remain unchanged: the program that writes it may have paused.
const CUT_SHORT_SETTLE: Duration = Duration::from_secs(600);

/// Files that are not complete yet or whose change times are in the future.
#[derive(Default)]
pub(super) struct SettleTracker(HashMap<PathBuf, TrackedFile>);

/// The last known state of a file.
struct TrackedFile {
    file: Candidate,
    changed: SystemTime,
    /// When this process first saw the file in this state.
    since: Instant,
    /// Whether the current round has examined the file.
    is_examined: bool,
}

impl SettleTracker {
    /// How much longer a file must remain unchanged: for the duration `settle` after its last change, or for ten
    /// minutes if it is truncated. `None` if it is complete and unchanged since it was read.
    pub fn time_left(&mut self, photo: &Photo, settle: Duration) -> Option<Duration> {
        let path = &photo.file.path;
        let Ok(metadata) = fs::metadata(path) else {
            return Some(settle);
        };
        if Candidate::new(path.clone(), &metadata) != photo.file {
            return Some(settle);
        }
        self.time_left_at(path, &metadata, settle_time(photo, settle))
    }

    /// How much longer a file that was not read must remain unchanged: one that is unreadable, perhaps because it is
    /// incomplete, or one that belongs to a photo. `None` if it is complete, or is no file.
    pub fn time_left_of_file(&mut self, path: &Path, settle: Duration) -> Option<Duration> {
        let metadata = fs::metadata(path).ok().filter(Metadata::is_file)?;
        self.time_left_at(path, &metadata, settle)
    }

    fn time_left_at(
        &mut self,
        path: &Path,
        metadata: &Metadata,
        settle: Duration,
    ) -> Option<Duration> {
        let (Ok(modified), Some(changed)) = (metadata.modified(), change_time(metadata)) else {
            return Some(settle);
        };
        let now = Candidate::new(path.into(), metadata);
        // Every file is tracked, because the system clock may be set back while it waits.
        let tracked = self.0.entry(path.into()).or_insert_with(|| TrackedFile {
            file: now.clone(),
            changed,
            since: Instant::now(),
            is_examined: true,
        });
        tracked.is_examined = true;
        if tracked.file != now || tracked.changed != changed {
            (tracked.file, tracked.changed) = (now, changed);
            tracked.since = Instant::now();
        }
        let unchanged_here = tracked.since.elapsed();
        let (modified, changed) = (modified.elapsed().ok(), changed.elapsed().ok());
        let unchanged = unchanged_for(modified, changed, unchanged_here);
        let left = settle.saturating_sub(unchanged);
        if !left.is_zero() {
            return Some(left);
        }
        // A file whose change time is in the future remains tracked, or it would wait again for the next rule.
        if changed.is_some() {
            self.0.remove(path);
        }
        None
    }

    /// Ends a round: forgets the files that it did not examine, such as deleted ones.
    pub fn end_round(&mut self) {
        self.0
            .retain(|_, tracked| std::mem::take(&mut tracked.is_examined));
    }
}

/// How long a file has been unchanged, given the times since its modification time, since its change time, and since
/// this process first saw it in this state. Times in the future are `None`.
fn unchanged_for(
    modified: Option<Duration>,
    changed: Option<Duration>,
    unchanged_here: Duration,
) -> Duration {
    match (modified, changed) {
        (Some(modified), Some(changed)) => modified.min(changed),
        // Cameras and archivers set arbitrary modification times; only the system sets the change time.
        (None, Some(changed)) => changed,
        // The system clock was set back, or a file server's clock is ahead.
        (_, None) => unchanged_here,
    }
}

/// How long a photo must remain unchanged.
fn settle_time(photo: &Photo, settle: Duration) -> Duration {
    let warning = photo.facts.warning.as_deref();
    match warning.is_some_and(is_cut_short) {
        true => settle.max(CUT_SHORT_SETTLE),
        false => settle,
    }
}

/// The inode change time. A program that copies may reset the modification time while it writes, but not this one.
#[cfg(unix)]
fn change_time(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Without an inode change time, the creation time.
#[cfg(not(unix))]
fn change_time(metadata: &Metadata) -> Option<SystemTime> {
    metadata.created().ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::engine::media::photo::{ContentId, PhotoFacts};

    fn photo(path: PathBuf) -> Photo {
        let metadata = fs::metadata(&path).expect("there");
        let facts = PhotoFacts {
            content: ContentId([1; 32]),
            width: 1,
            height: 1,
            taken: None,
            warning: None,
            video: None,
        };
        Photo {
            file: Candidate::new(path, &metadata),
            facts,
        }
    }

    #[test]
    fn a_time_in_the_future_does_not_hold_a_file_back_for_ever() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.jpg");
        fs::write(&path, b"a").expect("written");
        let future = SystemTime::now() + Duration::from_secs(1 << 30);
        let file = File::options().write(true).open(&path).expect("opened");
        file.set_modified(future).expect("set");
        let mut tracker = SettleTracker::default();
        let photo = photo(path.clone());
        let hour = Duration::from_secs(3600);
        assert_eq!(tracker.time_left(&photo, Duration::ZERO), None);
        let left = tracker.time_left(&photo, hour).expect("it waits");
        assert!(left > hour / 2 && left <= hour, "{left:?}");
        fs::write(&path, b"ab").expect("written");
        let left = tracker.time_left(&photo, Duration::ZERO);
        assert_eq!(left, Some(Duration::ZERO), "it changed");
    }

    #[test]
    fn a_truncated_photo_waits_for_ten_minutes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.jpg");
        fs::write(&path, b"a").expect("written");
        let mut photo = photo(path);
        let second = Duration::from_secs(1);
        assert_eq!(settle_time(&photo, second), second);
        let time_left = |photo: &Photo| SettleTracker::default().time_left(photo, Duration::ZERO);
        assert_eq!(time_left(&photo), None);
        let warning = "the file is cut short: about 50 % of the picture is missing";
        photo.facts.warning = Some(warning.into());
        assert_eq!(settle_time(&photo, second), CUT_SHORT_SETTLE);
        assert_eq!(settle_time(&photo, 3600 * second), 3600 * second);
        let left = time_left(&photo).expect("it waits");
        assert!(
            left > CUT_SHORT_SETTLE / 2 && left <= CUT_SHORT_SETTLE,
            "{left:?}"
        );
    }

    #[test]
    fn files_that_were_not_read_wait_as_well() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.jpg");
        fs::write(&path, b"a").expect("written");
        let mut tracker = SettleTracker::default();
        let hour = Duration::from_secs(3600);
        assert_eq!(tracker.time_left_of_file(&path, Duration::ZERO), None);
        let left = tracker.time_left_of_file(&path, hour).expect("it waits");
        assert!(left > hour / 2 && left <= hour, "{left:?}");
        for none in [dir.path().to_path_buf(), dir.path().join("missing.jpg")] {
            assert_eq!(tracker.time_left_of_file(&none, hour), None);
        }
    }

    #[test]
    fn files_that_a_round_does_not_examine_are_forgotten() {
        let dir = tempfile::tempdir().expect("a folder");
        let [deleted, kept] = ["a.jpg", "b.jpg"].map(|name| {
            let path = dir.path().join(name);
            fs::write(&path, b"a").expect("written");
            photo(path)
        });
        let hour = Duration::from_secs(3600);
        let mut tracker = SettleTracker::default();
        let mut round = || {
            for photo in [&deleted, &kept] {
                assert!(tracker.time_left(photo, hour).is_some());
            }
            tracker.end_round();
            let mut paths: Vec<PathBuf> = tracker.0.keys().cloned().collect();
            paths.sort();
            paths
        };
        let [deleted_path, kept_path] = [&deleted, &kept].map(|photo| photo.file.path.clone());
        assert_eq!(round(), [deleted_path.clone(), kept_path.clone()]);
        fs::remove_file(deleted_path).expect("removed");
        assert_eq!(round(), [kept_path]);
    }

    #[test]
    fn times_in_the_future_do_not_count() {
        let [short, long, here] = [1, 100, 10].map(Duration::from_secs);
        for (modified, changed, unchanged) in [
            (Some(short), Some(long), short),
            (Some(long), Some(short), short),
            (None, Some(long), long),
            (Some(long), None, here),
            (None, None, here),
        ] {
            assert_eq!(unchanged_for(modified, changed, here), unchanged);
        }
    }
}
