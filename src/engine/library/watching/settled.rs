//! Decides whether a file is complete: unchanged since it was read, and for some time before.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::media::photo::{Candidate, Photo};

/// Files whose timestamps are in the future and thus useless, and since when this process has seen each unchanged.
#[derive(Default)]
pub(super) struct SettleTracker(HashMap<PathBuf, (Candidate, SystemTime, Instant)>);

impl SettleTracker {
    /// Whether a file is unchanged since it was read, and has not been modified for the duration `settle`.
    pub fn is_settled(&mut self, photo: &Photo, settle: Duration) -> bool {
        let path = &photo.file.path;
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
}
