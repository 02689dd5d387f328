//! The window with 100,000 photos, or the number in `LUMISIFT_BENCH_PHOTOS`: frame time while scrolling and typing,
//! time from a key to the sorted grid, time until an indexed folder is shown, and memory.
//!
//! `LUMISIFT_BENCH_HOME` names a folder that keeps the photos and the store, so that they can be opened with the
//! program itself. Otherwise they are made anew and removed.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use egui::{Event, Modifiers, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use lumisift::app::services::Services;
use lumisift::app::tasks::pictures::{ThumbKey, start_thumbs};
use lumisift::engine::index::pipeline::Notify;
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::{NewContent, PhotoRecord, Store};
use lumisift::engine::inference::load_starter;
use lumisift::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken};
use lumisift::engine::media::scan::{Scan, ScanItem, ScanOptions};
use lumisift::settings::Dirs;
use lumisift::window::MainWindow;

/// Number of photos.
static PHOTOS: LazyLock<u32> = LazyLock::new(|| {
    let asked = std::env::var("LUMISIFT_BENCH_PHOTOS");
    asked.map_or(100_000, |text| text.parse().expect("a number of photos"))
});
/// Number of times the folder is listed; the median is used.
const RUNS: usize = 5;
/// Number of thumbnails that are fetched, spread over the store.
const THUMBNAILS: u32 = 10_000;
/// Minimum duration of a frame.
const FRAME: Duration = Duration::from_millis(2);
/// Frames per measurement.
const FRAMES: usize = 600;

/// The application, with a timer for the cost of a frame.
struct Watched {
    app: MainWindow,
    logic: Duration,
    frames: Vec<Duration>,
}

impl eframe::App for Watched {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        let start = Instant::now();
        self.app.logic(ctx, frame);
        self.logic = start.elapsed();
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        let start = Instant::now();
        self.app.ui(ui, frame);
        self.frames.push(self.logic + start.elapsed());
    }
}

/// A pseudorandom number from 0 to 1.
fn noise(seed: &mut u64) -> f32 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    (*seed >> 40) as f32 / (1u64 << 24) as f32
}

/// A thumbnail like those of photos: a picture with edges and some grain.
fn thumbnail(n: u32) -> Vec<u8> {
    let mut seed = u64::from(n) + 1;
    let base = [0, 1, 2].map(|_| noise(&mut seed) * 200.0);
    let picture = image::RgbImage::from_fn(320, 213, |x, y| {
        let wave = (x as f32 / (9.0 + n as f32)).sin() * 30.0 + (y / 40 * 12) as f32;
        image::Rgb(base.map(|c| (c + wave + noise(&mut seed) * 12.0).clamp(0.0, 255.0) as u8))
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 80)
        .encode_image(&picture)
        .expect("encoded");
    jpeg
}

fn fill(folder: &Path, session: &Session) {
    let dim = session.model().info().dim;
    let thumbnails: Vec<Vec<u8>> = (0..64).map(thumbnail).collect();
    let mut seed = 1;
    let mut record = |n: u32| {
        let path = folder.join(format!("{:03}/IMG_{n:06}.jpg", n / 500));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, n.to_le_bytes()).expect("written");
        let metadata = std::fs::metadata(&path).expect("there");
        let facts = PhotoFacts {
            content: ContentId::of(&n.to_le_bytes()),
            width: 4000,
            height: 3000,
            taken: Some(Taken::from_text(format!("20{:02}-05-01T10:00:00", n % 25))),
            warning: None,
            video: None,
        };
        let mut vectors: Vec<f32> = (0..dim).map(|_| noise(&mut seed) - 0.5).collect();
        let norm = vectors.iter().map(|v| v * v).sum::<f32>().sqrt();
        vectors.iter_mut().for_each(|v| *v /= norm);
        let thumbnail = thumbnails[n as usize % thumbnails.len()].clone();
        PhotoRecord {
            file: Candidate::new(path, &metadata),
            facts,
            new: Some(NewContent {
                vectors,
                thumbnail,
                frame_thumbnails: Vec::new(),
                appearance: None,
            }),
        }
    };
    let mut n = 0;
    while n < *PHOTOS {
        let batch: Vec<PhotoRecord> = (n..(n + 1000).min(*PHOTOS)).map(&mut record).collect();
        session.store().write(session.key(), &batch).expect("kept");
        n += 1000;
    }
}

/// Resident memory in MB, where the system reports it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms ({} of them)",
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
}

/// Draws with pauses between frames: a window that drew without pauses would take the processor from the threads that
/// it waits for.
fn until(harness: &mut Harness<'_, Watched>, holds: impl Fn(&MainWindow) -> bool) -> Duration {
    let start = Instant::now();
    while !holds(&harness.state().app) {
        let next = Instant::now() + FRAME;
        harness.step();
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    start.elapsed()
}

fn open(dirs: &Dirs, folder: PathBuf) -> Harness<'static, Watched> {
    let services = Services::real(dirs.clone());
    Harness::builder()
        .with_size(vec2(1280.0, 800.0))
        .with_step_dt(1.0 / 60.0)
        .build_eframe(move |cc| Watched {
            app: MainWindow::new(&cc.egui_ctx, services, vec![folder]).expect("threads"),
            logic: Duration::ZERO,
            frames: Vec::new(),
        })
}

