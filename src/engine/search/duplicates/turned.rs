//! Finds mirrored or rotated duplicates. Their embeddings differ, so candidates are found by transformed perceptual
//! hashes.

use rayon::prelude::*;

use super::Likeness;
use super::near::{self, CopyOf, LazyGrid, Round, grid_correlation};
use crate::engine::inference::cpu::codes_within;
use crate::engine::media::appearance::{ComparedGrid, GridTransform, TURNS};
use crate::engine::search::math::cosine;

/// Maximum Hamming distance of a hash from a transformed one.
const MAX_DISTANCE: u32 = 11;

/// Adds transformed duplicates among the remaining leaders. If a leader becomes a duplicate, its own copies are
/// compared with its new leader.
pub fn add_copies(round: &Round<'_>, copy_of: &mut [Option<CopyOf>]) -> Option<()> {
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
        .flat_map_iter(|number| match round.cancel.is_cancelled() {
            true => Vec::new(),
            false => search.pairs(number),
        })
        .collect();
    if round.cancel.is_cancelled() {
        return None;
    }
    // In order of leaders, so that each leader is decided before its copies.
    found.sort_by_key(|(at, of)| (of.leader, *at));
    for (at, of) in found {
        if copy_of[at].is_none() && copy_of[of.leader].is_none() {
            copy_of[at] = Some(of);
        }
    }
    follow_leaders(round, copy_of);
    (!round.cancel.is_cancelled()).then_some(())
}

/// Compares the copies of photos that have just become duplicates themselves with the new leaders. Those that do not
/// match are left out later.
fn follow_leaders(round: &Round<'_>, copy_of: &mut [Option<CopyOf>]) {
    let mut followers: Vec<(usize, usize)> = Vec::new();
    for (at, of) in copy_of.iter().enumerate() {
        let above = of.and_then(|of| copy_of[of.leader]);
        followers.extend(above.map(|above| (above.leader, at)));
    }
    // By leader, so that only the turned grids of one leader are in memory.
    followers.sort_unstable();
    for group in followers.chunk_by(|a, b| a.0 == b.0) {
        let leader = group[0].0;
        let leader_grid = LazyGrid::new(round.photos[leader].grid);
        let turned: Vec<(GridTransform, ComparedGrid)> = (TURNS.into_iter().skip(1))
            .map(|turn| {
                let grid = round.photos[leader].grid.turned(turn);
                (turn, ComparedGrid::new(&grid))
            })
            .collect();
        for (_, at) in group {
            let turned_copies = turned
                .iter()
                .filter_map(|(turn, grid)| turned_copy(round, (leader, grid), *turn, *at));
            let grid = LazyGrid::new(round.photos[*at].grid);
            let copies = near::copy(round, (leader, &leader_grid), (*at, &grid))
                .into_iter()
                .chain(turned_copies);
            let closest = copies.max_by(|a, b| a.correlation.total_cmp(&b.correlation));
            copy_of[*at] = closest.or(copy_of[*at]);
        }
    }
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
    if round.cancel.is_cancelled() || round.shots[leader].differs(&other.shot) {
        return None;
    }
    let cosine = cosine(better.vector, other.vector);
    if cosine < round.rule.min_framed_cosine {
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
