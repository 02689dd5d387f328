//! Compute devices: the CPU, and GPUs where the build and the machine support them.

use std::fmt;
use std::panic::catch_unwind;
use std::str::FromStr;

use candle_core::DType;
use serde::{Deserialize, Serialize};

use super::invalid::tensor_message;

/// The device requested by the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// A GPU that passes the self-test, otherwise the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU through wgpu: the first usable one, discrete before integrated, or the one with this index.
    Gpu(Option<usize>),
    /// An NVIDIA GPU through CUDA, by index.
    Cuda(usize),
    /// The GPU of a Mac, through Metal.
    Metal,
}

/// Text that is not a valid device name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a device: choose auto, cpu, gpu, gpu:N, cuda, cuda:N or metal, where N is the number of a card, from 0"
)]
pub struct UnknownDevice(pub String);

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        // `parse` alone would accept a plus sign.
        let index = |number: &str| -> Option<usize> {
            let is_digits = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse().ok().filter(|_| is_digits)
        };
        let choice = match text {
            "auto" => Some(Self::Auto),
            "cpu" => Some(Self::Cpu),
            "gpu" => Some(Self::Gpu(None)),
            "cuda" => Some(Self::Cuda(0)),
            "metal" => Some(Self::Metal),
            _ => match text.strip_prefix("gpu:") {
                Some(number) => index(number).map(|number| Self::Gpu(Some(number))),
                None => text.strip_prefix("cuda:").and_then(index).map(Self::Cuda),
            },
        };
        choice.ok_or_else(|| UnknownDevice(text.into()))
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = UnknownDevice;

    fn try_from(text: String) -> Result<Self, UnknownDevice> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu(None) => f.write_str("gpu"),
            Self::Gpu(Some(number)) => write!(f, "gpu:{number}"),
            Self::Cuda(0) => f.write_str("cuda"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
            Self::Metal => f.write_str("metal"),
        }
    }
}

/// An open device.
#[derive(Clone, Debug)]
pub struct Device {
    inner: candle_core::Device,
    facts: DeviceFacts,
}

/// Properties of a device for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Display name: "CPU", "CUDA 0", "Metal", "Radeon RX 6600".
    pub name: String,
    /// Why a faster device was not chosen.
    pub reason: Option<String>,
    /// Measured encoding speed in photos per second, if known.
    pub photos_per_second: Option<u32>,
}

/// Error for a requested device that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the device {choice} cannot be used ({reason})")]
pub struct DeviceError {
    /// The requested device.
    pub choice: DeviceChoice,
    /// Why it cannot be used.
    pub reason: DeviceProblem,
}

/// Reasons why a device is not used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceProblem {
    /// The build has no wgpu support.
    #[error("this build does not support graphics cards")]
    NoGpuCode,
    /// The build has no CUDA support.
    #[error("this build has no CUDA support; docs/gpu.md explains how to build it")]
    NoCuda,
    /// The CUDA libraries are missing.
    #[error("CUDA driver not found")]
    NoCudaDriver,
    /// The build has no Metal support.
    #[error("this build has no Metal support, which only Macs have")]
    NoMetal,
    /// Candle cannot open the device.
    #[error("{}", tensor_message(.0))]
    Open(candle_core::Error),
    /// Candle has no device to offer; wgpu adapters are tested later, with each model.
    #[error("graphics cards are tested with each model")]
    TestedLater,
    /// An NVIDIA driver is installed, but the build has no CUDA support.
    #[error(
        "an NVIDIA driver is installed, but this build has no CUDA support; docs/gpu.md explains how to build it"
    )]
    UnusedNvidiaDriver,
    /// The build has no GPU support, and no NVIDIA driver was found.
    #[error("this build has no GPU support, and no NVIDIA driver was found")]
    NoGpu,
    /// The device failed during the self-test.
    #[error("{}", tensor_message(.0))]
    Probe(candle_core::Error),
    /// The device's self-test result differs from the CPU's.
    #[error(
        "{name} gives results that differ from the CPU's (cosine {agreement:.4}); a newer driver may help"
    )]
    Disagrees {
        /// Name of the device.
        name: String,
        /// Cosine similarity between the device's and the CPU's result.
        agreement: f32,
    },
    /// A GPU that wgpu cannot use.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(super::gpu::GpuError),
}

impl Device {
    /// The CPU, which is always available.
    #[must_use]
    pub fn cpu() -> Self {
        Self::new(candle_core::Device::Cpu, "CPU".into())
    }

    fn new(inner: candle_core::Device, name: String) -> Self {
        let facts = DeviceFacts {
            name,
            reason: None,
            photos_per_second: None,
        };
        Self { inner, facts }
    }

    /// The CPU, with the reason why no GPU is used.
    #[must_use]
    pub fn cpu_because(reason: impl Into<String>) -> Self {
        let mut cpu = Self::cpu();
        cpu.facts.reason = Some(reason.into());
        cpu
    }

