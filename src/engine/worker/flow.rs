//! The worker's pipeline: one thread reads batches, N decode their rows, one runs the model. Batches are returned in
//! order, each with the results of its rows.
//!
//! Channels are bounded, so that unread results stop the reader (back-pressure). A row's result never depends on the
//! rows that are decoded or encoded together with it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::WorkerError;
use super::input::Batches;
use super::source::{PictureSource, SourceColumns};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::batching::BatchSizer;
use crate::engine::index::pipeline::decoder_threads;
use crate::engine::index::pipeline::embed::PictureError;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::dates;
use crate::engine::media::photo::{Candidate, ContentId, DateSource, PhotoFacts};
use crate::engine::media::reading::{MediaReader, Reading};
use crate::engine::media::takeout::TakeoutDates;

/// How long the encoder waits for a batch to fill; a client that sends single rows and waits for each must get an
/// answer.
const BATCH_WAIT: Duration = Duration::from_millis(20);
/// Batches queued in addition to the one being read.
const BATCHES: usize = 1;

/// The result of a picture that was read.
pub struct PhotoRow {
    /// Facts from its content.
    pub facts: PhotoFacts,
    /// The hash of all its bytes; `None` for a large video.
    pub hash: Option<ContentId>,
    /// The file that it was read from; `None` if there is none, or it changed meanwhile.
    pub file: Option<Candidate>,
    /// Its embeddings, concatenated: that of the whole picture, then those of crops of a wide picture or of video
    /// frames.
    pub vectors: Vec<f32>,
}

/// The result of a row, or the reason why there is none.
pub type RowOutcome = Result<PhotoRow, RowError>;

/// Why a row has no embeddings.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RowError {
    /// It names no picture.
    #[error("{0}")]
    Refused(&'static str),
    /// Its picture cannot be read or encoded.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// Batch number, and row within the batch.
type RowPosition = (u64, usize);

struct DecodedRow {
    place: RowPosition,
    reading: Reading,
    hash: Option<ContentId>,
    file: Option<Candidate>,
}

/// The iterator over finished batches. Dropping it stops the threads.
pub struct Flow {
    batches: Receiver<Result<RecordBatch, WorkerError>>,
    results: Receiver<(RowPosition, RowOutcome)>,
    /// Results of later batches.
    early: HashMap<RowPosition, RowOutcome>,
    number: u64,
    cancel: Cancel,
}

impl Flow {
    /// Starts the threads. The reader may outlive the flow until its next batch arrives.
    pub fn start(
        model: &Arc<dyn Model>,
        threads: usize,
        columns: &SourceColumns,
        batches: Batches,
    ) -> Result<Self, WorkerError> {
        let decoders = decoder_threads(threads);
        let cancel = Cancel::default();
        let (batch_sender, batch_receiver) = bounded(BATCHES);
        let (job_sender, jobs) = bounded::<(RowPosition, PictureSource)>(2 * decoders);
        let (crop_sender, crops) = bounded::<DecodedRow>(2 * model.info().batch_sizes().1);
        let (result_sender, results) = bounded(64);
        for number in 0..decoders {
            let mut decoder = Decoder {
                reader: MediaReader::new(model.info().preprocess),
                takeout: TakeoutDates::default(),
                cancel: cancel.clone(),
            };
            let (jobs, crops, results) = (jobs.clone(), crop_sender.clone(), result_sender.clone());
            spawn(&format!("lumisift-decode-{number}"), move || {
                decoder.run(&jobs, &crops, &results);
            })?;
        }
        drop((jobs, crop_sender));
        let (encoder, stop) = (model.clone(), cancel.clone());
        spawn("lumisift-encode", move || {
            encode(encoder.as_ref(), &stop, &crops, &result_sender);
        })?;
        let columns = columns.clone();
        spawn("lumisift-take-in", move || {
            read_batches(batches, &columns, &batch_sender, &job_sender);
        })?;
        Ok(Self {
            batches: batch_receiver,
            results,
            early: HashMap::new(),
            number: 0,
            cancel,
        })
    }

    /// The results of a batch's rows, in order.
    fn results(&mut self, count: usize) -> Result<Vec<RowOutcome>, WorkerError> {
        let number = self.number;
        self.number += 1;
        let mut rows: Vec<Option<RowOutcome>> = (0..count)
            .map(|at| self.early.remove(&(number, at)))
            .collect();
        let mut missing = rows.iter().filter(|row| row.is_none()).count();
        while missing > 0 {
            let (place, outcome) = self.results.recv().map_err(|_| ModelError::Panicked)?;
            match rows.get_mut(place.1) {
                Some(row) if place.0 == number => {
                    *row = Some(outcome);
                    missing -= 1;
                }
                _ => {
                    self.early.insert(place, outcome);
                }
            }
        }
        Ok(rows.into_iter().flatten().collect())
    }
}

impl Iterator for Flow {
    type Item = Result<(RecordBatch, Vec<RowOutcome>), WorkerError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.batches.recv().ok()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error)),
        };
        let rows = self.results(batch.num_rows());
        Some(rows.map(|rows| (batch, rows)))
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), WorkerError> {
    let thread = thread::Builder::new().name(name.into()).spawn(run);
    thread.map(drop).map_err(WorkerError::Threads)
}

