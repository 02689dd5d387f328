//! Cuts crops into rows of a matrix, so that the first layer of a tower is one product.

use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use crate::core::kernels::DepthwiseShape;
use crate::core::preprocess::{Crop, Preprocess};

/// Normalised patches of a batch: (batch x tokens) x (3 x patch x patch).
///
/// The first `class_tokens` of each picture are rows of zeros, which the product leaves zero.
///
/// # Errors
/// If a crop is not of the model's side.
pub fn unfold(
    crops: &[Crop],
    spec: &Preprocess,
    patch: usize,
    class_tokens: usize,
    device: &Device,
) -> Result<Tensor> {
    let side = checked_side(crops, spec)?;
    let grid = side / patch;
    let (tokens, depth) = (grid * grid + class_tokens, 3 * patch * patch);
    let table = spec.table();
    let mut rows = vec![0f32; crops.len() * tokens * depth];
    rows.par_chunks_mut(tokens * depth)
        .zip(crops)
        .for_each(|(rows, crop)| {
            let patches = rows.chunks_exact_mut(depth).skip(class_tokens);
            for (token, row) in patches.enumerate() {
                let (top, left) = (token / grid * patch, token % grid * patch);
                for (y, x) in (0..patch).flat_map(|y| (0..patch).map(move |x| (y, x))) {
                    let pixel = &crop.rgb[((top + y) * side + left + x) * 3..][..3];
                    for channel in 0..3 {
                        row[(channel * patch + y) * patch + x] =
                            table[channel][usize::from(pixel[channel])];
                    }
                }
            }
        });
    Tensor::from_vec(rows, (crops.len() * tokens, depth), device)
}

/// Normalised neighbourhoods for a 3-channel convolution with SAME padding:
/// (batch x output height x output width) x (3 x kernel x kernel).
///
/// # Errors
/// If a crop is not of the model's side.
pub fn neighbourhoods(
    crops: &[Crop],
    spec: &Preprocess,
    kernel: usize,
    stride: usize,
    device: &Device,
) -> Result<Tensor> {
    let side = checked_side(crops, spec)?;
    let (out, pad) = DepthwiseShape::same(side, kernel, stride);
    let depth = 3 * kernel * kernel;
    let table = spec.table();
    let mut rows = vec![0f32; crops.len() * out * out * depth];
    rows.par_chunks_mut(out * depth)
        .enumerate()
        .for_each(|(line, rows)| {
            let crop = &crops[line / out];
            let top = line % out * stride;
            for (column, row) in rows.chunks_exact_mut(depth).enumerate() {
                for (ky, kx) in (0..kernel).flat_map(|y| (0..kernel).map(move |x| (y, x))) {
                    let (Some(y), Some(x)) = (
                        (top + ky).checked_sub(pad),
                        (column * stride + kx).checked_sub(pad),
                    ) else {
                        continue;
                    };
                    if y < side && x < side {
                        let pixel = &crop.rgb[(y * side + x) * 3..][..3];
                        for channel in 0..3 {
                            row[(channel * kernel + ky) * kernel + kx] =
                                table[channel][usize::from(pixel[channel])];
                        }
                    }
                }
            }
        });
    Tensor::from_vec(rows, (crops.len() * out * out, depth), device)
}

fn checked_side(crops: &[Crop], spec: &Preprocess) -> Result<usize> {
    let side = spec.side as usize;
    if crops
        .iter()
        .any(|crop| crop.side != spec.side || crop.rgb.len() != side * side * 3)
    {
        candle_core::bail!("the model reads {side} x {side} pixels");
    }
    Ok(side)
}
