//! Videos by their key frames: upright, with their times, in every supported container and codec, and found by the best
//! frame.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "video")]

#[cfg(unix)]
mod with_ffmpeg;

use crate::common::{json, lumisift, photos, run, samples, session};
use crate::fixtures;

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::VectorSource;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::media::decode::{Pixels, decode};
use lumisift::engine::media::photo::{ContentId, HASHED_WHOLE};
use lumisift::engine::media::video::{Video, VideoError};
use lumisift::engine::search::query::Query;

fn fixture(name: &str) -> PathBuf {
    fixtures::path("video").join(name)
}

/// The frames of a video, upright, each with its time.
fn frames(path: &Path) -> Result<Vec<(u64, Pixels)>, VideoError> {
    let cancel = Cancel::default();
    let mut frames = Vec::new();
    Video::open(path, &cancel)?.frames(10_000, &cancel, |frame| {
        frames.push((frame.time_ms, frame.pixels.upright()));
        Ok::<(), VideoError>(())
    })?;
    Ok(frames)
}

fn pixel(pixels: &Pixels, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * pixels.width + x) * 3) as usize;
    [0, 1, 2].map(|channel| pixels.rgb[at + channel])
}

fn is_near(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 12)
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// What the plain fixtures show from the first second on; earlier frames are skipped.
const SHOWN: [(u64, [u8; 3]); 5] = [
    (1000, RED),
    (2000, GREEN),
    (3000, BLUE),
    (4000, BLUE),
    (5000, RED),
];

#[test]
fn every_container_and_coding_shows_the_same_frames_upright() {
    for name in [
        "late.mp4",
        "early.m4v",
        "fragmented.mp4",
        "turned.mov",
        "wide-pixels.3gp",
        "ten-bits.mp4",
        "hevc.mp4",
        "hevc-ten-bits.mov",
        "av1.mp4",
    ] {
        let frames = frames(&fixture(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let times: Vec<u64> = frames.iter().map(|(time, _)| *time).collect();
        assert_eq!(times, SHOWN.map(|(time, _)| time), "{name}");
        for ((time, frame), (_, colour)) in frames.iter().zip(SHOWN) {
            assert_eq!((frame.width, frame.height), (96, 64), "{name}");
            let corners = [(8, 8), (88, 8), (8, 56), (88, 56)].map(|(x, y)| pixel(frame, x, y));
            let wanted = [[255; 3], colour, colour, colour];
            let near = corners
                .iter()
                .zip(wanted)
                .all(|(found, wanted)| is_near(*found, wanted));
            assert!(near, "{name} at {time}: {corners:?}");
        }
    }
}

#[test]
fn a_video_says_how_long_it_is_and_when_it_was_recorded() {
    let open = |name| Video::open(&fixture(name), &Cancel::default()).expect("opens");
    for name in ["late.mp4", "fragmented.mp4", "av1.mp4"] {
        assert_eq!(open(name).duration_ms(), 6000, "{name}");
    }
    let turned = open("turned.mov");
    // Local time, not the UTC time in the header.
    let taken = turned.taken().expect("a date");
    assert_eq!(taken.as_str(), "2024-05-01T10:00:00");
    let facts = turned.camera_facts();
    assert!(facts.contains(&("Camera", "Phone 9".into())), "{facts:?}");
    assert!(
        facts.contains(&("Place", "48.13740, 11.57550".into())),
        "{facts:?}"
    );
    assert_eq!(open("late.mp4").taken(), None);
}

#[test]
fn a_video_is_found_by_its_best_frame() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 2);
    fs::copy(fixture("late.mp4"), folder.join("clip.mp4")).expect("copied");
    let session = session(&dir.path().join("store"));
    let ran = run(&session, std::slice::from_ref(&folder));
    assert!(ran.failures.is_empty(), "{:?}", ran.failures);
    assert_eq!(ran.from(VectorSource::Encoded), 3);
    let clip = ran
        .photos
        .iter()
        .find(|(photo, ..)| photo.facts.video.is_some());
    let (photo, row, _) = clip.expect("the video");
    let video = photo.facts.video.as_ref().expect("a video");
    assert_eq!(
        (photo.facts.width, photo.facts.height, video.duration_ms),
        (96, 64, 6000)
    );
    assert_eq!(video.frames_ms, SHOWN.map(|(time, _)| time));

    let labels = ["red", "green", "blue"].map(|text| Query::parse(text).expect("a label"));
    let labels = session.embed_queries(&labels).expect("vectors");
    let scorer = session.scorer(&labels);
    let best = session.best_parts(&scorer, &[*row]).expect("scores");
    assert_eq!(best, [[0, 1, 2]]);
    let scores = session.score(&scorer, &[*row]).expect("scores");
    let all_fit = scores.matches_of(0).iter().all(|matched| *matched > 0.2);
    assert!(all_fit, "{:?}", scores.matches_of(0));

    // Each frame has a thumbnail of its own.
    let content = photo.facts.content;
    let thumbnail = |part: usize| {
        session
            .store()
            .thumbnail(&content.of_part(part))
            .expect("read")
    };
    for (part, (_, colour)) in SHOWN.into_iter().enumerate() {
        let jpeg = thumbnail(part).expect("a thumbnail");
        let shown = decode(&jpeg, 10_000, &Cancel::default())
            .expect("a JPEG")
            .pixels;
        assert!(is_near(pixel(&shown, 88, 56), colour), "{part}");
    }
    assert_eq!(thumbnail(SHOWN.len()), None);

    // A copy is known without decoding, and an unchanged file without opening.
    fs::copy(fixture("late.mp4"), folder.join("copy.mov")).expect("copied");
    let again = run(&session, std::slice::from_ref(&folder));
    assert_eq!(
        (
            again.from(VectorSource::Cached),
            again.from(VectorSource::Recognised)
        ),
        (3, 1)
    );

    // A video is removed with all its frames.
    fs::remove_dir_all(&folder).expect("removed");
    session
        .store()
        .tidy(StoreLimits::megabytes(Some(0)))
        .expect("tidied");
    assert!((0..SHOWN.len()).all(|part| thumbnail(part).is_none()));
}

