//! Duplicates among the photos of folders.

use std::collections::HashMap;

use super::{Library, LibraryError, cancelled, check};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::mark::Mark;
use crate::engine::media::paired_files::{PairedFiles, RAW};
use crate::engine::media::photo::{ContentId, DateSource, Photo};
use crate::engine::organize::export::hash_until;
use crate::engine::search::duplicates::{
    self, DuplicateGroup, DuplicateInput, DuplicateRule, FormatRank, KeeperTraits,
};

/// What is known of a photo beside its content.
#[derive(Clone, Copy, Debug, Default)]
pub struct PhotoDetails {
    /// What the person decided.
    pub mark: Mark,
    /// How many keywords and coordinates its metadata has.
    pub facts: u32,
}

/// Copies of photos, and what it would free to keep the best of each group alone.
#[derive(Clone, Debug, Default)]
pub struct DuplicateReport {
    /// Each with the photo that is best kept.
    pub groups: Vec<DuplicateGroup>,
    /// For each photo, its bytes and those of what belongs to it: the RAW file of a pair, the movie of a Live Photo.
    pub bytes: Vec<u64>,
    /// For each group and copy, why the keeper is the better one.
    pub reasons: Vec<Vec<String>>,
}

impl DuplicateReport {
    /// How many photos are copies.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.groups.iter().map(|group| group.copies.len()).sum()
    }

    /// What a group's copies take.
    #[must_use]
    pub fn bytes_of(&self, group: &DuplicateGroup) -> u64 {
        group.copies.iter().map(|copy| self.bytes[copy.at]).sum()
    }

    /// What all copies take.
    #[must_use]
    pub fn bytes_freed(&self) -> u64 {
        self.groups.iter().map(|group| self.bytes_of(group)).sum()
    }
}

impl Library {
    /// Copies among photos, whose appearances are in the same order. `watch` receives how many of how many photos were
    /// compared with all others.
    ///
    /// # Errors
    /// If the store cannot be read, or `cancel` was raised.
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
        let mut paired_files = PairedFiles::default();
        let mut bytes = Vec::with_capacity(photos.len());
        let mut entries = Vec::with_capacity(photos.len());
        let contents = contents(photos, cancel)?;
        for (((photo, row), appearance), content) in photos.iter().zip(appearances).zip(contents) {
            check(cancel)?;
            let (file, facts) = (&photo.file, &photo.facts);
            let mut all_bytes = file.size;
            let mut has_raw = false;
            for paired_file in paired_files.of(&file.path) {
                all_bytes += paired_file
                    .path
                    .metadata()
                    .map_or(0, |metadata| metadata.len());
                let ending = paired_file
                    .path
                    .extension()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                has_raw |= ending.to_str().is_some_and(|ending| RAW.contains(&ending));
            }
            bytes.push(all_bytes);
            let known = known(photo);
            let own_date = facts
                .taken
                .as_ref()
                .filter(|t| t.source() == DateSource::Photo);
            let camera = appearance.as_ref().is_some_and(|a| a.camera.is_some());
            entries.push(DuplicateInput {
                content,
                row: facts.video.is_none().then_some(*row),
                appearance: appearance.as_ref(),
                taken: own_date.map(|taken| taken.as_str()),
                traits: KeeperTraits {
                    mark: known.mark,
                    size: (facts.width, facts.height),
                    format: FormatRank::of(&file.path, has_raw),
                    sharpness: appearance.as_ref().and_then(|a| a.quality.sharpness),
                    facts: known.facts + u32::from(own_date.is_some()) + u32::from(camera),
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

/// What each photo holds, so that two of them hold the same only if all of their bytes are the same. Long videos are
/// known by parts of their bytes; of those that agree in these, all bytes are read.
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
        // What cannot be read now is the same as nothing else.
        let path = file.path.as_os_str().as_encoded_bytes();
        Ok(whole.unwrap_or_else(|_| ContentId::of(path)))
    };
    photos.iter().map(content).collect()
}
