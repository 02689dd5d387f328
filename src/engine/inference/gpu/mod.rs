//! Image towers on a GPU through wgpu: Vulkan, DirectX 12 or Metal.
//!
//! `adapter` enumerates GPUs, and `context` opens one with its own device and queue, separate from the window's.
//! `kernels` generates the shaders. A `plan` is a whole tower as a list of dispatches; a `recorder` builds it from the
//! `operations` of `tower` or `convolution`, and `executor` runs it in `submission`s. `self_test` compares a GPU with
//! the CPU, `choice` decides on that basis, and `model` is the result. The text tower stays on the CPU.
//!
//! A driver may hang or crash in any call: `driver` limits call durations, and `test_marks` blocks unreliable drivers.

mod adapter;
mod adapter_limits;
mod choice;
mod context;
#[cfg(feature = "starter")]
mod convolution;
mod driver;
mod element;
mod executor;
mod findings;
mod kernels;
mod model;
mod operations;
mod permissions;
mod pipeline_cache;
mod plan;
mod power;
mod recorder;
mod self_test;
mod submission;
mod synthetic;
mod test_marks;
mod tower;
mod weights;

pub use adapter::{Adapter, AdapterKind, adapters, noop_adapter};
pub use choice::{AdapterRequest, ExpectedAdapter, accelerate, expected_adapter, listed};
pub use context::{Context, GpuPrecision};
#[cfg(feature = "starter")]
pub use convolution::ConvolutionTower;
pub use executor::{GpuImageTower, Network};
pub use findings::{AccuracyFinding, against, findings, rate_text};
pub use kernels::TileSize;
pub use model::GpuModel;
pub use operations::{AttentionInput, GpuEpilogue, UnfoldShape};
pub use plan::{Dispatch, GpuPlan, GpuRows};
pub use recorder::Recorder;
pub use submission::{run, time_dispatch};
pub use synthetic::synthetic_tower;
pub use test_marks::leave;
pub use tower::TransformerTower;
pub use weights::{GpuDepthwise, GpuLinear, GpuNorm, GpuTable};

/// GPU errors. Each message says what happened, but not how the program handles it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// There is no GPU, or none with this index.
    #[error("{0}")]
    NotFound(String),
    /// The GPU lacks a feature that the kernels require.
    #[error("{adapter} lacks {what}")]
    Unsupported {
        /// Name of the GPU.
        adapter: String,
        /// The missing feature.
        what: String,
    },
    /// The GPU is out of memory.
    #[error("the graphics card is out of memory")]
    OutOfMemory,
    /// The GPU was removed or reset, or its driver stopped.
    #[error("the graphics card was lost ({0})")]
    Lost(String),
    /// The GPU has not responded for this many seconds.
    #[error("the graphics card did not respond for {0} seconds")]
    Hung(u64),
    /// The driver or wgpu reported an error.
    #[error("the graphics card failed ({0})")]
    Failed(String),
    /// The GPU's results differ from the CPU's.
    #[error(
        "{adapter} gives results that differ from the CPU's (cosine {cosine}); a newer driver may help"
    )]
    Wrong {
        /// Name of the GPU.
        adapter: String,
        /// Lowest cosine similarity with the CPU's embeddings, formatted.
        cosine: String,
    },
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
}
