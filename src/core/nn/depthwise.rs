//! Depthwise convolution.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::contiguous;
use crate::core::kernels::{self, DepthwiseShape};

/// Depthwise convolution with bias and ReLU6 over channels-last images, with SAME padding.
///
/// `x` is (batch x height x width) x channels, `weights` (kernel x kernel) x channels with the bias as
/// one more row; the result is (batch x output height x output width) x channels.
///
/// # Errors
/// If the shapes do not fit or the tensor is not on the CPU: candle's grouped convolution is the
/// place for other devices.
pub fn depthwise(x: &Tensor, weights: &Tensor, shape: DepthwiseShape) -> Result<Tensor> {
    x.apply_op2_no_bwd(weights, &Depthwise(shape))
}

struct Depthwise(DepthwiseShape);

impl CustomOp2 for Depthwise {
    fn name(&self) -> &'static str {
        "depthwise"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let shape = self.0;
        let DepthwiseShape {
            height,
            width,
            channels,
            kernel,
            ..
        } = shape;
        let (x, weights) = (
            contiguous(x, x_layout)?,
            contiguous(weights, weights_layout)?,
        );
        let image = height * width * channels;
        if !x.len().is_multiple_of(image) || weights.len() != (kernel * kernel + 1) * channels {
            candle_core::bail!("depthwise {shape:?} over {} values", x.len());
        }
        let batch = x.len() / image;
        let (weights, bias) = weights.split_at(kernel * kernel * channels);
        let (out_height, out_width) = shape.output();
        let mut out = vec![0f32; batch * out_height * out_width * channels];
        out.par_chunks_mut(out_width * channels)
            .enumerate()
            .for_each(|(row, out)| {
                let input = &x[row / out_height * image..][..image];
                kernels::depthwise_row(input, weights, bias, shape, row % out_height, out);
            });
        Ok((
            CpuStorage::F32(out),
            Shape::from((batch * out_height * out_width, channels)),
        ))
    }
}
