//! Embeds many pictures at once, without a store, for programs that hold pictures in memory.
//!
//! Decoder threads feed the calling thread, which encodes, through a bounded channel; memory usage is thus constant.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::batching::BatchSizer;
use super::decoders::decoder_threads;
use crate::engine::cancel::Cancel;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::photo::Failure;
use crate::engine::media::preprocess::Crop;
use crate::engine::media::reading::MediaReader;

/// Source of a picture.
#[derive(Clone, Copy, Debug)]
pub enum PictureSource<'a> {
    /// A file.
    File(&'a Path),
    /// The contents of a file in memory.
    Bytes(&'a [u8]),
}

/// Reasons why a picture has no embeddings.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PictureError {
    /// The picture cannot be read.
    #[error("{}", .0.message)]
    Unreadable(Failure),
    /// The decoder panicked.
    #[error("the decoder crashed on this photo: the file is probably damaged")]
    DecoderAborted,
    /// The model failed.
    #[error(transparent)]
    Model(#[from] Arc<ModelError>),
}

/// Index of a picture, and its crops or the reason why there are none.
type DecodedCrops = (usize, Result<Vec<Crop>, PictureError>);

/// For each picture, its embeddings or the reason why there are none. The first embedding is that of the standard crop;
/// others are of further crops of a wide picture or of a video's frames. Results do not depend on the other pictures.
///
/// Uses `decoders` decoding threads; 0 means one per core.
///
/// # Errors
/// Returns an error if `cancel` was raised or threads cannot be created.
pub fn embed_pictures(
    model: &dyn Model,
    pictures: &[PictureSource<'_>],
    decoders: usize,
    cancel: &Cancel,
) -> Result<Vec<Result<Embeddings, PictureError>>, ModelError> {
    let wanted = decoder_threads(decoders);
    let next = AtomicUsize::new(0);
    let (sender, decoded) = bounded(2 * wanted.max(model.info().batch_sizes().0));
    let mut results: Vec<Result<Embeddings, PictureError>> = Vec::new();
    results.resize_with(pictures.len(), || Err(PictureError::DecoderAborted));
    thread::scope(|scope| {
        for number in 0..wanted.min(pictures.len()) {
            let (sender, next) = (sender.clone(), &next);
            thread::Builder::new()
                .name(format!("lumisift-decode-{number}"))
                .spawn_scoped(scope, move || {
                    decode(model, pictures, next, cancel, &sender);
                })
                .map_err(|error| ModelError::Compute(Box::new(error.into())))?;
        }
        drop(sender);
        encode(model, cancel, decoded, &mut results);
        match cancel.is_cancelled() {
            true => Err(ModelError::Cancelled),
            false => Ok(()),
        }
    })?;
    Ok(results)
}

fn decode(
    model: &dyn Model,
    pictures: &[PictureSource<'_>],
    next: &AtomicUsize,
    cancel: &Cancel,
    decoded: &Sender<DecodedCrops>,
) {
    let mut reader = MediaReader::new(model.info().preprocess);
    while !cancel.is_cancelled() {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(picture) = pictures.get(at) else {
            return;
        };
        let read = catch_unwind(AssertUnwindSafe(|| match picture {
            PictureSource::File(path) => reader.file(path, cancel),
            PictureSource::Bytes(bytes) => reader.bytes(Path::new(""), bytes, cancel),
        }));
        let crops = match read {
            Ok(Ok(reading)) => Ok(reading.crops),
            Ok(Err(failure)) => Err(PictureError::Unreadable(failure)),
            Err(_) => Err(PictureError::DecoderAborted),
        };
        if decoded.send((at, crops)).is_err() {
            return;
        }
    }
}

/// Encodes decoded pictures. Takes ownership of the receiver, so that the decoders stop if encoding ends early.
fn encode(
    model: &dyn Model,
    cancel: &Cancel,
    decoded: Receiver<DecodedCrops>,
    results: &mut [Result<Embeddings, PictureError>],
) {
    let mut batching = BatchSizer::new(model.info().batch_sizes());
    loop {
        let (mut places, mut batch, mut count) = (Vec::new(), Vec::new(), 0);
        while count < batching.size() {
            let Ok((at, crops)) = decoded.recv() else {
                break;
            };
            match crops {
                Ok(crops) => {
                    count += crops.len();
                    places.push(at);
                    batch.push(crops);
                }
                Err(error) => results[at] = Err(error),
            }
        }
        if places.is_empty() || cancel.is_cancelled() {
            return;
        }
        let vectors = batching.embed_each(model, &batch, cancel);
        for (at, vectors) in places.into_iter().zip(vectors) {
            results[at] = vectors.map_err(PictureError::Model);
        }
    }
}

#[cfg(all(test, feature = "starter"))]
mod tests {
    use super::*;
    use crate::engine::inference::load_starter;

    #[test]
    fn results_are_in_order_and_independent_of_their_neighbours() {
        let model = load_starter().expect("the starter");
        let file = |name: &str| Path::new("assets/samples").join(name);
        let paths = [file("cat.jpg"), file("absent.jpg"), file("moon.jpg")];
        let bytes = std::fs::read(&paths[2]).expect("a sample");
        let pictures: Vec<PictureSource<'_>> = (paths.iter().map(|path| PictureSource::File(path)))
            .chain([
                PictureSource::Bytes(b"no picture"),
                PictureSource::Bytes(&bytes),
            ])
            .collect();
        let embed = |pictures: &[PictureSource<'_>], decoders| {
            embed_pictures(&model, pictures, decoders, &Cancel::default()).expect("vectors")
        };
        let all = embed(&pictures, 3);
        let read: Vec<bool> = all.iter().map(Result::is_ok).collect();
        assert_eq!(read, [true, false, true, false, true]);
        let vectors = |result: &Result<Embeddings, PictureError>| {
            let vectors = result.as_ref().expect("vectors");
            vectors.clone()
        };
        assert_eq!(vectors(&all[2]), vectors(&all[4]), "a file and its bytes");
        assert_eq!(vectors(&all[0]), vectors(&embed(&pictures[..1], 1)[0]));
        assert!(embed(&[], 2).is_empty());
    }

    #[test]
    fn what_was_cancelled_has_no_results() {
        let model = load_starter().expect("the starter");
        let cancel = Cancel::default();
        cancel.cancel();
        let picture = [PictureSource::Bytes(b"")];
        let result = embed_pictures(&model, &picture, 1, &cancel);
        assert!(matches!(result, Err(ModelError::Cancelled)));
    }
}
