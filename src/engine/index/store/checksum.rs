//! Checksums of the store's contents: rows of the database, segments of vectors, background sums.
//!
//! Each covers the key of a value as well as the value, so that a misplaced value is detected as surely as a flipped bit.

use super::rows::PhotoRows;
use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken};

/// A checksum over a block of a file.
pub type Checksum128 = [u8; 16];

/// Identity of one file of vectors: random, and never used for another.
pub type Generation = [u8; 16];

/// A generation that no store has used.
pub fn new_generation() -> Generation {
    use std::hash::{BuildHasher, RandomState};
    // The keys of a `RandomState` come from the system's random numbers.
    let half = || RandomState::new().hash_one(std::time::SystemTime::now());
    let mut generation = [0; 16];
    generation[..8].copy_from_slice(&half().to_le_bytes());
    generation[8..].copy_from_slice(&half().to_le_bytes());
    generation
}

/// As it stands in names of files.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checksum of some parts, each with its length.
pub fn sum(kind: u8, parts: &[&[u8]]) -> Checksum128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind]);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut sum = [0; 16];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    sum
}

fn short(kind: u8, parts: &[&[u8]]) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&sum(kind, parts)[..8]);
    i64::from_le_bytes(bytes)
}

/// Of a segment of vectors.
pub fn segment(generation: &Generation, first: u32, rows: u32, bytes: &[u8]) -> Checksum128 {
    let place = [first.to_le_bytes(), rows.to_le_bytes()].concat();
    sum(b's', &[generation, &place, bytes])
}

/// Of the row that says which content a file has.
pub fn file(file: &Candidate, content: &ContentId) -> i64 {
    let path = file.path.as_os_str().as_encoded_bytes();
    let size = file.size.to_le_bytes();
    short(
        b'f',
        &[path, &size, &file.modified_ns.to_le_bytes(), &content.0],
    )
}

/// Of the row that says what a content is.
pub fn facts(facts: &PhotoFacts) -> i64 {
    let size = [facts.width.to_le_bytes(), facts.height.to_le_bytes()].concat();
    // What is not there differs from what is empty.
    let text = |text: Option<&str>| -> Vec<u8> {
        text.map_or_else(Vec::new, |text| format!("={text}").into_bytes())
    };
    let taken = text(facts.taken.as_ref().map(Taken::as_str));
    let warning = text(facts.warning.as_deref());
    let mut parts = vec![&facts.content.0[..], &size, &taken, &warning];
    let video = facts.video.as_ref().map(|video| video.to_text());
    // A photo's is as it was before there were videos.
    parts.extend(video.as_ref().map(|video| video.as_bytes()));
    short(b'c', &parts)
}

/// Of the row that says what a content looks like.
pub fn appearance(content: &ContentId, numbers: &[u8]) -> i64 {
    short(b'a', &[&content.0, numbers])
}

/// Of the row that says which vectors a content has.
pub fn vectors(generation: &Generation, content: &ContentId, rows: PhotoRows) -> i64 {
    let place = [&rows.first.to_le_bytes()[..], &[rows.count]].concat();
    short(b'v', &[generation, &content.0, &place])
}
