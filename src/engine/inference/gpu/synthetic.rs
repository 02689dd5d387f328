//! Towers of common sizes with pseudo-random weights, to benchmark a GPU without a download.

use std::sync::Arc;

use candle_core::{DType, Device, Error, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use serde_json::Value;

use super::context::Context;
use super::executor::GpuImageTower;
use super::tower::TransformerTower;
use crate::engine::inference::cpu::pseudorandom;
use crate::engine::inference::families::Family;
use crate::engine::media::preprocess::{FitMode, Preprocess, ResampleFilter};

/// Provides any requested tensor.
struct SyntheticWeights;

impl SimpleBackend for SyntheticWeights {
    fn get(&self, shape: Shape, _: &str, _: Init, dtype: DType, device: &Device) -> Result<Tensor> {
        // Scaled to preserve the magnitude of activations across layers.
        let inputs: usize = shape.dims().iter().skip(1).product();
        let scale = 1.0 / (inputs.max(1) as f32).sqrt();
        let values = pseudorandom(1).take(shape.elem_count());
        let values: Vec<f32> = values.map(|value| value * scale).collect();
        Tensor::from_vec(values, shape, device)?.to_dtype(dtype)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        Err(Error::Msg(format!("nothing says how large {name} is")))
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

/// Builds the image tower of a model configuration on a GPU.
///
/// # Errors
/// Returns an error if the family is unknown or the GPU fails.
pub fn synthetic_tower(context: &Arc<Context>, config: Value) -> Result<GpuImageTower> {
    let model_type = config["model_type"].as_str().unwrap_or_default().to_owned();
    let family = Family::read(&model_type, config).map_err(Error::wrap)?;
    let Some(family) = family else {
        candle_core::bail!("models of type {model_type:?} are not known");
    };
    let spec = Preprocess {
        side: family.vision().image_size as u32,
        fit: FitMode::Stretch,
        filter: ResampleFilter::Bicubic,
        mean: [0.5; 3],
        std: [0.25; 3],
    };
    let vb = VarBuilder::from_backend(Box::new(SyntheticWeights), DType::F32, Device::Cpu);
    let tower = TransformerTower::load(context, &family.vision_tower(&vb)?, &spec)?;
    context.check().map_err(Error::wrap)?;
    Ok(GpuImageTower::new(context.clone(), Box::new(tower)))
}
