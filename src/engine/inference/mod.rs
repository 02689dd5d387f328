//! Models that map pictures and texts into one space, behind one trait.
//!
//! A model is the compiled-in starter or a folder in Hugging Face's layout; `config.json` says of which
//! family. One file per family; what they share is in `transformer`, `patches` and `tokenizer`.

mod accuracy;
pub(crate) mod checkpoint;
mod config;
pub mod cpu;
pub mod device;
mod device_selection;
mod families;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod layers;
mod patches;
pub mod speed;
mod tokenizer;
mod weights;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cancel::Cancel;
use crate::engine::inference::cpu::IntegerIsa;
use crate::engine::inference::device::{Device, DeviceChoice, DeviceError, DeviceFacts};
use crate::engine::inference::layers::WeightFormat;
use crate::engine::media::preprocess::{Crop, Preprocess};

#[cfg(all(feature = "gpu", feature = "starter"))]
pub use crate::engine::inference::families::starter_model::load_starter_tower;
#[cfg(feature = "starter")]
pub use crate::engine::inference::families::starter_model::{
    STARTER_NAME, StarterModel, load_starter,
};
pub use accuracy::Accuracy;
#[cfg(feature = "gpu")]
pub use checkpoint::load_folder_tower;
pub use checkpoint::{FolderModel, folder_fingerprint, load_folder, load_folder_in};
pub use device_selection::place;

/// What identifies a model: a hash over its weights, configuration and tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// All of it, as text.
    #[must_use]
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..8]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Facts about a loaded model.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// What a person calls it.
    pub name: String,
    /// What the store calls it.
    pub fingerprint: Fingerprint,
    /// Width of its vectors.
    pub dim: usize,
    /// The factor s between cosine and logit.
    pub logit_scale: f32,
    /// The bias b of a model whose own score is `sigmoid(s v.t + b)`.
    pub sigmoid_bias: Option<f32>,
    /// What a label's logit is raised by before it is weighed against the background; 0 unless the model was
    /// calibrated so.
    pub match_bias: f32,
    /// How pictures are prepared for it.
    pub preprocess: Preprocess,
    /// Arithmetic of its image tower, in 10^9 floating-point operations a picture.
    pub gflop_per_image: f64,
    /// Where it runs.
    pub device: DeviceFacts,
    /// How near its vectors are to those of full precision, if it runs in eight bits.
    pub int8: Option<Accuracy>,
}

impl ModelInfo {
    /// A model of no account, for tests.
    #[cfg(test)]
    pub(crate) fn of_tests(dim: usize) -> Self {
        use crate::engine::media::preprocess::{FitMode, ResampleFilter};
        Self {
            name: "clip".into(),
            fingerprint: Fingerprint([1; 32]),
            dim,
            logit_scale: 1.0,
            sigmoid_bias: None,
            match_bias: 0.0,
            preprocess: Preprocess {
                side: 4,
                fit: FitMode::Stretch,
                filter: ResampleFilter::Bicubic,
                mean: [0.0; 3],
                std: [1.0; 3],
            },
            gflop_per_image: 1.0,
            device: Device::cpu().facts().clone(),
            int8: None,
        }
    }

    /// Where it runs and in which numbers, in a word or two.
    #[must_use]
    pub fn runs_on(&self) -> String {
        let name = &self.device.name;
        match (self.int8, self.device.photos_per_second) {
            (_, Some(1)) => format!("{name}, 1 photo/s"),
            (_, Some(rate)) => format!("{name}, {rate} photos/s"),
            (Some(_), None) => format!("{name} int8"),
            (None, None) => name.clone(),
        }
    }

    /// Why it runs on another device than `before`, the name of the one that it began on; nothing if it does not.
    #[must_use]
    pub fn fallback_from(&self, before: &str) -> Option<String> {
        let DeviceFacts { name, reason, .. } = &self.device;
        let reason = reason.as_deref().unwrap_or("the device failed");
        (name != before).then(|| format!("{reason}. Photos are read on the {name} from here on"))
    }

    /// Whether its image tower runs on the CPU.
    #[must_use]
    pub fn is_on_cpu(&self) -> bool {
        self.device.name == Device::cpu().facts().name
    }

    /// Pictures encoded at once, at first and at most.
    ///
    /// On the CPU, as many as keep one layer's time well under the time in which a job must stop, and at
    /// most 16, from where a larger batch gains nothing. On a GPU the best number is found while it works.
    #[must_use]
    pub fn batch_sizes(&self) -> (usize, usize) {
        if self.is_on_cpu() {
            let fixed = ((150.0 / self.gflop_per_image.max(0.1)) as usize).clamp(1, 16);
            (fixed, fixed)
        } else {
            (16, 256)
        }
    }
}

/// Vectors of one width, one after another; each normalised to length 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embeddings {
    /// Width of each vector.
    pub dim: usize,
    /// All values, row by row.
    pub values: Vec<f32>,
}

