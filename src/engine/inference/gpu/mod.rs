//! Image towers on a graphics card, through wgpu: Vulkan, DirectX 12 or Metal.
//!
//! `adapter` finds cards, `context` opens one, with a device and a queue of its own beside the window's. `kernels` has what a
//! card computes. A `plan` is a whole tower as a list of dispatches; a `recorder` writes it, with the `operations` that `tower`
//! and `convolution` make of the families' descriptions, and `executor` runs it, by `submission`s. `self_test` compares a card with the CPU,
//! `choice` decides by that, and `model` is what comes out. Texts stay on the CPU.
//!
//! A driver may hang or crash in any call: `driver` watches how long calls last, and `marks` remember which driver did so.

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

pub use adapter::{Adapter, AdapterKind, adapter, adapters, paper_adapter};
pub use choice::{AdapterRequest, accelerate};
pub use context::{Context, GpuPrecision};
#[cfg(feature = "starter")]
pub use convolution::ConvolutionTower;
pub use executor::{GpuImageTower, Network};
pub use findings::{AccuracyFinding, against, findings};
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

/// What can go wrong with a graphics card. Each message says what happened, not yet what is done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// There is none, or none of that number.
    #[error("{0}")]
    NotFound(String),
    /// One that lacks something that the kernels need.
    #[error("{adapter} lacks {what}")]
    Unsupported {
        /// Its name.
        adapter: String,
        /// What it lacks.
        what: String,
    },
    /// Its memory is full.
    #[error("the graphics card is out of memory")]
    OutOfMemory,
    /// It was removed, reset, or its driver stopped.
    #[error("the graphics card was lost ({0})")]
    Lost(String),
    /// It has not answered for long.
    #[error("the graphics card gave no answer for {0} seconds")]
    Hung(u64),
    /// The driver or wgpu refused something.
    #[error("the graphics card failed ({0})")]
    Failed(String),
    /// Its results are not the CPU's.
    #[error(
        "{adapter} computes something else than the CPU (cosine {cosine}); a newer driver may help"
    )]
    Wrong {
        /// Its name.
        adapter: String,
        /// The lowest cosine with the CPU's vectors, as text.
        cosine: String,
    },
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
}