    /// Opens a device. A device opened for [`DeviceChoice::Auto`] must still pass the self-test.
    ///
    /// # Errors
    /// Returns an error if the device is missing or the build does not support it.
    pub fn open(choice: DeviceChoice) -> Result<Self, DeviceProblem> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::cpu()),
            // Candle stays on the CPU, where it runs the text tower and the fallback for the GPU.
            DeviceChoice::Gpu(_) if cfg!(feature = "gpu") => Ok(Self::cpu()),
            DeviceChoice::Gpu(_) => Err(DeviceProblem::NoGpuCode),
            DeviceChoice::Cuda(number) => cuda(number),
            DeviceChoice::Metal => metal(),
            DeviceChoice::Auto if cfg!(feature = "cuda") => cuda(0),
            DeviceChoice::Auto => metal().map_err(|_| no_gpu_build()),
        }
    }

    /// The underlying candle device.
    #[must_use]
    pub fn inner(&self) -> &candle_core::Device {
        &self.inner
    }

    /// Properties for display.
    #[must_use]
    pub fn facts(&self) -> &DeviceFacts {
        &self.facts
    }

    /// Whether this is the processor.
    #[must_use]
    pub fn is_cpu(&self) -> bool {
        self.inner.is_cpu()
    }

    /// Data type for computation: f16 on GPUs, whose matrix units are built for it, otherwise f32.
    #[must_use]
    pub fn dtype(&self) -> DType {
        if self.is_cpu() {
            DType::F32
        } else {
            DType::F16
        }
    }
}

fn cuda(number: usize) -> Result<Device, DeviceProblem> {
    if !cfg!(feature = "cuda") {
        return Err(DeviceProblem::NoCuda);
    }
    // Candle panics if the CUDA libraries are missing.
    let opened = catch_unwind(|| candle_core::Device::new_cuda(number));
    match opened {
        Ok(Ok(inner)) => Ok(Device::new(inner, format!("CUDA {number}"))),
        Ok(Err(error)) => Err(DeviceProblem::Open(error)),
        Err(_) => Err(DeviceProblem::NoCudaDriver),
    }
}

fn metal() -> Result<Device, DeviceProblem> {
    if !cfg!(any(feature = "metal", target_os = "macos")) {
        return Err(DeviceProblem::NoMetal);
    }
    let opened = candle_core::Device::new_metal(0);
    let inner = opened.map_err(DeviceProblem::Open)?;
    Ok(Device::new(inner, "Metal".into()))
}

/// Why a build without CUDA and Metal uses the CPU.
fn no_gpu_build() -> DeviceProblem {
    if cfg!(feature = "gpu") {
        DeviceProblem::TestedLater
    } else if nvidia_driver() {
        DeviceProblem::UnusedNvidiaDriver
    } else {
        DeviceProblem::NoGpu
    }
}

/// Whether an NVIDIA driver is installed.
#[must_use]
pub fn nvidia_driver() -> bool {
    let places = [
        "/proc/driver/nvidia/version",
        "/dev/nvidia0",
        "/dev/dxg",
        "C:\\Windows\\System32\\nvcuda.dll",
    ];
    places
        .iter()
        .any(|place| std::path::Path::new(place).exists())
}

/// Names of the GPU APIs and libraries that this build supports.
#[must_use]
pub fn built_for() -> Vec<&'static str> {
    let known = [
        (cfg!(feature = "gpu"), "GPU"),
        (cfg!(feature = "cuda"), "CUDA"),
        (cfg!(feature = "cudnn"), "cuDNN"),
        (cfg!(any(feature = "metal", target_os = "macos")), "Metal"),
        (cfg!(feature = "accelerate"), "Accelerate"),
        (cfg!(feature = "mkl"), "MKL"),
    ];
    known
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| *name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_are_written() {
        for text in [
            "auto", "cpu", "gpu", "gpu:0", "gpu:2", "cuda", "cuda:3", "metal",
        ] {
            let choice: DeviceChoice = text.parse().expect(text);
            assert_eq!(choice.to_string(), text);
        }
        assert_eq!("cuda:0".parse(), Ok(DeviceChoice::Cuda(0)));
        for wrong in [
            "",
            "CPU",
            "GPU",
            " gpu",
            "gpu:",
            "gpu:x",
            "gpu:-1",
            "gpu:+0",
            "gpu:1:2",
            "gpu:99999999999999999999",
            "gpu 1",
            "cuda:",
            "cuda:x",
            "cuda:+1",
            "metal:0",
            "cpu:1",
            "opencl",
        ] {
            let why = wrong
                .parse::<DeviceChoice>()
                .expect_err("no device")
                .to_string();
            assert!(why.contains(&format!("{wrong:?}")), "{why}");
            assert!(why.contains("auto, cpu, gpu, gpu:N"), "{why}");
        }
    }

    #[test]
    fn a_device_that_is_not_there_says_why() {
        if cfg!(not(feature = "cuda")) {
            let why = Device::open(DeviceChoice::Cuda(0)).expect_err("no CUDA");
            assert!(matches!(why, DeviceProblem::NoCuda), "{why}");
        }
        let cpu = Device::open(DeviceChoice::Cpu).expect("a CPU");
        assert!(cpu.is_cpu() && cpu.dtype() == DType::F32);
    }
}