impl Embeddings {
    /// The vectors.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.dim.max(1))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A model: pictures and texts to vectors of one space.
pub trait Model: Send + Sync {
    /// Facts about it.
    fn info(&self) -> &ModelInfo;

    /// Vectors of pictures.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] if `cancel` was raised on the way, otherwise what went wrong.
    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError>;

    /// Vectors of texts, each as it stands: templates are the caller's.
    ///
    /// # Errors
    /// What went wrong.
    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError>;

    /// How many threads are to ask for vectors of pictures at a time, so that the device is never without work.
    fn callers(&self) -> usize {
        1
    }

    /// Whether it was trained on English texts alone.
    fn is_english_only(&self) -> bool {
        true
    }
}

/// Which model a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// The compiled-in one.
    Starter,
    /// A folder in Hugging Face's layout.
    Folder(PathBuf),
}

/// In which numbers an image tower runs on the CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Eight bits, where they are faster and near enough to full precision.
    #[default]
    Auto,
    /// Full precision.
    F32,
    /// Eight bits, however near.
    Int8,
}

/// Which model is wanted, and how it is to run.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Which.
    pub choice: ModelChoice,
    /// Where.
    pub device: DeviceChoice,
    /// In which numbers.
    pub precision: Precision,
    /// Whether a graphics card may be chosen while the machine runs on its battery.
    pub gpu_on_battery: bool,
    /// A folder for what is found out about models; without it, it is found out each time.
    pub checks: Option<PathBuf>,
}

impl LoadOptions {
    /// A model as it runs best.
    #[must_use]
    pub fn new(choice: ModelChoice) -> Self {
        Self {
            choice,
            device: DeviceChoice::Auto,
            precision: Precision::Auto,
            gpu_on_battery: true,
            checks: None,
        }
    }
}

/// Loads a model onto a device.
///
/// # Errors
/// If a file is missing, damaged or of a family that is not supported, or a device that was named cannot
/// be used.
pub fn load(options: &LoadOptions) -> Result<Arc<dyn Model>, ModelError> {
    let model = load_as_candle_has_it(options)?;
    #[cfg(feature = "gpu")]
    let model = on_graphics_card(model, options)?;
    Ok(model)
}

/// Brings a model's image tower to a graphics card, if that is asked for, or left open and pays.
#[cfg(feature = "gpu")]
fn on_graphics_card(
    model: Arc<dyn Model>,
    options: &LoadOptions,
) -> Result<Arc<dyn Model>, ModelError> {
    let number = match options.device {
        DeviceChoice::Gpu(number) => number,
        DeviceChoice::Auto if model.info().is_on_cpu() => None,
        _ => return Ok(model),
    };
    let request = gpu::AdapterRequest {
        number,
        wanted: options.device != DeviceChoice::Auto,
        on_battery: options.gpu_on_battery,
        checks: options.checks.clone(),
    };
    let (choice, spec) = (options.choice.clone(), model.info().preprocess);
    let wanted = options.device;
    let load = Arc::new(move |context: &Arc<gpu::Context>| match &choice {
        #[cfg(feature = "starter")]
        ModelChoice::Starter => load_starter_tower(context),
        #[cfg(not(feature = "starter"))]
        ModelChoice::Starter => Err(ModelError::NoStarter),
        ModelChoice::Folder(dir) => load_folder_tower(dir, context, &spec),
    });
    gpu::accelerate(model, &request, load).map_err(|error| match error {
        ModelError::Gpu(reason) => DeviceError {
            choice: wanted,
            reason: reason.to_string(),
        }
        .into(),
        other => other,
    })
}

/// Loads a model onto the CPU or a device that candle knows.
fn load_as_candle_has_it(options: &LoadOptions) -> Result<Arc<dyn Model>, ModelError> {
    match &options.choice {
        #[cfg(feature = "starter")]
        ModelChoice::Starter => {
            // It runs on the CPU, but a device that is named and not there is said for any model.
            if options.device != DeviceChoice::Auto {
                place(options.device)?;
            }
            Ok(Arc::new(load_starter()?))
        }
        #[cfg(not(feature = "starter"))]
        ModelChoice::Starter => Err(ModelError::NoStarter),
        ModelChoice::Folder(dir) => {
            let device = place(options.device)?;
            let model = match options.precision {
                _ if !device.is_cpu() => load_folder(dir, &device)?,
                Precision::F32 => load_folder(dir, &device)?,
                Precision::Auto if IntegerIsa::detect() == IntegerIsa::Portable => {
                    load_folder(dir, &device)?
                }
                precision => load_checked(dir, &device, precision, options.checks.as_deref())?,
            };
            Ok(Arc::new(model))
        }
    }
}

