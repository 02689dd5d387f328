//! An approximate index over vectors in files: an inverted file (IVF, "Video Google", Sivic and Zisserman 2003).
//!
//! Spherical k-means groups the vectors around centroids. A label is scored against all centroids, and then against the vectors of
//! the lists whose centroids match it best, as exactly as [`super::rank`] scores: what is found has its true match, and only
//! what lies in other lists can be missed. The index holds all that a question needs: vectors list by list, as halves, and
//! for each the sum over the background prompts, which no label changes. So most of a question is one product per vector.

mod build;
mod clusters;
mod file;

use std::path::{Path, PathBuf};

use half::f16;
use rayon::prelude::*;

use super::super::WorkerError;
use super::super::embedding_file::{EmbeddingFile, Wanted};
use super::Hit;
use super::best::Best;
use crate::engine::index::zero_shot::ZeroShot;
use crate::engine::search::teach::TrainingSet;
use file::{Header, IndexFile, Source};

/// The part of all vectors that a question looks at, unless another is asked for.
const PROBED: f64 = 0.02;
/// Vectors that are looked at in any case.
const LEAST_PROBED: usize = 4096;

/// What an index is made and asked with.
#[derive(Clone, Copy, Debug)]
pub struct IndexOptions {
    /// The part of all vectors that a question looks at, 0 to 1.
    pub probed: f64,
    /// Lists; 0 for the square root of the number of vectors.
    pub lists: usize,
}

impl Default for IndexOptions {
    fn default() -> Self {
        Self {
            probed: PROBED,
            lists: 0,
        }
    }
}

/// What an index is doing while it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexStep {
    /// Finding centroids for so many lists.
    Clustering(usize),
    /// Finding the list of so many vectors.
    Assigning(u64),
    /// Writing them.
    Writing(u64),
}

/// An index over files that is ready for questions.
pub struct Index {
    file: IndexFile,
    sources: Vec<PathBuf>,
    probed: f64,
}

impl Index {
    /// Opens the index at `path` over these files, or builds it if it is not there or they were changed since. `watch` is called
    /// what is done.
    ///
    /// # Errors
    /// If a file cannot be read or has vectors of another model, something else is at `path`, or it cannot be written.
    pub fn open(
        zero_shot: &ZeroShot,
        path: &Path,
        files: &[PathBuf],
        options: IndexOptions,
        watch: impl FnMut(IndexStep),
    ) -> Result<Self, WorkerError> {
        let header = Header {
            model: zero_shot.model().info().fingerprint.to_hex(),
            background: background(zero_shot),
            dim: zero_shot.model().info().dim,
            sources: files
                .iter()
                .map(|file| Source::of(file))
                .collect::<Result<_, _>>()?,
            lists: options.lists,
        };
        let file = match IndexFile::open(path, &header)? {
            Some(file) => file,
            None => {
                build::build(zero_shot, path, files, &header, watch)?;
                let built = IndexFile::open(path, &header)?;
                built.ok_or_else(|| WorkerError::Invalid {
                    path: path.into(),
                    message: "it was changed while it was built: run this again".into(),
                })?
            }
        };
        Ok(Self {
            file,
            sources: files.to_vec(),
            probed: options.probed,
        })
    }

    /// Lists of vectors.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.file.lists()
    }

    /// The `top` rows that match a label best, the best first, as far as they are in the lists that are looked at.
    ///
    /// # Errors
    /// If the label cannot be made ready, or the index is damaged.
    pub fn rank(
        &self,
        zero_shot: &ZeroShot,
        label: &TrainingSet,
        top: usize,
    ) -> Result<Vec<Hit>, WorkerError> {
        let classifiers = zero_shot.teach_all(std::slice::from_ref(label), zero_shot)?;
        let scorer = zero_shot.classifier_scorer(&classifiers);
        let score = |vectors: &[f16], sums: &[f32]| {
            let rows: Vec<u32> = (0..).take(sums.len()).collect();
            scorer.score(vectors, sums, &rows).matches
        };
        if top == 0 {
            return Ok(Vec::new());
        }
        let matches = score(self.file.centroids(), self.file.centroid_sums());
        let lists = self.nearest(&matches);
        let found = lists
            .into_par_iter()
            .map(|list| -> Result<Best, WorkerError> {
                let list = self.file.list(list)?;
                let mut best = Best::default();
                for (at, matched) in score(list.vectors, list.sums).into_iter().enumerate() {
                    if !matched.is_nan() && matched >= best.threshold(top) {
                        let (file, row) = self.file.place(list.rows[at])?;
                        let key = None;
                        let hit = Hit {
                            file,
                            row,
                            key,
                            matched,
                        };
                        best.push(hit, top);
                    }
                }
                Ok(best)
            });
        let merge = |mut all: Best, some: Best| -> Result<Best, WorkerError> {
            some.into_sorted()
                .into_iter()
                .for_each(|hit| all.push(hit, top));
            Ok(all)
        };
        let best = found.try_reduce(Best::default, merge)?;
        self.with_keys(zero_shot, best.into_sorted())
    }

    /// The lists whose centroids match best, as many as have the part of all vectors that is looked at.
    fn nearest(&self, matches: &[f32]) -> Vec<usize> {
        let mut lists: Vec<usize> = (0..matches.len()).collect();
        lists.sort_by(|a, b| matches[*b].total_cmp(&matches[*a]).then(a.cmp(b)));
        let rows = self.file.rows();
        let wanted = ((rows as f64 * self.probed).ceil() as usize).max(LEAST_PROBED);
        let mut seen = 0;
        let enough = |list: &usize| {
            let before = seen;
            seen += self.file.length(*list);
            before < wanted
        };
        lists.into_iter().take_while(enough).collect()
    }

    /// Looks up what the files call the hits.
    fn with_keys(&self, zero_shot: &ZeroShot, mut hits: Vec<Hit>) -> Result<Vec<Hit>, WorkerError> {
        for (number, path) in self.sources.iter().enumerate() {
            if hits.iter().all(|hit| hit.file != number) {
                continue;
            }
            let info = zero_shot.model().info();
            let file = EmbeddingFile::open(path, info, Wanted::KeyAlone)?;
            let own = hits.iter_mut().filter(|hit| hit.file == number);
            for hit in own {
                hit.key = file.key(hit.row)?;
            }
        }
        Ok(hits)
    }
}

/// A hash of the prompts' vectors: sums over others would be wrong.
fn background(zero_shot: &ZeroShot) -> String {
    let values = bytemuck::cast_slice(&zero_shot.background().values);
    blake3::hash(values).to_hex().to_string()
}
