//! An approximate nearest-neighbour index over embeddings in files: an inverted file (IVF; Sivic and Zisserman, "Video
//! Google", 2003).
//!
//! Spherical k-means partitions the vectors by centroids. A query multiplies all centroids with its label, and scores the
//! vectors in the lists of the nearest ones exactly as in [`super::rank`]: hits have their true match scores, and only
//! vectors in other lists can be missed. The index is self-contained: it has the vectors list by list as `f16`, and for
//! each the log-sum over the background prompts, which does not depend on the label. A query thus costs little more
//! than one dot product per vector.

mod build;
mod clusters;
mod file;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::super::WorkerError;
use super::super::embedding_file::{EmbeddingFile, Wanted};
use super::best::Best;
use super::{Hit, RankQuery};
use crate::engine::index::zero_shot::ZeroShot;
use file::{Header, IndexFile, Source};

/// Default proportion of vectors that a query examines.
const PROBED: f64 = 0.02;
/// Minimum number of vectors that a query examines.
const MIN_PROBED: usize = 4096;

/// Parameters for building and querying an index.
#[derive(Clone, Copy, Debug)]
pub struct IndexOptions {
    /// The proportion of vectors that a query examines, 0 to 1.
    pub probed: f64,
    /// The number of lists; 0 for about four times the square root of the number of vectors.
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

/// A step of building an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexStep {
    /// Computes the centroids of this many lists.
    Clustering(usize),
    /// Assigns this many vectors to lists.
    Assigning(u64),
    /// Writes this many vectors.
    Writing(u64),
}

/// An index over files, open for queries.
pub struct Index {
    file: IndexFile,
    sources: Vec<PathBuf>,
    probed: f64,
}

impl Index {
    /// Opens the index at `path` over these files, or builds it if it does not exist or the files have changed. `watch`
    /// is called at each step of a build.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, lacks embeddings of this model, or the index is invalid or cannot be
    /// written.
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
                    message: "it was changed while it was being built: run this again".into(),
                })?
            }
        };
        Ok(Self {
            file,
            sources: files.to_vec(),
            probed: options.probed,
        })
    }

    /// The number of lists.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.file.lists()
    }

    /// The `top` rows with the highest match scores, best first, among the lists examined.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or the index is damaged.
    pub fn rank(&self, query: &RankQuery<'_>, top: usize) -> Result<Vec<Hit>, WorkerError> {
        if top == 0 {
            return Ok(Vec::new());
        }
        let lists = self.nearest(&query.bound.label_logits(self.file.centroids()));
        let found = lists
            .into_par_iter()
            .map(|list| -> Result<Best, WorkerError> {
                let list = self.file.list(list)?;
                let mut best = Best::default();
                let matches = query.matches(list.vectors, list.sums);
                for (at, matched) in matches.into_iter().enumerate() {
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
        self.with_keys(query, best.into_sorted())
    }

    /// The lists whose centroids are nearest to the label, until they contain enough vectors. The background is left out
    /// here, because it varies within lists: with it, more of the best vectors are missed.
    fn nearest(&self, logits: &[f32]) -> Vec<usize> {
        let mut lists: Vec<usize> = (0..logits.len()).collect();
        lists.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b)));
        let rows = self.file.rows();
        let wanted = ((rows as f64 * self.probed).ceil() as usize).max(MIN_PROBED);
        let mut seen = 0;
        let enough = |list: &usize| {
            let before = seen;
            seen += self.file.length(*list);
            before < wanted
        };
        lists.into_iter().take_while(enough).collect()
    }

    /// Looks up the keys of the hits in their files.
    fn with_keys(
        &self,
        query: &RankQuery<'_>,
        mut hits: Vec<Hit>,
    ) -> Result<Vec<Hit>, WorkerError> {
        let info = query.zero_shot.model().info();
        for (number, path) in self.sources.iter().enumerate() {
            let own = hits.iter_mut().filter(|hit| hit.file == number);
            let own: Vec<&mut Hit> = own.collect();
            if own.is_empty() {
                continue;
            }
            let file = EmbeddingFile::open(path, info, Wanted::KeyAlone)?;
            let rows: Vec<u64> = own.iter().map(|hit| hit.row).collect();
            for (hit, key) in own.into_iter().zip(file.keys(&rows)?) {
                hit.key = key;
            }
        }
        Ok(hits)
    }
}

/// A hash of the background embeddings, on which the log-sums depend.
fn background(zero_shot: &ZeroShot) -> String {
    let values = bytemuck::cast_slice(&zero_shot.background().values);
    blake3::hash(values).to_hex().to_string()
}
