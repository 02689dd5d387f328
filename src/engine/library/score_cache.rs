//! Caches the scores of each label while other labels change and photos arrive.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use super::frames::BestFrames;
use crate::engine::index::session::{Session, SessionError};
use crate::engine::search::score::{LabelMasses, Scorer, Scores};
use crate::engine::search::teach::{Classifier, ClassifierSet};

/// The photos to score.
#[derive(Clone, Copy)]
pub struct Photos<'a> {
    /// Their number.
    pub count: usize,
    /// Changes whenever an existing photo gets another row or index; appending photos does not change it.
    pub epoch: u64,
    /// The embedding row of a photo, by photo index; for a video, its first row.
    pub row: &'a dyn Fn(usize) -> u32,
    /// Whether a photo is a video.
    pub is_video: &'a dyn Fn(usize) -> bool,
}

/// Scores of photos, and the best frame of each video.
#[derive(Clone, Default)]
pub struct PhotoScores {
    /// The scores, by photo index.
    pub scores: Arc<Scores>,
    /// The best frames.
    pub frames: Arc<BestFrames>,
}

/// A classifier, with a cache key derived from everything that determines it.
#[derive(Clone)]
pub struct ClassifierColumn {
    pub key: String,
    pub classifier: Arc<Classifier>,
}

/// The rows of a growing list of photos.
#[derive(Default)]
pub struct RowCache {
    epoch: u64,
    /// By photo index; for a video, its first row.
    rows: Vec<u32>,
    /// Indices of videos, with their first rows.
    videos: Vec<(u32, u32)>,
}

impl RowCache {
    /// Appends new photos, or starts over if the epoch changed.
    pub fn update(&mut self, photos: Photos<'_>) {
        if self.epoch != photos.epoch || self.rows.len() > photos.count {
            *self = Self {
                epoch: photos.epoch,
                ..Self::default()
            };
        }
        for at in self.rows.len()..photos.count {
            let row = (photos.row)(at);
            self.rows.push(row);
            if (photos.is_video)(at) {
                self.videos
                    .push((u32::try_from(at).unwrap_or(u32::MAX), row));
            }
        }
    }
}

/// The masses of a label, and the counter value of the last query that used them.
struct CachedMasses {
    masses: LabelMasses,
    last_used: u64,
}

/// Number of unused labels whose masses are kept, because users undo their typing and toggle labels.
const KEPT_MASSES: usize = 8;

/// Scores of one set of columns over a growing list of photos.
#[derive(Default)]
pub struct ScoreCache {
    columns: Vec<ClassifierColumn>,
    epoch: u64,
    /// Masses of labels for all photos scored so far, by the labels' cache keys.
    masses: HashMap<String, CachedMasses>,
    scored: PhotoScores,
    photos: usize,
    /// Query counter, the clock of the cache.
    query_count: u64,
    /// The previous scores, whose memory is reused once nothing else refers to them.
    spare: Arc<Scores>,
}

