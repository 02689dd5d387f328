//! The class `Encoder`.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::embed::embed_pictures;
use lumisift::engine::index::zero_shot::ZeroShot;
use lumisift::engine::inference::{self, Embeddings, LoadOptions, Model, ModelChoice};
use lumisift::engine::search::label_set::LabelEntry;
use lumisift::engine::search::score::Scores;
use lumisift::engine::search::teach::TrainingSet;
use lumisift::settings::{self, Dirs, Settings};
use numpy::PyArray2;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors::CallError;
use crate::interrupt::without_lock;
use crate::matrix::Matrix;
use crate::pictures::{OnError, Picture};

type Array<'py> = PyResult<Bound<'py, PyArray2<f32>>>;

/// A model: pictures and texts to vectors of one space, and pictures to matches with labels.
///
/// `model` is the name of a model as `lumisift models` lists it, or a folder with one; None is the small model in this
/// package. `device` is that of `lumisift --device`. `threads` is how many decode and compute; 0 means one a core.
#[pyclass(frozen, module = "lumisift")]
pub struct Encoder {
    model: Arc<dyn Model>,
    /// The model with the background that labels are weighed against; made when it is first needed.
    zero_shot: OnceLock<ZeroShot>,
    pool: ThreadPool,
    threads: usize,
}

#[pymethods]
impl Encoder {
    #[new]
    #[pyo3(signature = (model=None, *, device="auto", threads=0))]
    fn new(py: Python<'_>, model: Option<PathBuf>, device: &str, threads: usize) -> PyResult<Self> {
        let device = device.to_owned();
        without_lock(py, move |_| Self::load(model, &device, threads))
    }

    /// The width of its vectors.
    #[getter]
    fn dimensions(&self) -> usize {
        self.model.info().dim
    }

    /// What the model is called.
    #[getter]
    fn model(&self) -> &str {
        &self.model.info().name
    }

    /// Where it runs.
    #[getter]
    fn device(&self) -> &str {
        &self.model.info().device.name
    }

    /// The vectors of pictures, of length 1: float32 [pictures, dimensions].
    ///
    /// A picture is the content of a file as `bytes`, or a path. A picture that cannot be read raises PictureError, or
    /// leaves a row of NaN with `errors="nan"`.
    #[pyo3(signature = (images, *, errors="raise"))]
    fn images<'py>(&self, py: Python<'py>, images: Vec<Picture>, errors: &str) -> Array<'py> {
        let on_error = OnError::parse(errors).map_err(|error| error.raised(py))?;
        let work = |cancel: &Cancel| {
            let parts = self.parts(&images, on_error, cancel)?;
            let mut matrix = Matrix::nan(images.len(), self.dimensions());
            for (at, parts) in parts.iter().enumerate() {
                if let Some(own) = parts.as_ref().and_then(|parts| parts.rows().next()) {
                    matrix.set(at, own);
                }
            }
            Ok(matrix)
        };
        array(py, without_lock(py, work)?)
    }

    /// The vectors of texts, each as it stands, of length 1: float32 [texts, dimensions].
    fn texts<'py>(&self, py: Python<'py>, texts: Vec<String>) -> Array<'py> {
        let work = |_: &Cancel| {
            let words: Vec<&str> = texts.iter().map(String::as_str).collect();
            let vectors = self.pool.install(|| self.model.embed_texts(&words))?;
            Ok(Matrix::of(words.len(), self.dimensions(), vectors.values))
        };
        array(py, without_lock(py, work)?)
    }

    /// How well each label fits each picture, 0 to 1: float32 [pictures, labels].
    ///
    /// The numbers are those of `lumisift classify` and `lumisift worker`, and labels are read as there: `dog -cat`,
    /// `flower, plant`. Pictures and `errors` are those of `images`.
    #[pyo3(signature = (images, labels, *, errors="raise"))]
    fn scores<'py>(
        &self,
        py: Python<'py>,
        images: Vec<Picture>,
        labels: Vec<String>,
        errors: &str,
    ) -> Array<'py> {
        let on_error = OnError::parse(errors).map_err(|error| error.raised(py))?;
        let work = |cancel: &Cancel| {
            let training_sets = labels.iter().map(|label| training_set(label));
            let training_sets: Vec<TrainingSet> = training_sets.collect::<Result<_, _>>()?;
            let parts = self.parts(&images, on_error, cancel)?;
            if labels.is_empty() {
                return Ok(Matrix::nan(images.len(), 0));
            }
            let scores = self
                .pool
                .install(|| self.judge(&training_sets, parts.iter().flatten()))?;
            let mut matrix = Matrix::nan(images.len(), labels.len());
            let read = parts
                .iter()
                .enumerate()
                .filter(|(_, parts)| parts.is_some());
            for (number, (at, _)) in read.enumerate() {
                matrix.set(at, scores.matches_of(number));
            }
            Ok(matrix)
        };
        array(py, without_lock(py, work)?)
    }

    fn __repr__(&self) -> String {
        let info = self.model.info();
        format!(
            "Encoder(model={:?}, dimensions={}, device={:?})",
            info.name, info.dim, info.device.name
        )
    }
}

