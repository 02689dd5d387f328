//! Decides whether a file is complete: unchanged since it was read, and for some time before.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::media::decode::is_cut_short;
use crate::engine::media::photo::{Candidate, Photo};

/// How long a truncated photo must remain unchanged: the program that writes it may have paused.
const CUT_SHORT_SETTLE: Duration = Duration::from_secs(600);

/// Files that are not complete yet or whose change times are in the future, and since when this process has seen each
/// unchanged.
#[derive(Default)]
pub(super) struct SettleTracker(HashMap<PathBuf, (Candidate, SystemTime, Instant)>);

impl SettleTracker {
    /// How much longer a file must remain unchanged: for the duration `settle` after its last change, or for ten
    /// minutes if it is truncated. `None` if it is complete and unchanged since it was read.
    pub fn time_left(&mut self, photo: &Photo, settle: Duration) -> Option<Duration> {
        let path = &photo.file.path;
        let Ok(metadata) = fs::metadata(path) else {
            return Some(settle);
        };
        let now = Candidate::new(path.clone(), &metadata);
        if now != photo.file {
            return Some(settle);
        }
        let (Ok(modified), Some(noted)) = (metadata.modified(), noted(&metadata)) else {
            return Some(settle);
        };
        // Every file is tracked, because the system clock may be set back while it waits.
        let seen = self
            .0
            .entry(path.clone())
            .or_insert_with(|| (now.clone(), noted, Instant::now()));
        if (&seen.0, seen.1) != (&now, noted) {
            *seen = (now, noted, Instant::now());
        }
        let seen = seen.2.elapsed();
        let (modified, noted) = (modified.elapsed().ok(), noted.elapsed().ok());
        let left = settle_time(photo, settle).saturating_sub(unchanged_for(modified, noted, seen));
        if !left.is_zero() {
            return Some(left);
        }
        // A file whose change time is in the future remains tracked, or it would wait again for the next rule.
        if noted.is_some() {
            self.0.remove(path);
        }
        None
    }
}

/// How long a file has been unchanged, given the times since its modification time, since its change time, and since
/// this process first saw it in this state. Times in the future are `None`.
fn unchanged_for(modified: Option<Duration>, noted: Option<Duration>, seen: Duration) -> Duration {
    match (modified, noted) {
        (Some(modified), Some(noted)) => modified.min(noted),
        // Cameras and archivers set arbitrary modification times; only the system sets the change time.
        (None, Some(noted)) => noted,
        // The system clock was set back, or a file server's clock is ahead.
        (_, None) => seen,
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
fn noted(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Without an inode change time, the creation time.
#[cfg(not(unix))]
fn noted(metadata: &Metadata) -> Option<SystemTime> {
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
        let mut sightings = SettleTracker::default();
        let photo = photo(path.clone());
        let hour = Duration::from_secs(3600);
        assert_eq!(sightings.time_left(&photo, Duration::ZERO), None);
        let left = sightings.time_left(&photo, hour).expect("it waits");
        assert!(left > hour / 2 && left <= hour, "{left:?}");
        fs::write(&path, b"ab").expect("written");
        let left = sightings.time_left(&photo, Duration::ZERO);
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
    fn times_in_the_future_do_not_count() {
        let [short, long, seen] = [1, 100, 10].map(Duration::from_secs);
        for (modified, noted, unchanged) in [
            (Some(short), Some(long), short),
            (Some(long), Some(short), short),
            (None, Some(long), long),
            (Some(long), None, seen),
            (None, None, seen),
        ] {
            assert_eq!(unchanged_for(modified, noted, seen), unchanged);
        }
    }
}
