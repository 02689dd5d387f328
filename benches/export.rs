//! Copies many photos to a folder: Lumisift's export compared with `cp -p` of the same files plus hashing them once.
//!
//! `LUMISIFT_BENCH_DIR=DIR cargo bench --bench export`; the folder should be on the disk to measure.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench tells its figures"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::{self, ExportItem, ExportOptions, FolderLayout};

/// Number of photos.
const PHOTOS: usize = 1_000;
/// Bytes per photo.
const BYTES: usize = 3_000_000;
/// Runs of each method, alternating.
const RUNS: usize = 5;

fn main() {
    let dir = std::env::var_os("LUMISIFT_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let home = dir.join("lumisift-bench-export");
    let _ = fs::remove_dir_all(&home);
    let photos = home.join("photos");
    fs::create_dir_all(&photos).expect("a folder");
    let sources: Vec<PathBuf> = (0..PHOTOS).map(|n| photo(&photos, n)).collect();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let target = home.join(format!("theirs-{run}"));
        theirs.push(timed(|| {
            let status = Command::new("cp")
                .arg("-p")
                .arg("-r")
                .arg(&photos)
                .arg(&target)
                .status();
            assert!(status.expect("cp").success());
            for source in &sources {
                let mut hasher = blake3::Hasher::new();
                hasher
                    .update_reader(fs::File::open(source).expect("a photo"))
                    .expect("read");
            }
        }));
        fs::remove_dir_all(&target).expect("removed");
        sync();
        let target = home.join(format!("ours-{run}"));
        ours.push(timed(|| copy(&sources, &target, &home)));
        fs::remove_dir_all(&target).expect("removed");
        sync();
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let rate = |time: Duration| (PHOTOS * BYTES) as f64 / 1e6 / time.as_secs_f64();
    println!(
        "{PHOTOS} files of {} MB, medians of {RUNS}",
        BYTES / 1_000_000
    );
    println!(
        "export        {:6.2} s {:6.0} MB/s",
        ours.as_secs_f64(),
        rate(ours)
    );
    println!(
        "cp -p + hash  {:6.2} s {:6.0} MB/s",
        theirs.as_secs_f64(),
        rate(theirs)
    );
    println!(
        "ratio         {:6.2}",
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
    fs::remove_dir_all(&home).expect("removed");
}

fn photo(dir: &Path, n: usize) -> PathBuf {
    let path = dir.join(format!("{n:04}.jpg"));
    let mut number = n as u64 + 1;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        number.to_le_bytes()
    })
    .flatten()
    .take(BYTES)
    .collect();
    fs::write(&path, bytes).expect("written");
    path
}

fn copy(sources: &[PathBuf], target: &Path, home: &Path) {
    let items: Vec<ExportItem> = sources
        .iter()
        .map(|source| ExportItem {
            source: source.clone(),
            ..ExportItem::default()
        })
        .collect();
    let options = ExportOptions {
        layout: FolderLayout::Flat,
        ..ExportOptions::new(target.into())
    };
    let plan = export::plan(&items, &options).expect("a plan");
    let report = export::run(&plan, &home.join("journals"), &Cancel::default(), &|_| {});
    assert_eq!(report.expect("exported").exported.len(), sources.len());
}

/// Flushes earlier writes, so that the next measurement does not pay for them.
fn sync() {
    let _ = Command::new("sync").status();
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
