//! Cuts crops into rows of a matrix, so that the first layer of a tower is one product.

use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use crate::engine::inference::cpu::{Activation, GemmEpilogue, Int8Rows, PackedF32, PackedI8};
use crate::engine::inference::layers::{Epilogue, Linear, WeightFormat, cpu_values};
use crate::engine::media::preprocess::{Crop, Preprocess};

/// The first layer of a vision transformer: patches to tokens, positions added.
pub struct PatchEmbedding {
    patch: usize,
    /// Tokens of a picture that are not patches and come first.
    class_tokens: usize,
    /// tokens x width.
    positions: Tensor,
    weights: PatchWeights,
}

enum PatchWeights {
    /// Over bytes of pixels: the normalisation of pixels is part of the weights.
    /// They come with the centre of the bytes and the positions.
    Float(PackedF32, Vec<f32>, Vec<f32>),
    /// The same in eight bits, which for pixels are exact, with the positions.
    Int8(PackedI8, Vec<f32>),
    /// Over normalised pixels.
    Tensors(Linear),
}

impl PatchEmbedding {
    /// From a convolution of width x 3 x patch x patch and what is added to each token, tokens x width.
    ///
    /// # Errors
    /// If the shapes do not fit.
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

    /// Tokens of each picture, and their width.
    ///
    /// # Errors
    /// Never: what was loaded is a matrix.
    pub fn size(&self) -> Result<(usize, usize)> {
        self.positions.dims2()
    }

    /// Tokens of a batch: (batch x tokens) x width.
    ///
    /// # Errors
    /// If a crop is not of the model's side.
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

    /// Adds the patches of one picture to its tokens.
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

/// What a task needs to work in.
#[derive(Default)]
struct PatchScratch {
    pixels: Vec<u8>,
    floats: Vec<f32>,
    bytes: Int8Rows,
}

/// The weights of a convolution over normalised pixels as those of a product over bytes, with the inputs in the order
/// of pixels: `w ((v / 255 - mean) / std) = w / (255 std) (v - 255 mean)`. Returns them, width x (patch x patch x 3),
/// and the centre 255 mean of each input.
///
/// # Errors
/// If the weight is not that of a convolution.
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

/// The side of the crops, which must be the model's.
///
/// # Errors
/// If one has another.
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