impl ScoreCache {
    /// Scores the photos for `columns`, computing only new labels and new photos.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn score(
        &mut self,
        session: &Session,
        columns: Vec<ClassifierColumn>,
        all: &RowCache,
    ) -> Result<PhotoScores, SessionError> {
        let count = all.rows.len();
        if self.epoch != all.epoch || self.photos > count {
            *self = Self {
                epoch: all.epoch,
                scored: mem::take(&mut self.scored),
                spare: mem::take(&mut self.spare),
                ..Self::default()
            };
        }
        let known = self.columns.iter().map(|column| &column.key);
        let is_same = known.eq(columns.iter().map(|column| &column.key));
        let is_grown = is_same && self.photos > 0;
        if is_grown && self.photos == count {
            return Ok(self.scored.clone());
        }
        // `self` is empty until the end: after an error, the next query starts over.
        let before = mem::take(self);
        let query = before.query_count + 1;
        let mut masses = before.masses;
        extend_masses(session, &mut masses, (&columns, query), before.photos, all)?;
        let scorer = match session.has_parts()? {
            true => Some(scorer(session, columns.iter())),
            false => None,
        };
        let first = if is_grown { before.photos } else { 0 };
        let (mut scored, spare) = match is_grown {
            true => (before.scored, before.spare),
            false => {
                let mut scores = Arc::into_inner(before.spare).unwrap_or_default();
                scores.clear();
                let frames = Arc::default();
                let scores = Arc::new(scores);
                (PhotoScores { scores, frames }, before.scored.scores)
            }
        };
        let of = |column: &ClassifierColumn| Some(&masses.get(&column.key)?.masses);
        let labels: Vec<&LabelMasses> = columns.iter().filter_map(of).collect();
        let scores = Arc::make_mut(&mut scored.scores);
        session.append_scores(&labels, &all.rows[first..], scorer.as_ref(), scores)?;
        if let Some(scorer) = scorer {
            let seen = (all.videos).partition_point(|(at, _)| (*at as usize) < first);
            let videos = all.videos[seen..].iter().copied();
            Arc::make_mut(&mut scored.frames).add(session, &scorer, videos)?;
        }
        *self = Self {
            columns,
            epoch: all.epoch,
            masses,
            scored,
            photos: count,
            query_count: query,
            spare,
        };
        Ok(self.scored.clone())
    }
}

fn scorer<'a>(session: &Session, columns: impl Iterator<Item = &'a ClassifierColumn>) -> Scorer {
    let classifiers = columns.map(|column| &*column.classifier);
    session.classifier_scorer(&ClassifierSet::new(session.model().info().dim, classifiers))
}

/// Extends `known`, which covers the first `photos`, to all photos and `columns`.
fn extend_masses(
    session: &Session,
    known: &mut HashMap<String, CachedMasses>,
    (columns, query): (&[ClassifierColumn], u64),
    photos: usize,
    all: &RowCache,
) -> Result<(), SessionError> {
    let (mut growing, mut missing) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for column in columns.iter().filter(|column| seen.insert(&column.key)) {
        match known.get_mut(&column.key) {
            Some(cached) => {
                cached.last_used = query;
                growing.push(column);
            }
            None => missing.push(column),
        }
    }
    if photos < all.rows.len() {
        // Unused labels are dropped rather than extended to the new photos.
        known.retain(|_, cached| cached.last_used == query);
    } else {
        growing.clear();
        forget_old(known, query);
    }
    if !growing.is_empty() {
        let scorer = scorer(session, growing.iter().copied());
        let more = session.masses(&scorer, &all.rows[photos..])?;
        for (column, more) in growing.into_iter().zip(more) {
            if let Some(cached) = known.get_mut(&column.key) {
                cached.masses.append(more);
            }
        }
    }
    if !missing.is_empty() {
        let scorer = scorer(session, missing.iter().copied());
        let new = session.masses(&scorer, &all.rows)?;
        for (column, masses) in missing.into_iter().zip(new) {
            known.insert(
                column.key.clone(),
                CachedMasses {
                    masses,
                    last_used: query,
                },
            );
        }
    }
    Ok(())
}

/// Keeps the entries of the current query, and the most recently used of the others.
fn forget_old(known: &mut HashMap<String, CachedMasses>, query: u64) {
    let others = known.values().filter(|cached| cached.last_used != query);
    let oldest = oldest_kept(others.map(|cached| cached.last_used), KEPT_MASSES);
    known.retain(|_, cached| cached.last_used >= oldest);
}

/// The smallest counter value to keep so that only the `wanted` most recent entries remain.
pub fn oldest_kept(last_used: impl Iterator<Item = u64>, wanted: usize) -> u64 {
    let mut last_used: Vec<u64> = last_used.collect();
    last_used.sort_unstable();
    let spare = last_used.len().saturating_sub(wanted);
    if spare == 0 { 0 } else { last_used[spare] }
}
