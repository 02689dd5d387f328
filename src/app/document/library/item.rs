//! A photo of the window, or a file that could not be read.

use std::cmp::Ordering;
use std::sync::Arc;

use super::UNREAD;
use crate::app::document::calendar::{self, Day};
use crate::engine::media::metadata::PhotoMetadata;
use crate::engine::media::photo::{Candidate, ContentId, Failure, Photo, PhotoFacts};
use crate::engine::media::places::Place;

/// What became of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadOutcome {
    /// It was read.
    Read {
        /// What its content says.
        facts: PhotoFacts,
        /// The row of its vector; [`UNREAD`] until the model has read it.
        row: u32,
    },
    /// It could not be used.
    Failed(Failure),
}

/// One file in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryItem {
    /// Where it is, how large and of when.
    pub file: Candidate,
    /// Its name without folders, for people.
    pub name: String,
    /// A text that sorts as the name should.
    pub name_key: String,
    /// What became of it.
    pub outcome: ReadOutcome,
    /// What it and its sidecars say, once they were looked at.
    pub metadata: Option<Arc<PhotoMetadata>>,
}

impl LibraryItem {
    /// For a photo that was read.
    #[must_use]
    pub fn read(photo: Photo, row: u32) -> Self {
        let outcome = ReadOutcome::Read {
            facts: photo.facts,
            row,
        };
        Self::new(photo.file, outcome)
    }

    /// For a file that failed.
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

    /// What its content says, if it was read.
    #[must_use]
    pub fn facts(&self) -> Option<&PhotoFacts> {
        match &self.outcome {
            ReadOutcome::Read { facts, .. } => Some(facts),
            ReadOutcome::Failed(_) => None,
        }
    }

    /// Its content, if it was read.
    #[must_use]
    pub fn content(&self) -> Option<ContentId> {
        self.facts().map(|facts| facts.content)
    }

    /// Keywords that it or a sidecar holds.
    #[must_use]
    pub fn keywords(&self) -> &[String] {
        let metadata = self.metadata.as_ref();
        metadata.map_or(&[], |metadata| &metadata.facts.keywords)
    }

    /// Where it was taken, if its coordinates or those in a sidecar say so.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.metadata.as_ref()?.place
    }

    /// Whether it or a sidecar has coordinates.
    #[must_use]
    pub fn is_located(&self) -> bool {
        let metadata = self.metadata.as_ref();
        metadata.is_some_and(|metadata| metadata.facts.position.is_some())
    }

    /// The camera, as it calls itself.
    #[must_use]
    pub fn camera(&self) -> Option<&str> {
        self.metadata.as_ref()?.facts.camera.as_deref()
    }

    /// The lens, as it calls itself.
    #[must_use]
    pub fn lens(&self) -> Option<&str> {
        self.metadata.as_ref()?.facts.lens.as_deref()
    }

    /// The row of its vector; [`UNREAD`], which scores nothing, if there is none.
    #[must_use]
    pub fn row(&self) -> u32 {
        match self.outcome {
            ReadOutcome::Read { row, .. } => row,
            ReadOutcome::Failed(_) => UNREAD,
        }
    }

    /// What is wrong with it, if anything.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        match &self.outcome {
            ReadOutcome::Read { facts, .. } => facts.warning.as_deref(),
            ReadOutcome::Failed(failure) => Some(&failure.message),
        }
    }

    /// Why it could not be used, if it could not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            ReadOutcome::Read { .. } => None,
            ReadOutcome::Failed(failure) => Some(failure),
        }
    }

    /// The ending of its name in lower case.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let ending = self.file.path.extension()?;
        Some(ending.to_string_lossy().to_lowercase())
    }
}

/// A text by which names sort as people count: `img2` before `img10`, capitals beside small letters.
/// Each run of digits is preceded by its length.
pub(super) fn natural_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 4);
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let digits = rest[..end].trim_start_matches('0');
            // Lengths as characters from '0' on: shorter numbers come first.
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

/// What became of a file, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// A photo that was read.
    Photo,
    /// A video that was read.
    Video,
    /// A file that could not be used.
    Failed,
}

/// What is asked of every item whenever the photos are sorted. These lie side by side in memory; the items themselves do
/// not, and looking at each of them would take most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// The row of its vector; [`UNREAD`] if there is none.
    pub row: u32,
    /// The day on which it was taken; 0 if that is not known.
    pub day: Day,
    /// What became of it.
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

    /// The day on which it was taken.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        (self.day != 0).then_some(self.day)
    }
}

/// Compares names as people do.
#[must_use]
pub fn by_name(a: &LibraryItem, b: &LibraryItem) -> Ordering {
    a.name_key
        .cmp(&b.name_key)
        .then_with(|| a.file.path.cmp(&b.file.path))
}
