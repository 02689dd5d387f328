//! Finds mirrored or rotated duplicates. Their embeddings differ, so candidates are found by transformed perceptual
//! hashes.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Likeness;
use super::near::{self, CopyOf, PreparedGrids, Round, grid_correlation};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::{ComparedGrid, GridTransform, PerceptualHash, TURNS};
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

    /// Wanted photos with hashes near `hash`, without repetition, in ascending order.
    fn near(
        &self,
        hashes: &[PerceptualHash],
        hash: PerceptualHash,
        is_wanted: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for (number, band) in (0..).zip(&self.0) {
            let key = (hash.0 >> (BAND * number)) as u16;
            let flips = (0..BAND).flat_map(|a| (0..=a).map(move |b| (1u16 << a) | (1u16 << b)));
            let keys = std::iter::once(key).chain(flips.map(|flip| key ^ flip));
            for at in keys.filter_map(|key| band.get(&key)).flatten() {
                let at = *at as usize;
                if is_wanted(at) && hashes[at].distance(hash) <= MAX_DISTANCE {
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
/// compared with its new leader.
pub fn add_copies(
    round: &Round<'_>,
    cancel: &Cancel,
    copy_of: &mut [Option<CopyOf>],
) -> Option<()> {
    let hashes: Vec<PerceptualHash> = round.photos.iter().map(|photo| photo.hash).collect();
    let leaders: Vec<usize> = (0..copy_of.len())
        .filter(|at| copy_of[*at].is_none())
        .collect();
    let bands = HashBands::new(&hashes, &leaders);
    let mut found: Vec<(usize, CopyOf)> = leaders
        .par_iter()
        .filter(|at| round.is_new[**at])
        .flat_map_iter(|at| match cancel.is_cancelled() {
            true => Vec::new(),
            false => turned_pairs(round, &hashes, &bands, *at),
        })
        .collect();
    if cancel.is_cancelled() {
        return None;
    }
    // In order of leaders, so that each leader is decided before its copies.
    found.sort_by_key(|(at, of)| (of.leader, *at));
    for (at, of) in found {
        if copy_of[at].is_none() && copy_of[of.leader].is_none() {
            copy_of[at] = Some(of);
        }
    }
    // Copies of a photo that has just become a duplicate itself. Those that do not match its leader are left out later.
    let mut turned_grids: HashMap<usize, Vec<(GridTransform, ComparedGrid)>> = HashMap::new();
    let mut grids = PreparedGrids::default();
    for at in 0..copy_of.len() {
        let Some(of) = copy_of[at] else { continue };
        let Some(above) = copy_of[of.leader] else {
            continue;
        };
        let turned = turned_grids.entry(above.leader).or_insert_with(|| {
            let grid = round.photos[above.leader].grid;
            let turns = TURNS.into_iter().skip(1);
            turns
                .map(|turn| (turn, ComparedGrid::new(&grid.turned(turn))))
                .collect()
        });
        let turned_copies = turned
            .iter()
            .filter_map(|(turn, grid)| turned_copy(round, (above.leader, grid), *turn, at));
        let copies = near::copy(round, above.leader, at, &mut grids)
            .into_iter()
            .chain(turned_copies);
        let closest = copies.max_by(|a, b| a.correlation.total_cmp(&b.correlation));
        copy_of[at] = closest.or(Some(of));
    }
    Some(())
}

/// Pairs of a new photo with worse photos, and with better ones that are not new.
fn turned_pairs(
    round: &Round<'_>,
    hashes: &[PerceptualHash],
    bands: &HashBands,
    new: usize,
) -> Vec<(usize, CopyOf)> {
    let mut pairs = Vec::new();
    // Better new photos find this one.
    let is_wanted = |other: usize| other > new || !round.is_new[other];
    for turn in TURNS.into_iter().skip(1) {
        let turned = ComparedGrid::new(&round.photos[new].grid.turned(turn));
        for other in bands.near(hashes, hashes[new].turned(turn), is_wanted) {
            if other > new {
                let copy = turned_copy(round, (new, &turned), turn, other);
                pairs.extend(copy.map(|of| (other, of)));
            } else {
                let back = inverse(turn);
                let turned = ComparedGrid::new(&round.photos[other].grid.turned(back));
                let copy = turned_copy(round, (other, &turned), back, new);
                pairs.extend(copy.map(|of| (new, of)));
            }
        }
    }
    pairs
}

/// The transform that undoes another one.
fn inverse(turn: GridTransform) -> GridTransform {
    match turn.transposed {
        true => GridTransform {
            across: turn.down,
            down: turn.across,
            ..turn
        },
        false => turn,
    }
}

/// Compares a photo with a leader's transformed grid.
fn turned_copy(
    round: &Round<'_>,
    (leader, turned): (usize, &ComparedGrid),
    turn: GridTransform,
    at: usize,
) -> Option<CopyOf> {
    let (better, other) = (&round.photos[leader], &round.photos[at]);
    let cosine = cosine(better.vector, other.vector);
    if round.shots[leader].differs(&other.shot) || cosine < round.rule.min_framed_cosine {
        return None;
    }
    let others = ComparedGrid::new(other.grid);
    let correlation = grid_correlation(turned, &others, cosine, round.rule)?;
    Some(CopyOf {
        leader,
        likeness: Likeness::Turned(turn),
        cosine,
        correlation,
    })
}