impl Encoder {
    fn load(model: Option<PathBuf>, device: &str, threads: usize) -> Result<Self, CallError> {
        let device = device.parse().map_err(CallError::Argument)?;
        let dirs = Dirs::detect();
        // A notice about damaged settings is in the log; all that they say here is where models are.
        let (settings, _) = settings::load::<Settings>(&dirs.settings_file());
        let choice = match model {
            None => ModelChoice::Starter,
            Some(name) => named(&settings, &dirs, name)?,
        };
        let options = LoadOptions {
            choice,
            device,
            ..settings.load_options(&dirs)
        };
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| CallError::Model(error.to_string()))?;
        Ok(Self {
            model: pool.install(|| inference::load(&options))?,
            zero_shot: OnceLock::new(),
            pool,
            threads,
        })
    }

    /// The vectors of each picture; nothing for those that cannot be read, unless that is an error.
    fn parts(
        &self,
        pictures: &[Picture],
        on_error: OnError,
        cancel: &Cancel,
    ) -> Result<Vec<Option<Embeddings>>, CallError> {
        let sources: Vec<_> = pictures.iter().map(Picture::source).collect();
        let model = self.model.as_ref();
        let embed = || embed_pictures(model, &sources, self.threads, cancel);
        let results = self.pool.install(embed)?.into_iter().enumerate();
        let results = results.map(|(at, result)| match result {
            Ok(parts) => Ok(Some(parts)),
            Err(_) if on_error == OnError::Nan => Ok(None),
            Err(message) => Err(pictures[at].error(at, message)),
        });
        results.collect()
    }

    fn judge<'a>(
        &self,
        training_sets: &[TrainingSet],
        pictures: impl Iterator<Item = &'a Embeddings>,
    ) -> Result<Scores, CallError> {
        let zero_shot = self.zero_shot()?;
        let classifiers = zero_shot.teach_all(training_sets, zero_shot)?;
        let scorer = zero_shot.classifier_scorer(&classifiers);
        let (mut values, mut counts) = (Vec::new(), Vec::new());
        for parts in pictures {
            values.extend_from_slice(&parts.values);
            counts.push(parts.len());
        }
        let dim = self.dimensions();
        Ok(zero_shot.score_pictures(&scorer, &Embeddings { dim, values }, &counts))
    }

    fn zero_shot(&self) -> Result<&ZeroShot, CallError> {
        if let Some(made) = self.zero_shot.get() {
            return Ok(made);
        }
        // Two threads may both make it: the second one's is dropped.
        let made = ZeroShot::new(self.model.clone())?;
        Ok(self.zero_shot.get_or_init(|| made))
    }
}

/// The model of a name or folder.
fn named(settings: &Settings, dirs: &Dirs, name: PathBuf) -> Result<ModelChoice, CallError> {
    let Some(text) = name.to_str() else {
        return Ok(ModelChoice::Folder(name));
    };
    let choice = settings.named_model(text, dirs);
    choice.map_err(|error| CallError::Model(error.to_string()))
}

/// What a label is learned from, as the command line reads it.
fn training_set(label: &str) -> Result<TrainingSet, CallError> {
    let entry = LabelEntry {
        text: label.to_owned(),
        ..LabelEntry::default()
    };
    let training_set = entry.training_set();
    training_set.map_err(|error| CallError::Argument(format!("the label {label:?}: {error}")))
}

fn array(py: Python<'_>, matrix: Matrix) -> Array<'_> {
    matrix.into_array(py).map_err(|error| error.raised(py))
}
