//! A model with its image tower on a GPU. The CPU model is kept as a fallback in case the GPU fails.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::GpuError;
use super::executor::GpuImageTower;
use super::findings::FindingStore;
use crate::engine::cancel::Cancel;
use crate::engine::inference::device::DeviceFacts;
use crate::engine::inference::{Embeddings, Model, ModelError, ModelInfo, patches};
use crate::engine::media::preprocess::Crop;

/// A model with its image tower on a GPU.
pub struct GpuModel {
    cpu: Arc<dyn Model>,
    tower: GpuImageTower,
    info: ModelInfo,
    records: FindingStore,
    /// Metadata with the failure reason, set once the GPU has failed.
    cpu_info: OnceLock<ModelInfo>,
    /// Serialises inference on the CPU after a failure, to bound its memory usage.
    turn: Mutex<()>,
}

/// Number of callers that keep a GPU busy: while one processes results and collects images, another's batches run.
const CALLERS: usize = 2;

impl GpuModel {
    /// Combines a CPU model with its image tower on a GPU of the given throughput.
    pub(super) fn new(
        cpu: Arc<dyn Model>,
        tower: GpuImageTower,
        photos_per_second: f64,
        records: FindingStore,
    ) -> Self {
        let device = DeviceFacts {
            name: tower.context().name().into(),
            reason: None,
            photos_per_second: Some(photos_per_second.round() as u32).filter(|rate| *rate > 0),
        };
        let info = ModelInfo {
            device,
            int8: None,
            ..cpu.info().clone()
        };
        Self {
            cpu,
            tower,
            info,
            records,
            cpu_info: OnceLock::new(),
            turn: Mutex::new(()),
        }
    }

    /// The image tower on the GPU.
    #[must_use]
    pub fn tower(&self) -> &GpuImageTower {
        &self.tower
    }

    /// Switches to the CPU after a GPU failure.
    fn switch_to_cpu(&self, error: &GpuError) {
        // Other threads that fail meanwhile wait here, so that the first cause is recorded and reported once.
        self.cpu_info.get_or_init(|| {
            let blocked = matches!(error, GpuError::Hung(_)) && self.records.mark.hung();
            let reason = failure_reason(&self.info.device.name, error, blocked);
            tracing::warn!("Photos are read on the CPU from here on: {reason}");
            let mut info = self.cpu.info().clone();
            info.device.reason = Some(reason);
            info
        });
    }

    /// Embeds on the CPU, in batches of a suitable size; those for a GPU may be larger.
    fn on_cpu(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        let info = self.cpu.info();
        let mut values = Vec::with_capacity(crops.len() * info.dim);
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        for batch in crops.chunks(info.batch_sizes().1) {
            if cancel.is_cancelled() {
                return Err(ModelError::Cancelled);
            }
            values.extend(self.cpu.embed_images(batch, cancel)?.values);
        }
        let dim = info.dim;
        Ok(Embeddings { dim, values })
    }
}

/// Why a GPU is no longer used, and how to try it again. `blocked`: whether its driver is blocked from now on.
fn failure_reason(card: &str, error: &GpuError, blocked: bool) -> String {
    match blocked {
        true => format!(
            "{card}: {error}; after a restart it is tried again only if you choose the graphics card"
        ),
        false => format!("{card}: {error}; restart Lumisift to try it again"),
    }
}

/// Rejects vectors without a direction, which damaged weights can produce.
fn check_directions(vectors: Embeddings) -> Result<Embeddings, ModelError> {
    for row in vectors.rows() {
        let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !norm.is_finite() || norm == 0.0 {
            return Err(ModelError::NoDirection { norm });
        }
    }
    Ok(vectors)
}

impl Model for GpuModel {
    fn info(&self) -> &ModelInfo {
        self.cpu_info.get().unwrap_or(&self.info)
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        patches::checked_side(crops, &self.info.preprocess)?;
        if self.cpu_info.get().is_none() {
            match self.tower.embed(crops, cancel) {
                Ok(vectors) => return check_directions(vectors),
                Err(GpuError::Cancelled) => return Err(ModelError::Cancelled),
                Err(error) => self.switch_to_cpu(&error),
            }
        }
        self.on_cpu(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.cpu.embed_texts(texts)
    }

    fn callers(&self) -> usize {
        CALLERS
    }

    fn is_english_only(&self) -> bool {
        self.cpu.is_english_only()
    }
}

/// A CPU model, with the reason why no GPU is used.
pub(super) struct CpuModel {
    model: Arc<dyn Model>,
    info: ModelInfo,
}

impl CpuModel {
    pub(super) fn new(model: Arc<dyn Model>, reason: String) -> Self {
        let mut info = model.info().clone();
        info.device.reason = Some(reason);
        Self { model, info }
    }
}

impl Model for CpuModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        self.model.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.model.embed_texts(texts)
    }

    fn is_english_only(&self) -> bool {
        self.model.is_english_only()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_is_advised_only_if_it_helps() {
        let lost = GpuError::Lost("removed".into());
        let why = failure_reason("Radeon", &lost, false);
        assert!(
            why.starts_with("Radeon: ") && why.contains("restart"),
            "{why}"
        );
        assert!(!why.contains("only if you choose"), "{why}");
        let why = failure_reason("Radeon", &GpuError::Hung(20), true);
        assert!(why.contains("only if you choose"), "{why}");
    }
}