#[test]
fn the_command_line_tells_the_best_frames_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    fs::create_dir_all(&folder).expect("made");
    fs::copy(fixture("pictures.mp4"), folder.join("pictures.mp4")).expect("copied");
    fs::copy(samples().join("coffee.jpg"), folder.join("coffee.jpg")).expect("copied");
    for (query, seconds) in [
        ("a cat", 0.0..2.0),
        ("a rocket", 2.0..4.0),
        ("a motorcycle", 4.0..6.0),
    ] {
        let (found, code, errors) =
            json(lumisift(dir.path()).arg("search").arg(&folder).arg(query));
        assert_eq!(code, 0, "{errors}");
        let hit = &found["photos"][0];
        assert!(
            hit["path"]
                .as_str()
                .expect("a path")
                .ends_with("pictures.mp4"),
            "{query}: {found}"
        );
        assert_eq!(hit["duration_seconds"], 6.0);
        let time = hit["frame_seconds"].as_f64().expect("a time");
        assert!(seconds.contains(&time), "{query} at {time}");
    }
    let (sorted, code, errors) = json(
        lumisift(dir.path())
            .arg("sort")
            .arg(&folder)
            .args(["--label", "a rocket", "--label", "coffee"])
            .args(["--min-match", "0"]),
    );
    assert_eq!(code, 0, "{errors}");
    let photos = sorted["photos"].as_array().expect("a list");
    let best = |name: &str| {
        photos.iter().find(|photo| {
            photo["path"]
                .as_str()
                .is_some_and(|path| path.ends_with(name))
        })
    };
    let (video, photo) = (
        best("pictures.mp4").expect("there"),
        best("coffee.jpg").expect("there"),
    );
    assert_eq!(video["best"], "a rocket");
    let time = video["frame_seconds"].as_f64().expect("a time");
    assert!((2.0..4.0).contains(&time), "{time}");
    assert!(photo.get("frame_seconds").is_none());
}

/// A copy of `late.mp4` with this many empty bytes between its start and its frames, as a sparse file.
fn stretched(path: &Path, gap: u64) {
    let bytes = fs::read(fixture("late.mp4")).expect("a fixture");
    let start = bytes
        .windows(4)
        .position(|kind| kind == b"mdat")
        .expect("pictures")
        - 4;
    let table = bytes
        .windows(4)
        .position(|kind| kind == b"stco")
        .expect("offsets");
    let mut end = bytes[start..].to_vec();
    let count_at = table + 8 - start;
    let number = |bytes: &[u8], at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|n| bytes[at + n]));
    let count = number(&end, count_at) as usize;
    for at in (0..count).map(|entry| count_at + 4 + 4 * entry) {
        let moved = u64::from(number(&end, at)) + gap;
        end[at..at + 4].copy_from_slice(&u32::try_from(moved).expect("below 4 GB").to_be_bytes());
    }
    let mut file = fs::File::create(path).expect("made");
    file.write_all(&bytes[..start]).expect("written");
    file.write_all(&u32::try_from(gap).expect("below 4 GB").to_be_bytes())
        .expect("written");
    file.write_all(b"free").expect("written");
    file.seek(SeekFrom::Start(start as u64 + gap))
        .expect("a hole");
    file.write_all(&end).expect("written");
}

#[test]
fn a_video_of_gigabytes_is_read_by_its_index_and_frames() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    fs::create_dir_all(&folder).expect("made");
    let large = folder.join("large.mp4");
    // More than the limit for a photo.
    stretched(&large, 3 << 30);
    assert_eq!(frames(&large).expect("reads").len(), SHOWN.len());
    let (indexed, code, errors) = json(lumisift(dir.path()).arg("index").arg(&folder));
    assert_eq!((code, &indexed["photos"]), (0, &1.into()), "{errors}");
}

