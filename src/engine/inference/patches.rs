//! Unfolds images into matrix rows, so that the patch embedding is a single matrix product.

use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use crate::engine::inference::cpu::{Activation, GemmEpilogue, Int8Rows, PackedF32, PackedI8};
use crate::engine::inference::layers::{Epilogue, Linear, WeightFormat, cpu_values};
use crate::engine::media::preprocess::{Crop, Preprocess};

/// Patch embedding of a vision transformer, including position embeddings.
pub struct PatchEmbedding {
    patch: usize,
    /// Number of tokens per image, at the start, that are not patches.
    class_tokens: usize,
    /// Position embeddings, tokens x width.
    positions: Tensor,
    weights: PatchWeights,
}

enum PatchWeights {
    /// For raw pixel bytes, with the normalisation folded into the weights: weights, the centre of each input and the
    /// position embeddings.
    Float(PackedF32, Vec<f32>, Vec<f32>),
    /// The same in int8, which represents pixels exactly: weights and the position embeddings.
    Int8(PackedI8, Vec<f32>),
    /// For normalised pixels.
    Tensors(Linear),
}

impl PatchEmbedding {
    /// Takes the convolution weight, width x 3 x patch x patch, and the position embeddings, tokens x width.
    ///
    /// # Errors
    /// Returns an error if the shapes do not match.
    pub fn new(
        weight: &Tensor,
        positions: Tensor,
        class_tokens: usize,
        format: WeightFormat,
        spec: &Preprocess,
    ) -> Result<Self> {
        let patch = weight.dims4()?.3;
        let weights = match format {
            WeightFormat::Tensor => PatchWeights::Tensors(Linear::new(
                &weight.flatten_from(1)?,
                None,
                WeightFormat::Tensor,
            )?),
            format => {
                let width = weight.dim(0)?;
                let (weight, centre) = over_pixels(weight, spec)?;
                let positions = cpu_values(&positions)?;
                let bias = vec![0f32; width];
                match format {
                    WeightFormat::Int8 => {
                        let panels = PackedI8::around(&weight, &bias, &centre);
                        PatchWeights::Int8(panels, positions)
                    }
                    _ => PatchWeights::Float(PackedF32::new(&weight, &bias), centre, positions),
                }
            }
        };
        Ok(Self {
            patch,
            class_tokens,
            positions,
            weights,
        })
    }

    /// Tokens per image and width.
    ///
    /// # Errors
    /// Never fails: the constructor only accepts a matrix.
    pub fn size(&self) -> Result<(usize, usize)> {
        self.positions.dims2()
    }

    /// Token embeddings of a batch: (batch x tokens) x width.
    ///
    /// # Errors
    /// Returns an error if a crop does not have the model's input size.
    pub fn forward(&self, crops: &[Crop], spec: &Preprocess) -> Result<Tensor> {
        let (tokens, width) = self.size()?;
        let rows = crops.len() * tokens;
        match &self.weights {
            PatchWeights::Tensors(linear) => {
                let device = self.positions.device();
                let patches = unfold(crops, spec, self.patch, self.class_tokens, device)?;
                let patches = patches.to_dtype(self.positions.dtype())?;
                let plain = Epilogue::Activate(Activation::None);
                linear
                    .forward(&patches, plain)?
                    .reshape((crops.len(), tokens, width))?
                    .broadcast_add(&self.positions)?
                    .reshape((rows, width))
            }
            PatchWeights::Float(.., positions) | PatchWeights::Int8(_, positions) => {
                let side = checked_side(crops, spec)?;
                let mut out = vec![0f32; rows * width];
                out.par_chunks_mut(tokens * width).zip(crops).for_each_init(
                    PatchScratch::default,
                    |scratch, (out, crop)| {
                        out.copy_from_slice(positions);
                        let out = &mut out[self.class_tokens * width..];
                        self.embed(crop, side, scratch, out);
                    },
                );
                Tensor::from_vec(out, (rows, width), &Device::Cpu)
            }
        }
    }

    /// Adds the patch embeddings of one image to its tokens.
    fn embed(&self, crop: &Crop, side: usize, scratch: &mut PatchScratch, out: &mut [f32]) {
        let (patch, grid) = (self.patch, side / self.patch);
        scratch.pixels.clear();
        for (row, column) in (0..grid).flat_map(|row| (0..grid).map(move |column| (row, column))) {
            for y in row * patch..(row + 1) * patch {
                let line = &crop.rgb[(y * side + column * patch) * 3..][..patch * 3];
                scratch.pixels.extend_from_slice(line);
            }
        }
        match &self.weights {
            PatchWeights::Int8(panels, _) => {
                panels.multiply_bytes(&scratch.pixels, GemmEpilogue::Add, &mut scratch.bytes, out);
            }
            PatchWeights::Float(panels, centre, _) => {
                scratch.floats.clear();
                for patch in scratch.pixels.chunks_exact(centre.len()) {
                    let away = patch.iter().zip(centre).map(|(v, c)| f32::from(*v) - c);
                    scratch.floats.extend(away);
                }
                panels.multiply(&scratch.floats, GemmEpilogue::Add, out);
            }
            PatchWeights::Tensors(_) => {}
        }
    }
}

/// Scratch buffers of one task.
#[derive(Default)]
struct PatchScratch {
    pixels: Vec<u8>,
    floats: Vec<f32>,
    bytes: Int8Rows,
}

/// Converts the weights of a convolution over normalised pixels to weights for raw bytes, inputs in pixel order:
/// `w ((v / 255 - mean) / std) = w / (255 std) (v - 255 mean)`. Returns the weights, width x (patch x patch x 3), and
/// the centre 255 mean of each input.
///
/// # Errors
/// Returns an error if the weight is not four-dimensional.
pub fn over_pixels(weight: &Tensor, spec: &Preprocess) -> Result<(Vec<f32>, Vec<f32>)> {
    let (_, channels, patch, _) = weight.dims4()?;
    let values = cpu_values(&weight.permute((0, 2, 3, 1))?)?;
    let stds = spec.std.iter().cycle();
    let scaled = values.iter().zip(stds).map(|(w, std)| w / (255.0 * std));
    let centre = spec.mean.iter().map(|mean| 255.0 * mean).cycle();
    let centre = centre.take(channels * patch * patch);
    Ok((scaled.collect(), centre.collect()))
}

/// Normalised patches of a batch: (batch x tokens) x (3 x patch x patch).
///
/// The first `class_tokens` rows of each image are zero, so their products are zero as well.
///
/// # Errors
/// Returns an error if a crop does not have the model's input size.
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

/// The common side length of the crops.
///
/// # Errors
/// Returns an error if a crop does not have the model's input size.
pub fn checked_side(crops: &[Crop], spec: &Preprocess) -> Result<usize> {
    let side = spec.side as usize;
    if crops
        .iter()
        .any(|crop| crop.side != spec.side || crop.rgb.len() != side * side * 3)
    {
        candle_core::bail!("the model reads {side} x {side} pixels");
    }
    Ok(side)
}
