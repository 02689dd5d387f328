//! Finds duplicates among indexed photos.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Library, LibraryError, cancelled, check};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::mark::Mark;
use crate::engine::media::metadata::embedded;
use crate::engine::media::paired_files::{PairedFile, PairedFiles, RAW};
use crate::engine::media::photo::{ContentId, DateSource, Photo, Taken};
use crate::engine::organize::export::hash_until;
use crate::engine::search::duplicates::{
    self, DuplicateGroup, DuplicateInput, DuplicateRule, FormatRank, KeeperTraits,
};

/// Properties of a photo that help to choose which copy to keep.
#[derive(Clone, Copy, Debug, Default)]
pub struct PhotoDetails {
    /// The user's mark.
    pub mark: Mark,
    /// The number of keywords and coordinates in its metadata.
    pub facts: u32,
}

/// Groups of duplicate photos, and the space freed by keeping only the best of each group.
#[derive(Clone, Debug, Default)]
pub struct DuplicateReport {
    /// The groups, each with the photo to keep.
    pub groups: Vec<DuplicateGroup>,
    /// For each photo, its size in bytes including its paired files: the RAW file of a pair, the video of a Live Photo.
    pub bytes: Vec<u64>,
    /// For each group and copy, why the keeper is better.
    pub reasons: Vec<Vec<String>>,
}

impl DuplicateReport {
    /// The number of copies, not counting the keepers.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.groups.iter().map(|group| group.copies.len()).sum()
    }

    /// The size of a group's copies in bytes.
    #[must_use]
    pub fn bytes_of(&self, group: &DuplicateGroup) -> u64 {
        group.copies.iter().map(|copy| self.bytes[copy.at]).sum()
    }

    /// The size of all copies in bytes.
    #[must_use]
    pub fn bytes_freed(&self) -> u64 {
        self.groups.iter().map(|group| self.bytes_of(group)).sum()
    }
}

impl Library {
    /// Finds duplicates among photos; `appearances` is in the same order. `watch` receives how many photos have been
    /// compared with all others, and their total.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read, or `cancel` was raised.
    pub fn duplicates(
        &self,
        photos: &[(Photo, u32)],
        appearances: &[Option<Appearance>],
        known: impl Fn(&Photo) -> PhotoDetails,
        rule: &DuplicateRule,
        cancel: &Cancel,
        watch: impl Fn(usize, usize) + Sync,
    ) -> Result<DuplicateReport, LibraryError> {
        self.session().store().finish_checks();
        let vectors = self.session().vectors()?;
        let sub_seconds = match rule.exact {
            true => vec![None; photos.len()],
            false => sub_seconds(photos, cancel)?,
        };
        let mut paired_files = PairedFiles::default();
        let mut bytes = Vec::with_capacity(photos.len());
        let mut entries = Vec::with_capacity(photos.len());
        let contents = contents(photos, cancel)?;
        let details = contents.into_iter().zip(&sub_seconds);
        for (((photo, row), appearance), (content, sub_seconds)) in
            photos.iter().zip(appearances).zip(details)
        {
            check(cancel)?;
            let (file, facts) = (&photo.file, &photo.facts);
            let (paired_bytes, has_raw) = size_and_raw(&paired_files.of(&file.path));
            let all_bytes = file.size + paired_bytes;
            bytes.push(all_bytes);
            let known = known(photo);
            let own_date = own_date(photo);
            let camera = appearance.as_ref().is_some_and(|a| a.camera.is_some());
            entries.push(DuplicateInput {
                content,
                row: facts.video.is_none().then_some(*row),
                appearance: appearance.as_ref(),
                taken: own_date.map(Taken::as_str),
                sub_seconds: sub_seconds.as_deref(),
                traits: KeeperTraits {
                    mark: known.mark,
                    size: (facts.width, facts.height),
                    format: FormatRank::of(&file.path, has_raw),
                    has_camera: camera,
                    sharpness: appearance.as_ref().and_then(|a| a.quality.sharpness),
                    facts: known.facts + u32::from(own_date.is_some()) + u32::from(camera),
                    modified_ns: file.modified_ns,
                    bytes: all_bytes,
                    path: &file.path,
                },
            });
        }
        let values = vectors.values();
        let groups = duplicates::find(&entries, values, vectors.dim(), rule, cancel, watch)
            .ok_or_else(cancelled)?;
        let reason = |group: &DuplicateGroup, at: usize| {
            let keeper = &entries[group.keeper].traits;
            keeper.reason(&entries[at].traits).unwrap_or_default()
        };
        let reasons = groups
            .iter()
            .map(|group| {
                group
                    .copies
                    .iter()
                    .map(|copy| reason(group, copy.at))
                    .collect()
            })
            .collect();
        Ok(DuplicateReport {
            groups,
            bytes,
            reasons,
        })
    }
}

/// The total size of paired files in bytes, and whether one of them is a RAW file.
fn size_and_raw(paired_files: &[PairedFile]) -> (u64, bool) {
    let (mut bytes, mut has_raw) = (0, false);
    for PairedFile { path, .. } in paired_files {
        bytes += path.metadata().map_or(0, |metadata| metadata.len());
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        has_raw |= ending.to_str().is_some_and(|ending| RAW.contains(&ending));
    }
    (bytes, has_raw)
}

/// The date from a photo's own metadata.
fn own_date(photo: &Photo) -> Option<&Taken> {
    let taken = photo.facts.taken.as_ref()?;
    (taken.source() == DateSource::Photo).then_some(taken)
}

/// The fraction of a second at which each photo was taken. Only fast bursts need it, so it is not stored, and read only
/// from photos that were taken in the same second as another one with other content.
fn sub_seconds(
    photos: &[(Photo, u32)],
    cancel: &Cancel,
) -> Result<Vec<Option<String>>, LibraryError> {
    let mut in_second: HashMap<&str, (&ContentId, bool)> = HashMap::new();
    for (photo, _) in photos {
        if let Some(taken) = own_date(photo) {
            let content = &photo.facts.content;
            let (first, several) = in_second.entry(taken.as_str()).or_insert((content, false));
            *several |= *first != content;
        }
    }
    let read = |(photo, _): &(Photo, u32)| -> Result<Option<String>, LibraryError> {
        check(cancel)?;
        let is_shared = own_date(photo).is_some_and(|taken| in_second[taken.as_str()].1);
        let is_picture = photo.facts.video.is_none();
        Ok((is_shared && is_picture)
            .then(|| embedded::facts_of(&photo.file.path).sub_seconds)
            .flatten())
    };
    photos.par_iter().map(read).collect()
}

/// Returns content IDs that are equal only if all bytes are equal. Large videos are identified by samples of their
/// bytes, so those whose samples agree are hashed in full.
fn contents(photos: &[(Photo, u32)], cancel: &Cancel) -> Result<Vec<ContentId>, LibraryError> {
    let mut of_content: HashMap<ContentId, usize> = HashMap::new();
    for (photo, _) in photos {
        *of_content.entry(photo.facts.content).or_default() += 1;
    }
    let content = |(photo, _): &(Photo, u32)| {
        let (file, facts) = (&photo.file, &photo.facts);
        if facts.whole_hash(file.size).is_some() || of_content[&facts.content] == 1 {
            return Ok(facts.content);
        }
        let whole = hash_until(&file.path, cancel);
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        // An unreadable file gets a unique ID, so that it matches nothing.
        let path = file.path.as_os_str().as_encoded_bytes();
        Ok(whole.unwrap_or_else(|_| ContentId::of(path)))
    };
    photos.iter().map(content).collect()
}
