//! The class `Encoder`.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::embed::{PictureError, embed_pictures};
use lumisift::engine::index::zero_shot::ZeroShot;
use lumisift::engine::inference::device::DeviceChoice;
use lumisift::engine::inference::{
    self, Embeddings, LoadOptions, Model, ModelChoice, ModelError, Precision,
};
use lumisift::engine::search::label_set::LabelEntry;
use lumisift::engine::search::score::{Scorer, Scores};
use lumisift::engine::search::teach::{Classifier, ClassifierSet, TrainingSet};
use lumisift::settings::{self, Dirs, Settings};
use numpy::PyArray2;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::errors::CallError;
use crate::interrupt::without_lock;
use crate::matrix::Matrix;
use crate::pictures::{OnError, Picture};

/// Number of texts that are embedded between two checks for cancellation.
const TEXTS: usize = 256;

/// Number of full batches of pictures that are embedded between two checks for unreadable pictures. More checks would
/// slow down a GPU, where the batch size is tuned anew after each.
const BATCHES: usize = 4;

type Array<'py> = PyResult<Bound<'py, PyArray2<f32>>>;

/// A model that embeds pictures and texts in one vector space, and scores pictures against labels.
///
/// `model` is the name of a model that `lumisift models` lists, or a folder with a model; None is the starter model,
/// which the package contains. `device` and `precision` take the values of `lumisift --device` and `--precision`.
/// `threads` is the number of threads for decoding, and also of those for the model; 0 means one per core.
#[pyclass(frozen, module = "lumisift")]
pub struct Encoder {
    model: Arc<dyn Model>,
    /// The model with its background embeddings, which are computed when they are first needed.
    zero_shot: OnceLock<ZeroShot>,
    pool: ThreadPool,
    threads: usize,
}

#[pymethods]
impl Encoder {
    #[new]
    #[pyo3(signature = (model=None, *, device="auto", precision="auto", threads=0))]
    fn new(
        py: Python<'_>,
        model: Option<PathBuf>,
        device: &str,
        precision: &str,
        threads: usize,
    ) -> PyResult<Self> {
        without_lock(py, |cancel| {
            Self::load(model, device, precision, threads, cancel)
        })
    }

    /// The dimension of the vectors.
    #[getter]
    fn dimensions(&self) -> usize {
        self.model.info().dim
    }

    /// The display name of the model.
    #[getter]
    fn model(&self) -> &str {
        &self.model.info().name
    }

    /// The display name of the device.
    #[getter]
    fn device(&self) -> &str {
        &self.model.info().device.name
    }