fn wheel(y: f32) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, y),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    }
}

/// Scrolls slowly, fast, and in leaps over the whole length.
fn scroll(harness: &mut Harness<'_, Watched>) {
    harness.hover_at(egui::pos2(760.0, 400.0));
    harness.step();
    harness.state_mut().frames.clear();
    for frame in 0..FRAMES {
        let speed = match frame % 200 {
            0..100 => -40.0,
            100..150 => -900.0,
            _ => -60_000.0,
        };
        harness.event(wheel(speed));
        harness.step();
        std::thread::sleep(Duration::from_millis(4));
    }
    let mut frames = std::mem::take(&mut harness.state_mut().frames);
    report("a frame while scrolling", &mut frames);
}

/// Types labels, and measures the time from each key until the grid is sorted again.
fn type_labels(harness: &mut Harness<'_, Watched>) {
    let mut keys = Vec::new();
    let mut frames = Vec::new();
    for label in ["beach", "my dog asleep", "receipt", "snow", "city at night"] {
        harness.get_by_label("New label").focus();
        harness.step();
        for c in label.chars() {
            harness.state_mut().frames.clear();
            let start = Instant::now();
            harness.get_by_label("New label").type_text(&c.to_string());
            harness.step();
            until(harness, MainWindow::is_settled);
            keys.push(start.elapsed());
            frames.append(&mut harness.state_mut().frames);
        }
        harness.key_press(egui::Key::Enter);
        harness.step();
        until(harness, MainWindow::is_settled);
    }
    report("from a key to the sorted grid", &mut keys);
    report("a frame while typing", &mut frames);
}

/// Lists the folder, whose entries the system has cached.
fn scan(folder: &Path) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let files = Scan::new(&[folder.to_path_buf()], ScanOptions::default())
                .filter(|found| matches!(found, ScanItem::Candidate(_)))
                .count();
            assert_eq!(files, *PHOTOS as usize);
            start.elapsed()
        })
        .collect();
    report("listing the folder", &mut times);
}

/// Fetches thumbnails as the grid does, decoded at the size in which they are drawn.
fn thumbnails(dirs: &Dirs) {
    let store = Arc::new(Store::open(&dirs.store()).expect("a store"));
    let slot = Arc::new(Mutex::new(Some(store)));
    let notify: Notify = Arc::new(|| {});
    for side in [320, 200] {
        let fetcher = start_thumbs(&slot, &notify).expect("threads");
        let key = |n: u32| ThumbKey {
            content: ContentId::of(&(n * (*PHOTOS / THUMBNAILS)).to_le_bytes()),
            side,
        };
        let start = Instant::now();
        fetcher.want((0..THUMBNAILS).map(key));
        let mut pictures = 0;
        while pictures < THUMBNAILS {
            match fetcher.try_next() {
                Some((_, picture)) => {
                    assert!(picture.is_some());
                    pictures += 1;
                }
                None => std::thread::sleep(Duration::from_micros(50)),
            }
        }
        let rate = f64::from(THUMBNAILS) / start.elapsed().as_secs_f64();
        println!("thumbnails from the store, {side} pixels: {rate:.0} a second");
    }
}

fn main() {
    let kept = std::env::var_os("LUMISIFT_BENCH_HOME").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a folder");
    let home = kept.unwrap_or_else(|| temporary.path().to_path_buf());
    let folder = home.join("photos");
    let dirs = Dirs::within(&home);
    if !folder.is_dir() {
        let store = Arc::new(Store::open(&dirs.store()).expect("a store"));
        let model = Arc::new(load_starter().expect("a model"));
        let session = Session::open(model, store).expect("a session");
        fill(&folder, &session);
        // The first query computes the sums over the background.
        let scorer = session.scorer(&Default::default());
        session.score(&scorer, &[0]).expect("scored");
    }
    let mut idle = open(&dirs, home.join("nothing"));
    until(&mut idle, |app| app.state().session().is_some());
    let before = resident();
    drop(idle);

    scan(&folder);
    thumbnails(&dirs);
    let start = Instant::now();
    let mut harness = open(&dirs, folder);
    until(&mut harness, |app| {
        !app.state().response.arrangement.order.is_empty()
    });
    println!("first photos of an indexed folder: {:?}", start.elapsed());
    until(&mut harness, |app| {
        app.state().library.len() == *PHOTOS as usize
            && app.state().work.summary.is_some()
            && app.is_settled()
    });
    println!(
        "all {} photos of an indexed folder: {:?}",
        *PHOTOS,
        start.elapsed()
    );
    scroll(&mut harness);
    type_labels(&mut harness);
    scroll(&mut harness);
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("resident memory: {before} MB idle, {after} MB now (without textures)");
    }
}
