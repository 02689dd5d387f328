//! An item of the library: a photo, a video, or a file that could not be read.

use std::cmp::Ordering;
use std::sync::Arc;

use super::UNREAD;
use crate::app::document::calendar::{self, Day};
use crate::engine::media::metadata::PhotoMetadata;
use crate::engine::media::photo::{Candidate, ContentId, Failure, Photo, PhotoFacts};
use crate::engine::media::places::Place;

/// The result of reading a file.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadOutcome {
    /// The file was read.
    Read {
        /// Facts about its content.
        facts: PhotoFacts,
        /// The row of its embedding, or [`UNREAD`] until the model has processed it.
        row: u32,
    },
    /// The file could not be used.
    Failed(Failure),
}

/// A file in the library.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryItem {
    /// Path, size and modification time.
    pub file: Candidate,
    /// The file name for display.
    pub name: String,
    /// A sort key for natural order of names.
    pub name_key: String,
    /// The result of reading it.
    pub outcome: ReadOutcome,
    /// Metadata of the file and its sidecars, once read.
    pub metadata: Option<Arc<PhotoMetadata>>,
}

impl LibraryItem {
    /// An item for a photo that was read.
    #[must_use]
    pub fn read(photo: Photo, row: u32) -> Self {
        let outcome = ReadOutcome::Read {
            facts: photo.facts,
            row,
        };
        Self::new(photo.file, outcome)
    }

    /// An item for a file that could not be read.
    #[must_use]
    pub fn failed(failure: Failure) -> Self {
        let file = Candidate {
            path: failure.path.clone(),
            size: 0,
            modified_ns: 0,
        };
        Self::new(file, ReadOutcome::Failed(failure))
    }

    fn new(file: Candidate, outcome: ReadOutcome) -> Self {
        let name = file.path.file_name().unwrap_or(file.path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Self {
            name_key: natural_key(&name),
            name,
            file,
            outcome,
            metadata: None,
        }
    }

    /// Facts about the content, if it was read.
    #[must_use]
    pub fn facts(&self) -> Option<&PhotoFacts> {
        match &self.outcome {
            ReadOutcome::Read { facts, .. } => Some(facts),
            ReadOutcome::Failed(_) => None,
        }
    }

    /// The content id, if it was read.
    #[must_use]
    pub fn content(&self) -> Option<ContentId> {
        self.facts().map(|facts| facts.content)
    }

    /// Keywords in the file or a sidecar.
    #[must_use]
    pub fn keywords(&self) -> &[String] {
        let metadata = self.metadata.as_ref();
        metadata.map_or(&[], |metadata| &metadata.facts.keywords)
    }

    /// Where it was taken, derived from the coordinates in the file or a sidecar.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.metadata.as_ref()?.place
    }

    /// Whether the file or a sidecar has coordinates.
    #[must_use]
    pub fn is_located(&self) -> bool {
        let metadata = self.metadata.as_ref();
        metadata.is_some_and(|metadata| metadata.facts.position.is_some())
    }

    /// The camera name from the metadata.
    #[must_use]
    pub fn camera(&self) -> Option<&str> {
        self.metadata.as_ref()?.facts.camera.as_deref()
    }

    /// The lens name from the metadata.
    #[must_use]
    pub fn lens(&self) -> Option<&str> {
        self.metadata.as_ref()?.facts.lens.as_deref()
    }

    /// The row of its embedding, or [`UNREAD`].
    #[must_use]
    pub fn row(&self) -> u32 {
        match self.outcome {
            ReadOutcome::Read { row, .. } => row,
            ReadOutcome::Failed(_) => UNREAD,
        }
    }

    /// A warning about the file, if any.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        match &self.outcome {
            ReadOutcome::Read { facts, .. } => facts.warning.as_deref(),
            ReadOutcome::Failed(failure) => Some(&failure.message),
        }
    }

    /// Why the file could not be used, if so.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            ReadOutcome::Read { .. } => None,
            ReadOutcome::Failed(failure) => Some(failure),
        }
    }

    /// The file name extension in lower case.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let ending = self.file.path.extension()?;
        Some(ending.to_string_lossy().to_lowercase())
    }
}

/// A sort key for natural order: `img2` before `img10`, ignoring case. Each run of digits is preceded by its length.
pub(super) fn natural_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 4);
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let digits = rest[..end].trim_start_matches('0');
            // The length as a character from '0' upwards, so that shorter numbers come first.
            key.push(char::from_u32('0' as u32 + digits.len() as u32).unwrap_or(char::MAX));
            key.push_str(digits);
            rest = &rest[end..];
        } else {
            key.extend(c.to_lowercase());
            rest = &rest[c.len_utf8()..];
        }
    }
    key
}

/// Whether an item is a photo, a video or a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// A photo that was read.
    Photo,
    /// A video that was read.
    Video,
    /// A file that could not be used.
    Failed,
}

/// The properties needed to sort or test every item. They are stored contiguously, because following the pointers to
/// the items themselves would take most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// The row of its embedding, or [`UNREAD`].
    pub row: u32,
    /// The day on which it was taken; 0 if unknown.
    pub day: Day,
    /// Whether it is a photo, a video or a failure.
    pub kind: FileStatus,
}

impl OrderFacts {
    pub(super) fn of(item: &LibraryItem) -> Self {
        let facts = item.facts();
        let taken = facts.and_then(|facts| facts.taken.as_ref());
        Self {
            row: item.row(),
            day: taken
                .and_then(|taken| calendar::day_of(taken.as_str()))
                .unwrap_or_default(),
            kind: match facts {
                None => FileStatus::Failed,
                Some(facts) if facts.video.is_some() => FileStatus::Video,
                Some(_) => FileStatus::Photo,
            },
        }
    }

    /// The day on which it was taken, if known.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        (self.day != 0).then_some(self.day)
    }
}

/// Compares names in natural order.
#[must_use]
pub fn by_name(a: &LibraryItem, b: &LibraryItem) -> Ordering {
    a.name_key
        .cmp(&b.name_key)
        .then_with(|| a.file.path.cmp(&b.file.path))
}