    /// The vectors of pictures, of length 1: float32 [pictures, dimensions].
    ///
    /// A picture is a path, or the contents of a file as `bytes` or `bytearray`. One that cannot be read raises
    /// PictureError; with `errors="nan"`, its row is NaN instead.
    #[pyo3(signature = (images, *, errors="raise"))]
    fn images<'py>(&self, py: Python<'py>, images: Vec<Picture>, errors: &str) -> Array<'py> {
        let on_error = OnError::parse(errors).map_err(|error| error.raised(py))?;
        let vectors = without_lock(py, |cancel| {
            let pictures = self.embed(&images, on_error, cancel)?;
            let mut vectors = Matrix::nan(images.len(), self.dimensions());
            for (at, parts) in pictures.iter().enumerate() {
                if let Some(first) = parts.as_ref().and_then(|parts| parts.rows().next()) {
                    vectors.set(at, first);
                }
            }
            Ok(vectors)
        })?;
        array(py, vectors)
    }

    /// The vectors of texts, of length 1: float32 [texts, dimensions]. Texts are used verbatim.
    fn texts<'py>(&self, py: Python<'py>, texts: Vec<String>) -> Array<'py> {
        let vectors = without_lock(py, |cancel| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut values = Vec::with_capacity(texts.len() * self.dimensions());
            for batch in texts.chunks(TEXTS) {
                check(cancel)?;
                let vectors = self.pool.install(|| self.model.embed_texts(batch))?;
                values.extend(vectors.values);
            }
            Ok(Matrix::of(texts.len(), self.dimensions(), values))
        })?;
        array(py, vectors)
    }

    /// How well each label fits each picture, 0 to 1: float32 [pictures, labels].
    ///
    /// The match scores equal those of `lumisift classify` and `lumisift worker`, and labels have the same syntax:
    /// `dog -cat`, `flower, plant`. Pictures and `errors` are as in `images`.
    #[pyo3(signature = (images, labels, *, errors="raise"))]
    fn scores<'py>(
        &self,
        py: Python<'py>,
        images: Vec<Picture>,
        labels: Vec<String>,
        errors: &str,
    ) -> Array<'py> {
        let on_error = OnError::parse(errors).map_err(|error| error.raised(py))?;
        let matches = without_lock(py, |cancel| {
            // Labels come first, so that an invalid one is reported before the pictures are read.
            let training_sets = labels.iter().map(|label| training_set(label));
            let training_sets: Vec<TrainingSet> = training_sets.collect::<Result<_, _>>()?;
            let scorer = match training_sets.as_slice() {
                [] => None,
                sets => Some(self.pool.install(|| self.scorer(sets, cancel))?),
            };
            let pictures = self.embed(&images, on_error, cancel)?;
            let mut matches = Matrix::nan(images.len(), labels.len());
            if let Some(scorer) = &scorer {
                let scores = self
                    .pool
                    .install(|| self.score(scorer, &pictures, cancel))?;
                let readable = pictures.iter().enumerate();
                let readable = readable.filter(|(_, parts)| parts.is_some());
                for (row, (at, _)) in readable.enumerate() {
                    matches.set(at, scores.matches_of(row));
                }
            }
            Ok(matches)
        })?;
        array(py, matches)
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
    fn load(
        model: Option<PathBuf>,
        device: &str,
        precision: &str,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Self, CallError> {
        let device = device.parse::<DeviceChoice>();
        let device = device.map_err(|error| CallError::Argument(error.to_string()))?;
        let precision = parse_precision(precision)?;
        let dirs = Dirs::detect();
        let choice = match model {
            None => ModelChoice::Starter,
            Some(name) => named_model(&dirs, name)?,
        };
        let options = LoadOptions {
            device,
            precision,
            checks: Some(dirs.checks()),
            ..LoadOptions::new(choice)
        };
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| CallError::Model(error.to_string()))?;
        check(cancel)?;
        let model = pool.install(|| inference::load(&options))?;
        check(cancel)?;
        Ok(Self {
            model,
            zero_shot: OnceLock::new(),
            pool,
            threads,
        })
    }

    /// The embeddings of each picture: of its standard crop, then of further crops or frames. With [`OnError::Nan`],
    /// `None` for a picture that cannot be read or encoded; otherwise the first such picture ends the work.
    fn embed(
        &self,
        pictures: &[Picture],
        on_error: OnError,
        cancel: &Cancel,
    ) -> Result<Vec<Option<Embeddings>>, CallError> {
        let model = self.model.as_ref();
        let slice_length = match on_error {
            OnError::Raise => BATCHES * model.info().batch_sizes().1,
            OnError::Nan => pictures.len(),
        };
        let mut embeddings = Vec::with_capacity(pictures.len());
        for slice in pictures.chunks(slice_length.max(1)) {
            let sources: Vec<_> = slice.iter().map(Picture::source).collect();
            let embed = || embed_pictures(model, &sources, self.threads, cancel);
            let results = self.pool.install(embed)?;
            for (result, picture) in results.into_iter().zip(slice) {
                let index = embeddings.len();
                embeddings.push(match result {
                    Ok(parts) => Some(parts),
                    Err(_) if on_error == OnError::Nan => None,
                    Err(error) => return Err(picture_error(&error, picture, index)),
                });
            }
        }
        Ok(embeddings)
    }

    /// Prepares labels for scoring, as `lumisift worker` does.
    fn scorer(&self, training_sets: &[TrainingSet], cancel: &Cancel) -> Result<Scorer, CallError> {
        let zero_shot = self.zero_shot(cancel)?;
        let teach = |training_set| {
            check(cancel)?;
            Ok(zero_shot.teach(training_set, zero_shot)?)
        };
        let classifiers = training_sets.iter().map(teach);
        let classifiers: Vec<Classifier> = classifiers.collect::<Result<_, CallError>>()?;
        let classifiers = ClassifierSet::new(self.dimensions(), &classifiers);
        Ok(zero_shot.classifier_scorer(&classifiers))
    }

    /// The scores of the readable pictures, in order.
    fn score(
        &self,
        scorer: &Scorer,
        pictures: &[Option<Embeddings>],
        cancel: &Cancel,
    ) -> Result<Scores, CallError> {
        let (mut values, mut counts) = (Vec::new(), Vec::new());
        for parts in pictures.iter().flatten() {
            values.extend_from_slice(&parts.values);
            counts.push(parts.len());
        }
        let parts = Embeddings {
            dim: self.dimensions(),
            values,
        };
        let zero_shot = self.zero_shot(cancel)?;
        Ok(zero_shot.score_pictures(scorer, &parts, &counts))
    }

    fn zero_shot(&self, cancel: &Cancel) -> Result<&ZeroShot, CallError> {
        if let Some(zero_shot) = self.zero_shot.get() {
            return Ok(zero_shot);
        }
        check(cancel)?;
        // If two threads get here at once, one of the two results is dropped.
        let zero_shot = ZeroShot::new(self.model.clone())?;
        let zero_shot = self.zero_shot.get_or_init(|| zero_shot);
        check(cancel)?;
        Ok(zero_shot)
    }
}

