//! Checksums of database rows, vector segments and background sums.
//!
//! Each covers a value together with its key, so that misplaced values are detected as well as bit errors.

use super::rows::PhotoRows;
use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken};

/// Checksum of a block in a file.
pub type Checksum128 = [u8; 16];

/// Identity of a vector file: random and never reused.
pub type Generation = [u8; 16];

/// A new random generation.
pub fn new_generation() -> Generation {
    use std::hash::{BuildHasher, RandomState};
    // `RandomState` is seeded with random numbers from the operating system.
    let half = || RandomState::new().hash_one(std::time::SystemTime::now());
    let mut generation = [0; 16];
    generation[..8].copy_from_slice(&half().to_le_bytes());
    generation[8..].copy_from_slice(&half().to_le_bytes());
    generation
}

/// Hexadecimal form, as used in file names.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checksum of several length-prefixed parts.
pub fn digest(kind: u8, parts: &[&[u8]]) -> Checksum128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind]);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut digest = [0; 16];
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    digest
}

fn short(kind: u8, parts: &[&[u8]]) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest(kind, parts)[..8]);
    i64::from_le_bytes(bytes)
}

/// Checksum of a vector segment.
pub fn segment(generation: &Generation, first: u32, rows: u32, bytes: &[u8]) -> Checksum128 {
    let place = [first.to_le_bytes(), rows.to_le_bytes()].concat();
    digest(b's', &[generation, &place, bytes])
}

/// Checksum of a row of `files`.
pub fn file(file: &Candidate, content: &ContentId) -> i64 {
    let path = file.path.as_os_str().as_encoded_bytes();
    let size = file.size.to_le_bytes();
    short(
        b'f',
        &[path, &size, &file.modified_ns.to_le_bytes(), &content.0],
    )
}

/// Checksum of a row of `contents`.
pub fn facts(facts: &PhotoFacts) -> i64 {
    let size = [facts.width.to_le_bytes(), facts.height.to_le_bytes()].concat();
    // Distinguishes missing values from empty ones.
    let text = |text: Option<&str>| -> Vec<u8> {
        text.map_or_else(Vec::new, |text| format!("={text}").into_bytes())
    };
    let taken = text(facts.taken.as_ref().map(Taken::as_str));
    let warning = text(facts.warning.as_deref());
    let mut parts = vec![&facts.content.0[..], &size, &taken, &warning];
    let video = facts.video.as_ref().map(|video| video.to_text());
    // Omitted for photos, whose checksums thus match those from before videos were supported.
    parts.extend(video.as_ref().map(|video| video.as_bytes()));
    short(b'c', &parts)
}

/// Checksum of a row of `appearances`.
pub fn appearance(content: &ContentId, numbers: &[u8]) -> i64 {
    short(b'a', &[&content.0, numbers])
}

/// Checksum of a row of `vectors`.
pub fn vectors(generation: &Generation, content: &ContentId, rows: PhotoRows) -> i64 {
    let place = [&rows.first.to_le_bytes()[..], &[rows.count]].concat();
    short(b'v', &[generation, &content.0, &place])
}