/// Loads a model in eight bits, unless that must be near full precision and is not.
fn load_checked(
    dir: &Path,
    device: &Device,
    precision: Precision,
    checks: Option<&Path>,
) -> Result<FolderModel, ModelError> {
    let fingerprint = folder_fingerprint(dir)?;
    let load = |format| checkpoint::load_as(dir, device, format, Some(fingerprint));
    let fits = |accuracy: &Accuracy| precision == Precision::Int8 || accuracy.passes();
    let known = checks.and_then(|checks| Accuracy::known(checks, &fingerprint));
    let (accuracy, mut short) = match known {
        Some(accuracy) if fits(&accuracy) => (accuracy, load(WeightFormat::Int8)?),
        Some(_) => return load(WeightFormat::Float),
        None => {
            let (full, short) = (load(WeightFormat::Float)?, load(WeightFormat::Int8)?);
            let accuracy = Accuracy::measure(&full, &short)?;
            if let Some(checks) = checks {
                // Where it cannot be kept, it is found out again next time.
                let _ = accuracy.keep(checks, &fingerprint);
            }
            if !fits(&accuracy) {
                return Ok(full);
            }
            (accuracy, short)
        }
    };
    short.set_accuracy(accuracy);
    Ok(short)
}

/// What can go wrong with a model. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// Built without the starter.
    #[error("this build carries no starter model: name a folder with --model")]
    NoStarter,
    /// A folder lacks a file.
    #[error("{} is not a complete model: {file} is missing; copy the model's files again", dir.display())]
    MissingFile {
        /// The folder.
        dir: PathBuf,
        /// What is missing.
        file: String,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is there, but wrong.
    #[error("{}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A device that cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A graphics card that failed.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] gpu::GpuError),
    /// A family that this program does not know.
    #[error("{}: models of type \"{family}\" are not supported ({})", path.display(), families::SUPPORTED)]
    UnsupportedFamily {
        /// The configuration.
        path: PathBuf,
        /// Its `model_type`.
        family: String,
    },
    /// A text that the tokenizer refuses.
    #[error("the text {text:?} cannot be read by this model: {message}")]
    Text {
        /// The text.
        text: String,
        /// Why.
        message: String,
    },
    /// A vector that cannot be normalised, as damaged weights give.
    #[error("the model gave a vector of length {norm}: its weights may be damaged")]
    NoDirection {
        /// The length.
        norm: f32,
    },
    /// It panicked.
    #[error("the model gave up on this batch of photos: please report it")]
    GaveUp,
    /// The arithmetic failed.
    #[error("the model failed: {0}")]
    Compute(#[from] candle_core::Error),
}

/// Tells a cancelled computation from a failed one.
fn computed<T>(result: candle_core::Result<T>, cancel: &Cancel) -> Result<T, ModelError> {
    result.map_err(|e| {
        if cancel.is_cancelled() {
            ModelError::Cancelled
        } else {
            e.into()
        }
    })
}

/// Rows of a matrix, normalised to length 1.
fn normalised(matrix: &candle_core::Tensor) -> Result<Embeddings, ModelError> {
    let (_, dim) = matrix.dims2()?;
    let values = matrix.to_dtype(candle_core::DType::F32)?;
    let mut values = values.flatten_all()?.to_vec1::<f32>()?;
    for row in values.chunks_exact_mut(dim) {
        let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !norm.is_finite() || norm == 0.0 {
            return Err(ModelError::NoDirection { norm });
        }
        row.iter_mut().for_each(|v| *v /= norm);
    }
    Ok(Embeddings { dim, values })
}

/// Which sequences a text tower takes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextBatching {
    /// Those of one length: it takes none that is padded.
    OneLength,
    /// Any, each for itself.
    AnyLength,
}

/// Embeds token sequences of any lengths, shorter ones first, so that little or nothing is padded.
fn embed_sequences(
    sequences: &[Vec<u32>],
    dim: usize,
    batching: TextBatching,
    embed: impl Fn(&[&[u32]]) -> candle_core::Result<candle_core::Tensor>,
) -> Result<Embeddings, ModelError> {
    /// Sequences of one product: bounds memory, and is past where a larger one would be faster.
    const BATCH: usize = 32;
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by_key(|i| sequences[*i].len());
    let together = |a: &usize, b: &usize| {
        batching == TextBatching::AnyLength || sequences[*a].len() == sequences[*b].len()
    };
    let mut values = vec![0f32; sequences.len() * dim];
    for group in order.chunk_by(together) {
        for batch in group.chunks(BATCH) {
            let tokens: Vec<&[u32]> = batch.iter().map(|i| sequences[*i].as_slice()).collect();
            let rows = normalised(&embed(&tokens)?)?;
            for (i, row) in batch.iter().zip(rows.rows()) {
                values[i * dim..][..dim].copy_from_slice(row);
            }
        }
    }
    Ok(Embeddings { dim, values })
}

fn encode_all(
    tokenizer: &tokenizer::Tokenizer,
    texts: &[&str],
) -> Result<Vec<Vec<u32>>, ModelError> {
    let encode = |text: &&str| {
        tokenizer.encode(text).map_err(|message| ModelError::Text {
            text: (*text).into(),
            message,
        })
    };
    texts.iter().map(encode).collect()
}