#[test]
fn only_short_videos_are_identified_by_all_their_bytes() {
    let dir = tempfile::tempdir().expect("a folder");
    let id = |path: &Path| {
        Video::open(path, &Cancel::default())
            .expect("opens")
            .content()
    };
    let short = fixture("late.mp4");
    assert_eq!(id(&short), ContentId::of(&fs::read(&short).expect("read")));
    let (long, other) = (dir.path().join("long.mp4"), dir.path().join("other.mp4"));
    stretched(&long, HASHED_WHOLE);
    stretched(&other, HASHED_WHOLE + 1);
    assert_ne!(id(&long), ContentId::of(&fs::read(&long).expect("read")));
    assert_ne!(id(&long), id(&other));
    let copy = dir.path().join("copy.mp4");
    fs::copy(&long, &copy).expect("copied");
    assert_eq!(id(&long), id(&copy));
    let home = dir.path().join("home");
    // A manifest has only hashes of whole files.
    let target = dir.path().join("sorted");
    let manifest = dir.path().join("manifest.json");
    let output = lumisift(&home)
        .args(["sort", "--label", "a cat", "--min-match", "0", "--copy"])
        .arg("--export")
        .arg(&target)
        .arg("--manifest-out")
        .arg(&manifest)
        .arg(&long)
        .output()
        .expect("runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let manifest = fs::read_to_string(&manifest).expect("a manifest");
    let whole = ContentId::of(&fs::read(&long).expect("read")).to_string();
    assert!(manifest.contains(&whole), "{manifest}");
}

#[test]
fn what_is_broken_is_refused_or_shown_in_part() {
    let dir = tempfile::tempdir().expect("a folder");
    let broken = dir.path().join("broken.mp4");
    let try_bytes = |bytes: &[u8]| {
        fs::write(&broken, bytes).expect("written");
        frames(&broken)
    };
    let late = fs::read(fixture("late.mp4")).expect("a fixture");
    let cut = try_bytes(&late[..late.len() - 10]).expect_err("its index is cut");
    assert!(cut.to_string().contains("cut off"), "{cut}");
    let early = fs::read(fixture("early.m4v")).expect("a fixture");
    let last = try_bytes(&early[..early.len() - 200]).expect("most of it");
    assert!((1..SHOWN.len()).contains(&last.len()));
    let sound = frames(&fixture("sound.mp4")).expect_err("no picture");
    assert!(sound.to_string().contains("no video track"), "{sound}");
    for name in [
        "late.mp4",
        "early.m4v",
        "fragmented.mp4",
        "hevc.mp4",
        "av1.mp4",
    ] {
        let whole = fs::read(fixture(name)).expect("a fixture");
        for length in (0..whole.len()).step_by(211) {
            let _ = try_bytes(&whole[..length]);
        }
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..25 {
            let mut bytes = whole.clone();
            for _ in 0..8 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let at = random as usize % bytes.len();
                bytes[at] = (random >> 32) as u8;
            }
            let _ = try_bytes(&bytes);
        }
    }
}

#[test]
fn the_movie_of_a_live_photo_is_part_of_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    fs::create_dir_all(&folder).expect("made");
    fs::copy(samples().join("cat.jpg"), folder.join("IMG_1.JPG")).expect("copied");
    fs::copy(fixture("late.mp4"), folder.join("img_1.mov")).expect("copied");
    fs::copy(fixture("hevc.mp4"), folder.join("IMG_2.mov")).expect("copied");
    let output = lumisift(dir.path())
        .arg("index")
        .arg(&folder)
        .output()
        .expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("1 movie of a Live Photo"), "{stderr}");
    let (indexed, _, errors) = json(lumisift(dir.path()).arg("index").arg(&folder));
    assert_eq!(indexed["photos"], 2, "{errors}");
}

#[test]
fn videos_are_left_out_where_that_is_asked_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 2);
    fs::copy(fixture("late.mp4"), folder.join("clip.mp4")).expect("copied");
    // Detected by content if the name says nothing.
    fs::copy(fixture("hevc.mp4"), folder.join("nameless")).expect("copied");
    let index = |arguments: &[&str]| {
        let mut command = lumisift(dir.path());
        command
            .arg("index")
            .args(arguments)
            .arg(&folder)
            .arg(folder.join("clip.mp4"));
        json(&mut command).0["photos"].clone()
    };
    assert_eq!(index(&[]), 4);
    assert_eq!(index(&["--no-video"]), 2);
    let config = dir.path().join("config");
    fs::create_dir_all(&config).expect("made");
    fs::write(config.join("settings.json"), r#"{ "videos": false }"#).expect("written");
    assert_eq!(index(&[]), 2);
}
