//! A cache of each label's scores, kept while other labels change and photos arrive.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use super::frames::BestFrames;
use crate::engine::index::session::{Session, SessionError};
use crate::engine::search::score::{LabelMasses, Scorer, Scores};
use crate::engine::search::teach::{Classifier, ClassifierSet};

/// The photos that a question is about.
#[derive(Clone, Copy)]
pub struct Photos<'a> {
    /// How many there are.
    pub count: usize,
    /// Changes whenever a photo that was there has another row or place; a count that grows is no such change.
    pub epoch: u64,
    /// The row of a photo's vector, by its place; of a video the first.
    pub row: &'a dyn Fn(usize) -> u32,
    /// Whether it is a video.
    pub is_video: &'a dyn Fn(usize) -> bool,
}

/// Scores of photos, and which frames of videos they are of.
#[derive(Clone, Default)]
pub struct PhotoScores {
    /// The scores, by place.
    pub scores: Arc<Scores>,
    /// The frames.
    pub frames: Arc<BestFrames>,
}

/// A classifier under a key that says all that it was made from.
#[derive(Clone)]
pub struct ClassifierColumn {
    pub key: String,
    pub classifier: Arc<Classifier>,
}

/// The rows of a growing list of photos.
#[derive(Default)]
pub struct RowCache {
    epoch: u64,
    /// By place; of a video the first.
    rows: Vec<u32>,
    /// Places of videos, with their first rows.
    videos: Vec<(u32, u32)>,
}

impl RowCache {
    /// Adds new photos, or starts over.
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

/// What a label weighs, and the question that needed it last.
struct CachedMasses {
    masses: LabelMasses,
    asked: u64,
}

/// Labels whose masses are kept though the question does not need them: someone who types goes back, or switches a label
/// off and on.
const KEPT_MASSES: usize = 8;

/// Scores of one set of columns over a growing list of photos.
#[derive(Default)]
pub struct ScoreCache {
    columns: Vec<ClassifierColumn>,
    epoch: u64,
    /// What labels weigh in all photos that were scored, by what the labels are made from.
    masses: HashMap<String, CachedMasses>,
    scored: PhotoScores,
    photos: usize,
    /// Counts questions.
    asked: u64,
    /// The scores before these, whose memory is reused once nobody else holds them.
    spare: Arc<Scores>,
}

impl ScoreCache {
    /// Scores of `columns` over the photos. Only labels and photos that are new are computed.
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
        // If anything fails below, the next query starts over.
        let before = mem::take(self);
        let asked = before.asked + 1;
        let mut masses = before.masses;
        weigh(session, &mut masses, (&columns, asked), before.photos, all)?;
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
            asked,
            spare,
        };
        Ok(self.scored.clone())
    }
}

fn scorer<'a>(session: &Session, columns: impl Iterator<Item = &'a ClassifierColumn>) -> Scorer {
    let classifiers = columns.map(|column| &*column.classifier);
    session.classifier_scorer(&ClassifierSet::new(session.model().info().dim, classifiers))
}

/// Completes what is known of the first `photos`, so that it covers `columns` for all photos.
fn weigh(
    session: &Session,
    known: &mut HashMap<String, CachedMasses>,
    (columns, asked): (&[ClassifierColumn], u64),
    photos: usize,
    all: &RowCache,
) -> Result<(), SessionError> {
    let (mut growing, mut missing) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for column in columns.iter().filter(|column| seen.insert(&column.key)) {
        match known.get_mut(&column.key) {
            Some(weighed) => {
                weighed.asked = asked;
                growing.push(column);
            }
            None => missing.push(column),
        }
    }
    if photos < all.rows.len() {
        // New photos are not computed for labels that are not in use.
        known.retain(|_, weighed| weighed.asked == asked);
    } else {
        growing.clear();
        forget_old(known, asked);
    }
    if !growing.is_empty() {
        let scorer = scorer(session, growing.iter().copied());
        let more = session.masses(&scorer, &all.rows[photos..])?;
        for (column, more) in growing.into_iter().zip(more) {
            if let Some(weighed) = known.get_mut(&column.key) {
                weighed.masses.append(more);
            }
        }
    }
    if !missing.is_empty() {
        let scorer = scorer(session, missing.iter().copied());
        let new = session.masses(&scorer, &all.rows)?;
        for (column, masses) in missing.into_iter().zip(new) {
            known.insert(column.key.clone(), CachedMasses { masses, asked });
        }
    }
    Ok(())
}

/// Keeps what the question needs, and a few more: the latest.
fn forget_old(known: &mut HashMap<String, CachedMasses>, asked: u64) {
    let others = known.values().filter(|weighed| weighed.asked != asked);
    let oldest = oldest_kept(others.map(|weighed| weighed.asked), KEPT_MASSES);
    known.retain(|_, weighed| weighed.asked >= oldest);
}

/// From which question on things are kept, so that there are as many as are wanted, those of the latest questions.
pub fn oldest_kept(asked: impl Iterator<Item = u64>, wanted: usize) -> u64 {
    let mut asked: Vec<u64> = asked.collect();
    asked.sort_unstable();
    let spare = asked.len().saturating_sub(wanted);
    if spare == 0 { 0 } else { asked[spare] }
}
