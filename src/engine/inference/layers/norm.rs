//! Layer normalisation.

use candle_core::{Result, Tensor};
use candle_nn::{Module, VarBuilder};
use rayon::prelude::*;

use super::linear::WeightFormat;
use super::{cpu_values, task_rows};
use crate::engine::inference::cpu;

/// Layer normalisation with weight and bias.
#[derive(Debug)]
pub struct LayerNorm {
    backend: NormBackend,
}

#[derive(Debug)]
enum NormBackend {
    Cpu {
        weight: Vec<f32>,
        bias: Vec<f32>,
        epsilon: f32,
    },
    Tensors(candle_nn::LayerNorm),
}

impl LayerNorm {
    /// Loads `weight` and `bias`, each of length `width`.
    ///
    /// # Errors
    /// Returns an error if either is missing or has the wrong length.
    pub fn load(
        width: usize,
        epsilon: f64,
        backend: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let backend = match backend {
            WeightFormat::Tensor => {
                NormBackend::Tensors(candle_nn::layer_norm(width, epsilon, vb.clone())?)
            }
            _ => NormBackend::Cpu {
                weight: cpu_values(&vb.get(width, "weight")?)?,
                bias: cpu_values(&vb.get(width, "bias")?)?,
                epsilon: epsilon as f32,
            },
        };
        Ok(Self { backend })
    }

    /// Normalises each row.
    ///
    /// # Errors
    /// Returns an error if `x` is not a matrix of the right width.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if let NormBackend::Tensors(norm) = &self.backend {
            return norm.forward(x);
        }
        let (rows, width) = x.dims2()?;
        let values = cpu_values(x)?;
        let mut out = vec![0f32; values.len()];
        let chunk = (task_rows(rows) * width).max(1);
        out.par_chunks_mut(chunk)
            .zip(values.par_chunks(chunk))
            .try_for_each(|(out, x)| self.run(x, out))?;
        Tensor::from_vec(out, (rows, width), &candle_core::Device::Cpu)
    }

    /// Normalises each row of `x` into `out`, on the current thread.
    ///
    /// # Errors
    /// Returns an error if the layer is stored as candle tensors.
    pub fn run(&self, x: &[f32], out: &mut [f32]) -> Result<()> {
        let NormBackend::Cpu {
            weight,
            bias,
            epsilon,
        } = &self.backend
        else {
            candle_core::bail!("the layer is not laid out for the CPU");
        };
        cpu::layer_norm(x, weight, bias, *epsilon, out);
        Ok(())
    }
}
