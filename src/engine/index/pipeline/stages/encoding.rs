//! Runs the model on decoded photos.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::{EncodedPhoto, JobContext, PreparedPhoto};
use crate::engine::index::pipeline::VectorSource;
use crate::engine::index::pipeline::batching::BatchSizer;
use crate::engine::index::store::{NewContent, PhotoRecord};
use crate::engine::inference::ModelError;
use crate::engine::media::photo::{Candidate, Failure, PhotoFacts, Stage};
use crate::engine::media::preprocess::Crop;

/// Maximum time to wait for a batch to fill.
const BATCH_WAIT: Duration = Duration::from_millis(20);

/// Encodes batches until there are no more photos. `batches` is the initial and maximum batch size.
pub fn encode(
    shared: &JobContext,
    batches: (usize, usize),
    crops: &Receiver<PreparedPhoto>,
    results: &Sender<EncodedPhoto>,
) {
    let _note = shared.panic_guard();
    let mut batching = BatchSizer::new(batches);
    while let Some(batch) = next_batch(crops, batching.size()) {
        shared.gate.pass(&shared.cancel);
        if shared.cancel.is_cancelled() {
            return;
        }
        let (crops, photos): (Vec<Vec<Crop>>, Vec<_>) = batch
            .into_iter()
            .map(|p| {
                let pictures = (p.thumbnail, p.frame_thumbnails, p.appearance);
                (p.crops, (p.file, p.facts, pictures))
            })
            .unzip();
        let counts: Vec<usize> = crops.iter().map(Vec::len).collect();
        let pictures: Vec<Crop> = crops.into_iter().flatten().collect();
        let model = shared.session.model().as_ref();
        let vectors = match batching.embed(model, &pictures, &shared.cancel) {
            Ok(vectors) => vectors,
            Err(ModelError::Cancelled) => return,
            Err(error) => {
                fail_all(shared, photos, &error.to_string());
                continue;
            }
        };
        shared.report_device(model);
        let mut left = vectors.values.as_slice();
        for ((file, facts, pictures), count) in photos.into_iter().zip(counts) {
            let (thumbnail, frame_thumbnails, appearance) = pictures;
            let (vectors, others) = left.split_at((count * vectors.dim).min(left.len()));
            left = others;
            let new = Some(NewContent {
                vectors: vectors.to_vec(),
                thumbnail,
                frame_thumbnails,
                appearance,
            });
            let record = PhotoRecord { file, facts, new };
            if results.send((record, VectorSource::Encoded)).is_err() {
                return;
            }
        }
    }
}

fn fail_all<T>(shared: &JobContext, photos: Vec<(Candidate, PhotoFacts, T)>, message: &str) {
    for (file, ..) in photos {
        shared.fail(Failure::new(file.path, Stage::Encode, message));
    }
}

/// Collects up to `size` photos that are available or arrive within [`BATCH_WAIT`].
fn next_batch(crops: &Receiver<PreparedPhoto>, size: usize) -> Option<Vec<PreparedPhoto>> {
    let mut batch = vec![crops.recv().ok()?];
    let deadline = Instant::now() + BATCH_WAIT;
    while batch.len() < size {
        match crops.recv_deadline(deadline) {
            Ok(crop) => batch.push(crop),
            Err(_) => break,
        }
    }
    Some(batch)
}
