//! Thumbnails in several files, none of which grows beyond its size limit.

use crate::common;

use std::path::{Path, PathBuf};

use common::ColourModel;
use lumisift::engine::index::store::{NewContent, PhotoRecord, Store, StoreLimits};
use lumisift::engine::inference::Model;
use lumisift::engine::media::appearance::Appearance;
use lumisift::engine::media::decode::{Orientation, Pixels};
use lumisift::engine::media::photo::{Candidate, ContentId, PhotoFacts};
use lumisift::engine::media::preprocess::Resampler;

/// Size limits of a file of thumbnails and of a thumbnail: a few dozen fit.
const VOLUME: u64 = 512 << 10;
const THUMBNAIL: usize = 10 << 10;

fn content(number: u32) -> ContentId {
    ContentId(*blake3::hash(&number.to_le_bytes()).as_bytes())
}

/// Stands for a JPEG.
fn jpeg(number: u32) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(number % 251).expect("small"); THUMBNAIL];
    bytes[..2].copy_from_slice(&[0xff, 0xd8]);
    bytes[THUMBNAIL - 2..].copy_from_slice(&[0xff, 0xd9]);
    bytes
}

fn appearance(number: u32) -> Appearance {
    let shade = u8::try_from(number % 251).expect("small");
    let pixels = Pixels::new(8, 8, vec![shade; 8 * 8 * 3], Orientation::default());
    Appearance::of(&mut Resampler::default(), &pixels, None).expect("an appearance")
}

fn record(number: u32) -> PhotoRecord {
    let facts = PhotoFacts {
        content: content(number),
        width: 8,
        height: 8,
        taken: None,
        warning: None,
        video: None,
    };
    PhotoRecord {
        file: Candidate {
            path: PathBuf::from(format!("/photos/{number}.jpg")),
            size: 1,
            modified_ns: 1,
        },
        facts,
        new: Some(NewContent {
            vectors: vec![1.0, 0.0, 0.0, 0.0],
            thumbnail: jpeg(number),
            frame_thumbnails: Vec::new(),
            appearance: Some(appearance(number)),
        }),
    }
}

fn write(store: &Store, numbers: std::ops::Range<u32>) {
    let (key, _) = store.model(ColourModel::new().info()).expect("a model");
    let records: Vec<PhotoRecord> = numbers.map(record).collect();
    for batch in records.chunks(8) {
        store.write(&key, batch).expect("written");
    }
}

fn has_all(store: &Store, numbers: std::ops::Range<u32>) -> bool {
    let contents: Vec<ContentId> = numbers.clone().map(content).collect();
    let looks = store.appearances(contents.iter()).expect("read");
    numbers.zip(looks).all(|(number, look)| {
        let kept = store.thumbnail(&content(number)).expect("read");
        kept == Some(jpeg(number)) && look == Some(appearance(number))
    })
}

/// The sizes of the files of thumbnails, by name.
fn sizes(dir: &Path) -> Vec<(String, u64)> {
    let files = std::fs::read_dir(dir).expect("listed").flatten();
    let mut sizes: Vec<(String, u64)> = files
        .map(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            (name, file.metadata().expect("there").len())
        })
        .filter(|(name, _)| name.starts_with("thumbnails") && name.ends_with(".db"))
        .collect();
    sizes.sort();
    sizes
}

#[test]
fn no_file_of_thumbnails_grows_past_its_size() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    write(&store, 0..150);
    assert!(has_all(&store, 0..150));
    drop(store);
    let sizes = sizes(dir.path());
    assert_eq!(sizes.len(), 4, "{sizes:?}");
    // A batch of eight is written as a whole.
    let most = VOLUME + 8 * (THUMBNAIL as u64 + 4096);
    assert!(sizes.iter().all(|(_, size)| *size <= most), "{sizes:?}");
    let again = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    assert!(has_all(&again, 0..150));
    assert_eq!(again.thumbnail(&content(999)).expect("read"), None);
    let found = again.verify().expect("read");
    assert_eq!((found.thumbnails, found.volumes), (150, 4));
    assert!(found.damage.is_empty(), "{:?}", found.damage);
}

#[test]
fn a_thumbnail_is_in_one_file_and_what_is_deleted_makes_room() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    write(&store, 0..100);
    let before = sizes(dir.path()).len();
    for number in 0..100 {
        let kept = store.write_thumbnail(&content(number), &jpeg(number + 1));
        kept.expect("written");
    }
    let found = store.verify().expect("read");
    assert_eq!(found.thumbnails, 100, "none is there twice");
    assert_eq!(store.thumbnail(&content(7)).expect("read"), Some(jpeg(8)));
    // No files have these contents, so all of them are removed.
    let mut later = StoreLimits::megabytes(None);
    later.today += 365;
    assert_eq!(store.tidy(later).expect("tidied").photos, 100);
    assert_eq!(store.verify().expect("read").thumbnails, 0);
    write(&store, 200..300);
    assert!(has_all(&store, 200..300));
    assert_eq!(sizes(dir.path()).len(), before, "no more files");
}

#[test]
fn a_file_that_another_process_began_is_found() {
    let dir = tempfile::tempdir().expect("a folder");
    let first = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    write(&first, 0..20);
    let second = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    write(&second, 20..120);
    assert!(sizes(dir.path()).len() > 1);
    assert!(has_all(&first, 0..120));
    write(&first, 120..140);
    assert!(has_all(&second, 0..140));
}

#[test]
fn a_damaged_file_of_thumbnails_costs_its_own_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    write(&store, 0..150);
    drop(store);
    std::fs::write(dir.path().join("thumbnails-1.db"), b"no database").expect("written");
    let store = Store::open_in_volumes(dir.path(), VOLUME).expect("opened");
    assert_eq!(store.notices().len(), 1, "{:?}", store.notices());
    let kept = (0..150).filter(|n| store.thumbnail(&content(*n)).expect("read").is_some());
    let kept = kept.count();
    assert!((100..130).contains(&kept), "{kept}");
    write(&store, 0..150);
    assert!(store.thumbnail(&content(60)).expect("read").is_some());
}