/// Reads batches until the input ends or the receiver is dropped.
fn read_batches(
    mut batches: Batches,
    columns: &SourceColumns,
    taken: &Sender<Result<RecordBatch, WorkerError>>,
    jobs: &Sender<(RowPosition, PictureSource)>,
) {
    for number in 0.. {
        // Arrow's readers may panic on damaged input.
        let next = catch_unwind(AssertUnwindSafe(|| batches.next()));
        let batch = match next {
            Ok(None) => return,
            Ok(Some(Ok(batch))) => batch,
            Ok(Some(Err(error))) => {
                let _ = taken.send(Err(error));
                return;
            }
            Err(_) => {
                let _ = taken.send(Err(WorkerError::Stream("it is damaged".into())));
                return;
            }
        };
        // Sent before its rows, so that the consumer of their results knows the batch.
        if taken.send(Ok(batch.clone())).is_err() {
            return;
        }
        for at in 0..batch.num_rows() {
            if jobs.send(((number, at), columns.row(&batch, at))).is_err() {
                return;
            }
        }
    }
}

struct Decoder {
    reader: MediaReader,
    takeout: TakeoutDates,
    cancel: Cancel,
}

impl Decoder {
    fn run(
        &mut self,
        jobs: &Receiver<(RowPosition, PictureSource)>,
        crops: &Sender<DecodedRow>,
        results: &Sender<(RowPosition, RowOutcome)>,
    ) {
        for (place, source) in jobs {
            if self.cancel.is_cancelled() {
                return;
            }
            // A decoder that panics on a malicious file fails that row only.
            let read = catch_unwind(AssertUnwindSafe(|| self.read(&source)));
            let sent = match read {
                Ok(Ok((reading, hash, file))) => {
                    let decoded = DecodedRow {
                        place,
                        reading,
                        hash,
                        file,
                    };
                    crops.send(decoded).is_ok()
                }
                Ok(Err(error)) => results.send((place, Err(error))).is_ok(),
                Err(_) => {
                    tracing::error!("a decoder panicked over a picture");
                    let error = PictureError::DecoderAborted;
                    results.send((place, Err(error.into()))).is_ok()
                }
            };
            if !sent {
                return;
            }
        }
    }

    fn read(&mut self, source: &PictureSource) -> Result<Read, RowError> {
        let (reading, name, size, file): (_, &Path, u64, _) = match source {
            PictureSource::Refused(why) => return Err(RowError::Refused(why)),
            PictureSource::Bytes(bytes, name) => {
                let reading = self.reader.bytes(name, bytes, &self.cancel);
                (reading, name, bytes.len() as u64, None)
            }
            PictureSource::File(path) => {
                let before = candidate(path);
                let reading = self.reader.file(path, &self.cancel);
                let after = candidate(path);
                let size = after.as_ref().map_or(u64::MAX, |file| file.size);
                let unchanged = before == after;
                (reading, path, size, after.filter(|_| unchanged))
            }
        };
        let mut reading = reading.map_err(PictureError::Unreadable)?;
        let beside = matches!(source, PictureSource::File(_));
        let taken = &mut reading.facts.taken;
        *taken = (taken.take())
            .or_else(|| Some(dates::from_file_name(name)?.from_source(DateSource::Name)))
            .or_else(|| beside.then(|| self.takeout.taken(name))?);
        let hash = reading.facts.whole_hash(size);
        Ok((reading, hash, file))
    }
}

/// A picture, the hash of all its bytes, and the file that it was read from.
type Read = (Reading, Option<ContentId>, Option<Candidate>);

fn candidate(path: &Path) -> Option<Candidate> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Candidate::new(path.into(), &metadata))
}

/// Runs the model on batches until the decoders have ended.
fn encode(
    model: &dyn Model,
    cancel: &Cancel,
    crops: &Receiver<DecodedRow>,
    results: &Sender<(RowPosition, RowOutcome)>,
) {
    let mut batching = BatchSizer::new(model.info().batch_sizes());
    while let Some(batch) = next_batch(crops, batching.size()) {
        let places: Vec<RowPosition> = batch.iter().map(|one| one.place).collect();
        let outcomes = outcomes(model, &mut batching, cancel, batch);
        if cancel.is_cancelled() {
            return;
        }
        for done in places.into_iter().zip(outcomes) {
            if results.send(done).is_err() {
                return;
            }
        }
    }
}

/// The results of pictures that are encoded together.
fn outcomes(
    model: &dyn Model,
    batching: &mut BatchSizer,
    cancel: &Cancel,
    batch: Vec<DecodedRow>,
) -> Vec<RowOutcome> {
    let (mut found, mut crops) = (Vec::new(), Vec::new());
    for one in batch {
        found.push((one.reading.facts, one.hash, one.file));
        crops.push(one.reading.crops);
    }
    let vectors = batching.embed_each(model, &crops, cancel);
    let row = |((facts, hash, file), vectors): (_, Result<Embeddings, _>)| {
        let vectors = vectors.map_err(PictureError::Model)?;
        Ok(PhotoRow {
            facts,
            hash,
            file,
            vectors: vectors.values,
        })
    };
    found.into_iter().zip(vectors).map(row).collect()
}

/// Collects pictures with about `size` crops: those available, and those that arrive within [`BATCH_WAIT`].
fn next_batch(crops: &Receiver<DecodedRow>, size: usize) -> Option<Vec<DecodedRow>> {
    let first = crops.recv().ok()?;
    let mut count = first.reading.crops.len();
    let mut batch = vec![first];
    let deadline = Instant::now() + BATCH_WAIT;
    while count < size {
        match crops.recv_deadline(deadline) {
            Ok(one) => {
                count += one.reading.crops.len();
                batch.push(one);
            }
            Err(_) => break,
        }
    }
    Some(batch)
}
