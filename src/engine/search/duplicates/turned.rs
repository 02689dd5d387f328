//! Finds mirrored or rotated duplicates. Their embeddings differ, so candidates are found by transformed perceptual
//! hashes.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Likeness;
use super::near::{self, CopyOf, PreparedGrids, Round, grid_correlation};
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::codes_within;
use crate::engine::media::appearance::{ComparedGrid, GridTransform, TURNS};
use crate::engine::search::math::cosine;

/// Maximum Hamming distance of a hash from a transformed one.
const MAX_DISTANCE: u32 = 11;

/// Adds transformed duplicates among the remaining leaders. If a leader becomes a duplicate, its own copies are
/// compared with its new leader.
pub fn add_copies(
    round: &Round<'_>,
    cancel: &Cancel,
    copy_of: &mut [Option<CopyOf>],
) -> Option<()> {
    let leaders: Vec<usize> = (0..copy_of.len())
        .filter(|at| copy_of[*at].is_none())
        .collect();
    let search = TurnedSearch {
        round,
        hashes: leaders.iter().map(|at| round.photos[*at].hash.0).collect(),
        are_new: leaders.iter().all(|at| round.is_new[*at]),
        leaders: &leaders,
    };
    let mut found: Vec<(usize, CopyOf)> = (0..leaders.len())
        .into_par_iter()
        .filter(|number| round.is_new[leaders[*number]])
        .flat_map_iter(|number| match cancel.is_cancelled() {
            true => Vec::new(),
            false => search.pairs(number),
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

/// The photos that are compared with each other.
struct TurnedSearch<'a> {
    round: &'a Round<'a>,
    leaders: &'a [usize],
    /// Their hashes.
    hashes: Vec<u64>,
    /// Whether all of them are new.
    are_new: bool,
}

impl TurnedSearch<'_> {
    /// Pairs of a new leader, given by its number, with worse ones, and with better ones that are not new.
    fn pairs(&self, number: usize) -> Vec<(usize, CopyOf)> {
        let (round, new) = (self.round, self.leaders[number]);
        // Better new photos find this one.
        let first = if self.are_new { number + 1 } else { 0 };
        let (mut pairs, mut near) = (Vec::new(), Vec::new());
        for turn in TURNS.into_iter().skip(1) {
            near.clear();
            let hash = round.photos[new].hash.turned(turn).0;
            codes_within(&self.hashes[first..], hash, MAX_DISTANCE, &mut near);
            let others = near.iter().map(|at| self.leaders[first + at]);
            let mut others = others
                .filter(|other| *other > new || !round.is_new[*other])
                .peekable();
            if others.peek().is_none() {
                continue;
            }
            let turned = ComparedGrid::new(&round.photos[new].grid.turned(turn));
            for other in others {
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
