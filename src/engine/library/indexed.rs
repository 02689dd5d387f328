//! The result of indexing.

use super::LibraryError;
use crate::engine::index::pipeline::{Event, JobHandle, Summary};
use crate::engine::media::photo::{Failure, Photo, Stage};

/// The indexed photos of a set of folders.
pub struct Indexed {
    /// Photos sorted by path, each with the row of its embedding.
    pub photos: Vec<(Photo, u32)>,
    /// Failures sorted by path.
    pub failures: Vec<Failure>,
    /// Counts of processed and skipped files.
    pub summary: Summary,
}

impl Indexed {
    /// Waits for a job to end. `watch` receives each event before it is handled.
    ///
    /// # Errors
    /// Returns an error if the job stopped early.
    pub fn wait_for(job: &JobHandle, mut watch: impl FnMut(&Event)) -> Result<Self, LibraryError> {
        let (mut photos, mut failures) = (Vec::new(), Vec::new());
        let mut last = None;
        while let Some(message) = job.next() {
            watch(&message.event);
            match message.event {
                Event::Photo { photo, row, .. } => photos.push((photo, row)),
                Event::Failed(failure) => failures.push(failure),
                Event::Finished(summary) => last = Some(summary),
                Event::Progress(_) | Event::Unread(_) | Event::Waiting(_) | Event::Fallback(_) => {}
            }
        }
        let summary = last.unwrap_or_else(|| Summary::panicked(job.progress()));
        if let Some(problem) = summary.problem {
            return Err(LibraryError::Stopped(problem));
        }
        // Another process rebuilt the store, so these photos lost their rows; the next run indexes them again.
        let orphans = photos.extract_if(.., |(_, row)| *row == u32::MAX);
        let orphaned = |(photo, _): (Photo, u32)| {
            let message = "the store was rebuilt in the meantime";
            Failure::new(photo.file.path, Stage::Read, message)
        };
        failures.extend(orphans.map(orphaned));
        // In-place sort: there may be millions.
        photos.sort_unstable_by(|a, b| a.0.file.path.cmp(&b.0.file.path));
        failures.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            photos,
            failures,
            summary,
        })
    }

    /// The indices of videos, each with the first row of its embeddings.
    pub(super) fn videos(&self) -> impl Iterator<Item = (u32, u32)> {
        let photos = (0..).zip(&self.photos);
        let videos = photos.filter(|(_, (photo, _))| photo.facts.video.is_some());
        videos.map(|(at, (_, row))| (at, *row))
    }

    /// The embedding rows in photo order; for a video, its first row.
    #[must_use]
    pub fn rows(&self) -> Vec<u32> {
        self.photos.iter().map(|(_, row)| *row).collect()
    }
}
