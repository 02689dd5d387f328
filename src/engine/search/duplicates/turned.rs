//! Finds mirrored or rotated duplicates. Their embeddings differ, so candidates are found by transformed perceptual
//! hashes.

use std::collections::HashMap;

use rayon::prelude::*;

use super::near::{ComparedPhoto, CopyOf, grid_correlation, is_other_shot};
use super::{DuplicateRule, Likeness};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::{GreyGrid, GridTransform, PerceptualHash, TURNS};
use crate::engine::search::math::cosine;

/// Bits per band; a 64-bit hash has four bands.
const BAND: u32 = 16;
/// Maximum Hamming distance. By the pigeonhole principle, 11 bits leave one of the four bands with at most two, so
/// searching all bands within two bits misses nothing.
const MAX_DISTANCE: u32 = 11;

/// Photos indexed by each band of their hashes.
struct HashBands([HashMap<u16, Vec<u32>>; 4]);

impl HashBands {
    fn new(hashes: &[PerceptualHash], which: &[usize]) -> Self {
        let mut bands: [HashMap<u16, Vec<u32>>; 4] = Default::default();
        for at in which {
            for (number, band) in (0..).zip(&mut bands) {
                let key = (hashes[*at].0 >> (BAND * number)) as u16;
                let at = u32::try_from(*at).unwrap_or(u32::MAX);
                band.entry(key).or_default().push(at);
            }
        }
        Self(bands)
    }

    /// Photos after index `after` with hashes near `hash`, without repetition, in ascending order.
    fn near(&self, hashes: &[PerceptualHash], hash: PerceptualHash, after: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for (number, band) in (0..).zip(&self.0) {
            let key = (hash.0 >> (BAND * number)) as u16;
            let flips = (0..BAND).flat_map(|a| (0..=a).map(move |b| (1u16 << a) | (1u16 << b)));
            let keys = std::iter::once(key).chain(flips.map(|flip| key ^ flip));
            for at in keys.filter_map(|key| band.get(&key)).flatten() {
                let at = *at as usize;
                if at > after && hashes[at].distance(hash) <= MAX_DISTANCE {
                    found.push(at);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Adds transformed duplicates among the remaining leaders. If a leader becomes a duplicate, its own copies are
/// compared with its new leader, and become independent if they do not match.
pub fn add_copies(
    photos: &[ComparedPhoto<'_>],
    rule: &DuplicateRule,
    cancel: &Cancel,
    copy_of: &mut [Option<CopyOf>],
) -> Option<()> {
    let hashes: Vec<PerceptualHash> = photos.iter().map(|photo| photo.hash).collect();
    let leaders: Vec<usize> = (0..photos.len())
        .filter(|at| copy_of[*at].is_none())
        .collect();
    let bands = HashBands::new(&hashes, &leaders);
    let found: Vec<(usize, CopyOf)> = leaders
        .par_iter()
        .flat_map_iter(|leader| match cancel.is_cancelled() {
            true => Vec::new(),
            false => turned_copies(photos, &hashes, &bands, *leader, rule),
        })
        .collect();
    if cancel.is_cancelled() {
        return None;
    }
    // In order of leaders, so that each leader is decided before its copies.
    for (at, of) in found {
        if copy_of[at].is_none() && copy_of[of.leader].is_none() {
            copy_of[at] = Some(of);
        }
    }
    // Copies of a photo that has just become a duplicate itself.
    for at in 0..copy_of.len() {
        let Some(of) = copy_of[at] else { continue };
        if let Some(above) = copy_of[of.leader] {
            let copies = TURNS.into_iter().filter_map(|turn| {
                let turned = photos[above.leader].grid.turned(turn);
                turned_copy(photos, (above.leader, &turned), turn, at, rule)
            });
            copy_of[at] = copies.max_by(|a, b| a.correlation.total_cmp(&b.correlation));
        }
    }
    Some(())
}

fn turned_copies(
    photos: &[ComparedPhoto<'_>],
    hashes: &[PerceptualHash],
    bands: &HashBands,
    leader: usize,
    rule: &DuplicateRule,
) -> Vec<(usize, CopyOf)> {
    let mut copies = Vec::new();
    for turn in TURNS.into_iter().skip(1) {
        let turned = photos[leader].grid.turned(turn);
        for at in bands.near(hashes, hashes[leader].turned(turn), leader) {
            let copy = turned_copy(photos, (leader, &turned), turn, at, rule);
            copies.extend(copy.map(|of| (at, of)));
        }
    }
    copies.sort_by_key(|(at, _)| *at);
    copies
}

/// Compares a photo with a leader's transformed grid.
fn turned_copy(
    photos: &[ComparedPhoto<'_>],
    (leader, turned): (usize, &GreyGrid),
    turn: GridTransform,
    at: usize,
    rule: &DuplicateRule,
) -> Option<CopyOf> {
    let (better, other) = (&photos[leader], &photos[at]);
    let cosine = cosine(better.vector, other.vector);
    if is_other_shot(better, other) || cosine < rule.min_framed_cosine {
        return None;
    }
    let correlation = grid_correlation(turned, other.grid, cosine, rule)?;
    let likeness = match turn == TURNS[0] {
        true => Likeness::Near,
        false => Likeness::Turned(turn),
    };
    Some(CopyOf {
        leader,
        likeness,
        cosine,
        correlation,
    })
}