/// Parses the argument `precision`, which has the values of the command line.
fn parse_precision(text: &str) -> Result<Precision, CallError> {
    match text {
        "auto" => Ok(Precision::Auto),
        "f32" => Ok(Precision::F32),
        "int8" => Ok(Precision::Int8),
        _ => Err(CallError::Argument(format!(
            "{text:?} is not a precision: choose auto, f32 or int8"
        ))),
    }
}

/// The error of a picture with this index in the list.
fn picture_error(error: &PictureError, picture: &Picture, index: usize) -> CallError {
    let message = format!("{}: {error}", picture.name(index));
    match error {
        PictureError::Model(_) => CallError::Model(message),
        PictureError::Unreadable(_) | PictureError::DecoderAborted => CallError::Picture {
            index: Some(index),
            path: picture.path().map(PathBuf::from),
            message,
        },
    }
}

/// Finds a model by name or folder.
fn named_model(dirs: &Dirs, name: PathBuf) -> Result<ModelChoice, CallError> {
    let Some(text) = name.to_str() else {
        return Ok(ModelChoice::Folder(name));
    };
    // The settings list the folders of models that the user added. A library must not move or report a damaged settings
    // file, so `load` is not used.
    let settings: Settings = settings::peek(&dirs.settings_file());
    let choice = settings.named_model(text, dirs);
    choice.map_err(|error| CallError::Model(error.to_string()))
}

/// The training set of a label, parsed as on the command line.
fn training_set(label: &str) -> Result<TrainingSet, CallError> {
    let entry = LabelEntry {
        text: label.to_owned(),
        ..LabelEntry::default()
    };
    let training_set = entry.training_set();
    training_set.map_err(|error| CallError::Argument(error.to_string()))
}

/// Returns an error if `cancel` was raised.
fn check(cancel: &Cancel) -> Result<(), ModelError> {
    match cancel.is_cancelled() {
        true => Err(ModelError::Cancelled),
        false => Ok(()),
    }
}

fn array(py: Python<'_>, matrix: Matrix) -> Array<'_> {
    matrix.into_array(py).map_err(|error| error.raised(py))
}
