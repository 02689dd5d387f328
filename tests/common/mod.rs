//! Helpers that several test files share: folders of photos, a session without a window, the program itself.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use image::{Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::{self, Event, JobOptions, Summary, VectorSource};
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::{Embeddings, Fingerprint, Model, ModelError, ModelInfo};
use lumisift::engine::library::words;
use lumisift::engine::media::photo::{Failure, Photo};
use lumisift::engine::media::preprocess::{Crop, FitMode, Preprocess, ResampleFilter};
use lumisift::settings::Dirs;

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples")
}

/// All folders of the program, below one folder.
pub fn dirs(home: &Path) -> Dirs {
    Dirs::within(home)
}

/// Writes `count` small photos that all differ.
pub fn photos(dir: &Path, count: u32) {
    fs::create_dir_all(dir).expect("a folder");
    for n in 0..count {
        let colour = Rgb([(n % 256) as u8, (n / 256) as u8, 77]);
        let image = RgbImage::from_fn(24, 16, |x, _| if x < 12 { colour } else { Rgb([255; 3]) });
        image
            .save(dir.join(format!("photo-{n:05}.png")))
            .expect("saved");
    }
}

/// A model whose vectors are the mean colours of a picture, so it is fast and its vectors are easy to tell apart. Texts
/// stand for the colours that they name.
pub struct ColourModel {
    info: ModelInfo,
    /// Whether a "greenhouse" is green: words of the vocabulary that contain a colour's name then describe photos.
    loosely: bool,
}

/// Parts of words that contain a colour's name but do not mean the colour.
const NO_COLOURS: [&str; 6] = ["house", " sky", "berries", " wine", "print", "covered"];

/// Whether a text that contains a colour's name is a word of the vocabulary, such as "red carpet".
fn is_of_vocabulary(text: &str) -> bool {
    let names_one = ["red", "green", "blue"]
        .iter()
        .any(|colour| text.contains(colour));
    let word = text.strip_prefix("a photo of ").filter(|_| names_one);
    word.is_some_and(|word| words().contains(&word))
}

impl ColourModel {
    pub fn new() -> Self {
        let preprocess = Preprocess {
            side: 8,
            fit: FitMode::Stretch,
            filter: ResampleFilter::Bilinear,
            mean: [0.0; 3],
            std: [1.0; 3],
        };
        let info = ModelInfo {
            name: "colours".into(),
            fingerprint: Fingerprint([7; 32]),
            dim: 4,
            logit_scale: 20.0,
            sigmoid_bias: None,
            match_bias: 0.0,
            preprocess,
            gflop_per_image: 1.0,
            device: Device::cpu().facts().clone(),
            int8: None,
        };
        Self {
            info,
            loosely: false,
        }
    }

    /// The same model with a bias, as a calibrated model has.
    pub fn with_match_bias(bias: f32) -> Self {
        let mut model = Self::new();
        model.info.match_bias = bias;
        model
    }

    /// The same model, with photos described by words of the vocabulary that contain a colour's name: "greenhouse",
    /// "blue sky".
    pub fn loose() -> Self {
        Self {
            loosely: true,
            ..Self::new()
        }
    }
}

fn unit(values: [f32; 4]) -> [f32; 4] {
    let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    values.map(|v| v / norm)
}

impl Model for ColourModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        let vector = |crop: &Crop| {
            let mean = |c: usize| {
                let channel = crop.rgb.iter().skip(c).step_by(3);
                channel.map(|v| f32::from(*v)).sum::<f32>() / 64.0 / 255.0
            };
            unit([mean(0), mean(1), mean(2), 0.1])
        };
        Ok(Embeddings {
            dim: 4,
            values: crops.iter().flat_map(vector).collect(),
        })
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        let vector = |text: &&str| {
            let names_one = self.loosely
                || !NO_COLOURS.iter().any(|other| text.contains(other)) && !is_of_vocabulary(text);
            let has = |word: &str| f32::from(u8::from(names_one && text.contains(word)));
            unit([has("red"), has("green"), has("blue"), 0.5])
        };
        Ok(Embeddings {
            dim: 4,
            values: texts.iter().flat_map(vector).collect(),
        })
    }
}

/// A session over the quick model.
pub fn session(store: &Path) -> Arc<Session> {
    let store = Arc::new(Store::open(store).expect("a store"));
    Arc::new(Session::open(Arc::new(ColourModel::new()), store).expect("a session"))
}

/// The result of a job.
#[derive(Default)]
pub struct JobResult {
    pub photos: Vec<(Photo, u32, VectorSource)>,
    pub failures: Vec<Failure>,
    pub summary: Summary,
}

impl JobResult {
    pub fn from(&self, wanted: VectorSource) -> usize {
        self.photos
            .iter()
            .filter(|(_, _, source)| *source == wanted)
            .count()
    }
}

/// Runs a job to its end.
pub fn run(session: &Arc<Session>, roots: &[PathBuf]) -> JobResult {
    let job = pipeline::start(session, JobOptions::new(roots.to_vec())).expect("a job");
    let mut ran = JobResult::default();
    while let Some(message) = job.next() {
        match message.event {
            Event::Photo { photo, row, source } => ran.photos.push((photo, row, source)),
            Event::Failed(failure) => ran.failures.push(failure),
            Event::Finished(summary) => ran.summary = summary,
            Event::Progress(_) | Event::Unread(_) | Event::Waiting(_) | Event::Fallback(_) => {}
        }
    }
    ran
}

/// The program, with all its folders inside `home`.
pub fn lumisift(home: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("lumisift"));
    command.env("LUMISIFT_CACHE_DIR", home.join("cache"));
    command.env("LUMISIFT_CONFIG_DIR", home.join("config"));
    command.env("LUMISIFT_DATA_DIR", home.join("data"));
    command.env("LUMISIFT_STATE_DIR", home.join("state"));
    command.env_remove("RUST_LOG");
    // English words are read as English, whatever the language of this machine.
    command
        .env("LC_ALL", "C")
        .env("LUMISIFT_LANGUAGE", "en")
        .env_remove("LANGUAGE");
    command
}

/// The program's output as JSON, and its exit code.
pub fn json(command: &mut Command) -> (serde_json::Value, i32, String) {
    let output = command.args(["--format", "json"]).output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("no JSON ({e}); it said: {errors}"));
    (value, output.status.code().expect("an exit code"), errors)
}

/// The sorted names in a folder; empty if the folder does not exist.
pub fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
