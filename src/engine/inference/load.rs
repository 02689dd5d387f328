//! Loads a model in the configuration that runs fastest on this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Model;
use super::accuracy::Accuracy;
#[cfg(feature = "gpu")]
use super::checkpoint::load_folder_tower;
use super::checkpoint::{self, FolderModel, folder_fingerprint, folder_name, load_folder};
use super::device_selection::place;
use super::error::ModelError;
#[cfg(all(feature = "gpu", feature = "starter"))]
use super::families::starter_model::load_starter_tower;
#[cfg(feature = "starter")]
use super::families::starter_model::{STARTER_NAME, load_starter};
#[cfg(feature = "gpu")]
use super::gpu;
use crate::engine::inference::cpu::IntegerIsa;
use crate::engine::inference::device::{Device, DeviceChoice};
#[cfg(feature = "gpu")]
use crate::engine::inference::device::{DeviceError, DeviceProblem};
use crate::engine::inference::layers::WeightFormat;

/// The model requested by the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// The starter model embedded in the program.
    Starter,
    /// A checkpoint folder in Hugging Face's layout.
    Folder(PathBuf),
}

impl ModelChoice {
    /// Display name of the model.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            #[cfg(feature = "starter")]
            Self::Starter => STARTER_NAME.into(),
            #[cfg(not(feature = "starter"))]
            Self::Starter => "starter".into(),
            Self::Folder(dir) => folder_name(dir),
        }
    }
}

/// Numeric precision of the image tower on the CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// int8, where it is faster than f32 and accurate enough.
    #[default]
    Auto,
    /// Single precision.
    F32,
    /// int8, regardless of its accuracy.
    Int8,
}

/// Which model to load, and how to run it.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The model.
    pub choice: ModelChoice,
    /// The device.
    pub device: DeviceChoice,
    /// The precision on the CPU.
    pub precision: Precision,
    /// Whether a GPU may be chosen if the computer runs on battery.
    pub gpu_on_battery: bool,
    /// Folder that caches measurements of models; without it, they are repeated at every start.
    pub checks: Option<PathBuf>,
}

impl LoadOptions {
    /// Automatic device and precision.
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
/// Returns an error if a file is missing, damaged or of an unsupported family, or if an explicitly requested device
/// cannot be used.
pub fn load(options: &LoadOptions) -> Result<Arc<dyn Model>, ModelError> {
    let model = load_as_candle_has_it(options)?;
    #[cfg(feature = "gpu")]
    let model = on_graphics_card(model, options)?;
    Ok(model)
}

/// Moves the image tower to a GPU if that was requested, or if the choice is automatic and the GPU is faster.
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
            reason: DeviceProblem::Gpu(reason),
        }
        .into(),
        other => other,
    })
}

/// Loads a model onto the CPU or another candle device.
fn load_as_candle_has_it(options: &LoadOptions) -> Result<Arc<dyn Model>, ModelError> {
    match &options.choice {
        #[cfg(feature = "starter")]
        ModelChoice::Starter => {
            // The starter model runs on the CPU, but requesting a missing device is an error for any model.
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

/// Loads a model in int8, or in f32 if int8 is optional and not accurate enough.
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
                // If the result cannot be stored, it is measured again next time.
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
