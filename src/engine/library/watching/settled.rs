//! Decides whether a file is complete: unchanged since it was read, and for some time before.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::media::decode::is_cut_short;
use crate::engine::media::photo::{Candidate, Photo};

/// How long a truncated photo must remain unchanged: the program that writes it may have paused.
const CUT_SHORT_SETTLE: Duration = Duration::from_secs(600);

/// Files whose timestamps are in the future and thus useless, and since when this process has seen each unchanged.
#[derive(Default)]
pub(super) struct SettleTracker(HashMap<PathBuf, (Candidate, SystemTime, Instant)>);

impl SettleTracker {
    /// Whether a file is unchanged since it was read, and has not been modified for the duration `settle`, or for ten
    /// minutes if it is truncated.
    pub fn is_settled(&mut self, photo: &Photo, settle: Duration) -> bool {
        let path = &photo.file.path;
        let settle = settle_time(photo, settle);
        let Ok(metadata) = fs::metadata(path) else {
            return false;
        };
        let now = Candidate::new(path.clone(), &metadata);
        if now != photo.file {
            return false;
        }
        let (Ok(modified), Some(noted)) = (metadata.modified(), noted(&metadata)) else {
            return false;
        };
        match (modified.elapsed(), noted.elapsed()) {
            (Ok(modified), Ok(noted)) => {
                self.0.remove(path);
                modified >= settle && noted >= settle
            }
            // Cameras and archivers set arbitrary modification times; only the system sets the change time.
            (Err(_), Ok(noted)) => noted >= settle,
            // The system clock was set back, or a file server's clock is ahead: measure the time here.
            (_, Err(_)) => {
                let seen = (self.0.entry(path.clone()))
                    .or_insert_with(|| (now.clone(), noted, Instant::now()));
                if (&seen.0, seen.1) != (&now, noted) {
                    *seen = (now, noted, Instant::now());
                }
                seen.2.elapsed() >= settle
            }
        }
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
        assert!(sightings.is_settled(&photo, Duration::ZERO));
        assert!(!sightings.is_settled(&photo, Duration::from_secs(3600)));
        fs::write(&path, b"ab").expect("written");
        assert!(!sightings.is_settled(&photo, Duration::ZERO), "it changed");
    }

    #[test]
    fn a_truncated_photo_waits_for_ten_minutes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.jpg");
        fs::write(&path, b"a").expect("written");
        let mut photo = photo(path);
        let second = Duration::from_secs(1);
        assert_eq!(settle_time(&photo, second), second);
        assert!(SettleTracker::default().is_settled(&photo, Duration::ZERO));
        let warning = "the file is cut short: about 50 % of the picture is missing";
        photo.facts.warning = Some(warning.into());
        assert_eq!(settle_time(&photo, second), CUT_SHORT_SETTLE);
        assert_eq!(settle_time(&photo, 3600 * second), 3600 * second);
        assert!(!SettleTracker::default().is_settled(&photo, Duration::ZERO));
    }
}
