//! Loads a model as it runs best on this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Model;
use super::accuracy::Accuracy;
#[cfg(feature = "gpu")]
use super::checkpoint::load_folder_tower;
use super::checkpoint::{self, FolderModel, folder_fingerprint, load_folder};
use super::device_selection::place;
use super::error::ModelError;
#[cfg(feature = "starter")]
use super::families::starter_model::load_starter;
#[cfg(all(feature = "gpu", feature = "starter"))]
use super::families::starter_model::load_starter_tower;
#[cfg(feature = "gpu")]
use super::gpu;
use crate::engine::inference::cpu::IntegerIsa;
use crate::engine::inference::device::{Device, DeviceChoice};
#[cfg(feature = "gpu")]
use crate::engine::inference::device::{DeviceError, DeviceProblem};
use crate::engine::inference::layers::WeightFormat;

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
            reason: DeviceProblem::Gpu(reason),
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
            // It runs on the CPU, but a named device that is missing is an error for any model.
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
