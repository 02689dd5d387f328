//! EfficientNet-Lite on the CPU in int16: each core runs one image through all blocks, a strip of rows at a time.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{
    Activation, Depthwise, DepthwiseShape, GemmEpilogue, Int16Rows, PackedI16, side_by_side,
};
use crate::engine::inference::layers::{Bottleneck, BottleneckScratch, cpu_values};
use crate::engine::inference::patches;
use crate::engine::media::preprocess::{Crop, Preprocess};

/// Output channels of the stem convolution.
pub const STEM: usize = 32;
/// Stride of the stem convolution in pixels.
pub const STEM_STRIDE: usize = 2;
/// Number of features per image.
pub const FEATURES: usize = 1280;

/// Configuration of a block, as stored in the model file.
#[derive(Clone, Copy, Debug)]
pub struct BlockConfig {
    /// Kernel size of the depthwise convolution.
    pub kernel: usize,
    /// Stride of the depthwise convolution.
    pub stride: usize,
    /// Expansion factor of the channels.
    pub expand: usize,
    /// Output channels.
    pub outputs: usize,
}

/// Locations of the network's tensors in a model file.
pub struct NetworkSource<'a> {
    /// The stem convolution: [`STEM`] x 3 x 3 x 3, with a bias.
    pub stem: VarBuilder<'a>,
    /// The inverted bottleneck blocks.
    pub blocks: Vec<BlockSource<'a>>,
    /// The final 1 x 1 convolution to [`FEATURES`] channels.
    pub head: VarBuilder<'a>,
}

/// Locations of a block's tensors in a model file.
pub struct BlockSource<'a> {
    /// The block's configuration.
    pub config: BlockConfig,
    /// Input channels.
    pub inputs: usize,
    /// Channels after expansion.
    pub channels: usize,
    /// Whether the block has a residual connection.
    pub skip: bool,
    /// The 1 x 1 expansion, which the first block lacks.
    pub expand: Option<VarBuilder<'a>>,
    /// The depthwise convolution.
    pub depthwise: VarBuilder<'a>,
    /// The 1 x 1 projection to fewer channels.
    pub project: VarBuilder<'a>,
}

impl<'a> NetworkSource<'a> {
    /// Finds the tensors under `stem`, `blocks.N` and `head`.
    ///
    /// # Errors
    /// Returns an error if the sequence of blocks is not supported by both executors.
    pub fn of(configs: &[BlockConfig], vb: &VarBuilder<'a>) -> Result<Self> {
        let mut inputs = STEM;
        let mut blocks = Vec::with_capacity(configs.len());
        for (i, config) in configs.iter().enumerate() {
            let vb = vb.pp(format!("blocks.{i}"));
            let expand = match (i, config.expand) {
                (0, 1) if config.outputs != STEM => None,
                (1.., 2..) => Some(vb.pp("expand")),
                _ => candle_core::bail!(
                    "block {i}: only the first must not expand, and it must narrow"
                ),
            };
            blocks.push(BlockSource {
                config: *config,
                inputs,
                channels: inputs * config.expand,
                skip: config.stride == 1 && inputs == config.outputs,
                expand,
                depthwise: vb.pp("depthwise"),
                project: vb.pp("project"),
            });
            inputs = config.outputs;
        }
        Ok(Self {
            stem: vb.pp("stem"),
            blocks,
            head: vb.pp("head"),
        })
    }

    /// Output channels of the last block.
    pub fn channels(&self) -> usize {
        self.blocks
            .last()
            .map_or(STEM, |block| block.config.outputs)
    }
}

/// The network including global average pooling.
pub struct EfficientNet {
    /// The first block's expansion is replaced by the stem convolution.
    blocks: Vec<Bottleneck>,
    head: PackedI16,
    /// The pixel byte that normalisation maps to 0.
    centre: i16,
    scratches: Mutex<Vec<EfficientNetScratch>>,
}

/// Buffers for one image.
#[derive(Default)]
struct EfficientNetScratch {
    x: Vec<f32>,
    block: BottleneckScratch,
    rows: Int16Rows,
    head: Vec<f32>,
}

/// A 1 x 1 convolution as a matrix product.
fn pointwise(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<PackedI16> {
    let weight = cpu_values(&vb.get((outputs, inputs, 1, 1), "weight")?)?;
    Ok(PackedI16::new(
        &weight,
        &cpu_values(&vb.get(outputs, "bias")?)?,
    ))
}

/// The stem convolution as a matrix product over pixel bytes, and the byte that counts as 0.
fn stem(spec: &Preprocess, vb: &VarBuilder) -> Result<(PackedI16, i16)> {
    let (weight, centre) = patches::over_pixels(&vb.get((STEM, 3, 3, 3), "weight")?, spec)?;
    let byte = centre.first().map_or(0.0, |c| c.round());
    if centre.iter().any(|c| (c - byte).abs() > 1e-3) {
        candle_core::bail!("the mean of pixels must be one whole number of 255");
    }
    let bias = cpu_values(&vb.get(STEM, "bias")?)?;
    Ok((PackedI16::new(&weight, &bias), byte as i16))
}

impl EfficientNet {
    /// Loads the network.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or has an unexpected shape.
    pub fn load(source: &NetworkSource, spec: &Preprocess) -> Result<Self> {
        let (stem, centre) = stem(spec, &source.stem)?;
        let mut stem = Some(stem);
        let mut side = (spec.side as usize).div_ceil(STEM_STRIDE);
        let mut blocks = Vec::with_capacity(source.blocks.len());
        for block in &source.blocks {
            let (config, channels) = (block.config, block.channels);
            let expand = match (&block.expand, stem.take()) {
                (Some(expand), _) => pointwise(block.inputs, channels, expand)?,
                (None, Some(stem)) => stem,
                (None, None) => candle_core::bail!("only the first block must not expand"),
            };
            let kernel = config.kernel;
            let filter = &block.depthwise;
            let weight = cpu_values(&filter.get((channels, 1, kernel, kernel), "weight")?)?;
            let bias = cpu_values(&filter.get(channels, "bias")?)?;
            let shape = DepthwiseShape {
                height: side,
                width: side,
                channels,
                kernel,
                stride: config.stride,
            };
            blocks.push(Bottleneck {
                expand,
                depthwise: Depthwise::new(&weight, &bias, shape),
                project: pointwise(channels, config.outputs, &block.project)?,
                skip: block.skip,
            });
            side = side.div_ceil(config.stride);
        }
        Ok(Self {
            blocks,
            head: pointwise(source.channels(), FEATURES, &source.head)?,
            centre,
            scratches: Mutex::default(),
        })
    }

    /// Computes the features of each image: batch x [`FEATURES`].
    ///
    /// # Errors
    /// Returns an error if a crop does not have the model's input size, or the work was cancelled.
    pub fn features(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        patches::checked_side(crops, spec)?;
        let mut features = vec![0f32; crops.len() * FEATURES];
        (features.par_chunks_exact_mut(FEATURES).zip(crops)).try_for_each(|(out, crop)| {
            let mut scratch = self.free_scratches().pop().unwrap_or_default();
            let done = self.picture(crop, &mut scratch, cancel, out);
            self.free_scratches().push(scratch);
            done
        })?;
        Tensor::from_vec(features, (crops.len(), FEATURES), &Device::Cpu)
    }

    fn free_scratches(&self) -> std::sync::MutexGuard<'_, Vec<EfficientNetScratch>> {
        self.scratches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn picture(
        &self,
        crop: &Crop,
        scratch: &mut EfficientNetScratch,
        cancel: &Cancel,
        out: &mut [f32],
    ) -> Result<()> {
        for (i, block) in self.blocks.iter().enumerate() {
            if cancel.is_cancelled() {
                candle_core::bail!("cancelled");
            }
            let shape = block.depthwise.shape();
            block.run(&mut scratch.x, &mut scratch.block, |x, ys, rows| {
                if i == 0 {
                    neighbourhoods(crop, self.centre, STEM_STRIDE, ys, rows);
                } else {
                    let line = x.len() / shape.height;
                    let x = &x[ys.start * line..ys.end * line];
                    rows.fill_pairs(x, shape.width, line / shape.width);
                }
            });
        }
        let (inputs, positions) = self.last();
        scratch.rows.fill(&scratch.x, inputs);
        scratch.head.resize(positions * FEATURES, 0.0);
        let relu6 = GemmEpilogue::Activate(Activation::Relu6);
        self.head.multiply(&scratch.rows, relu6, &mut scratch.head);
        out.fill(0.0);
        for position in scratch.head.chunks_exact(FEATURES) {
            for (sum, v) in out.iter_mut().zip(position) {
                *sum += v / positions as f32;
            }
        }
        Ok(())
    }

    /// Channels and number of pixels of the last block's output.
    fn last(&self) -> (usize, usize) {
        self.blocks.last().map_or((0, 0), |block| {
            let (height, width) = block.depthwise.shape().output();
            (block.project.outputs(), height * width)
        })
    }
}

/// Unfolds pixels (im2col) for output rows `ys` of a 3 x 3 convolution with SAME padding:
/// (rows x output width) x (3 x 3 x 3), in the order of [`side_by_side`]. Values are relative to `centre`, which is
/// also the padding value.
fn neighbourhoods(crop: &Crop, centre: i16, stride: usize, ys: Range<usize>, rows: &mut Int16Rows) {
    const KERNEL: usize = 3;
    let side = crop.side as usize;
    let (out, pad) = DepthwiseShape::same(side, KERNEL, stride);
    let depth = (3 * KERNEL * KERNEL).next_multiple_of(2);
    let values = rows.with_scale(ys.len() * out, 3 * KERNEL * KERNEL, 1.0);
    values.fill(0);
    let places = side_by_side(ys.len(), out);
    for (place, row) in places.zip(values.chunks_exact_mut(depth)) {
        let (y, x) = (ys.start + place / out, place % out);
        for (tap, row) in row.chunks_exact_mut(3 * KERNEL).enumerate() {
            let line = (y * stride + tap).wrapping_sub(pad);
            let left = x * stride;
            if line >= side {
                continue;
            }
            // The kernel columns that lie within the image.
            let (first, last) = (pad.saturating_sub(left), KERNEL.min(side + pad - left));
            let from = (line * side + left + first - pad) * 3;
            let pixels = &crop.rgb[from..][..(last - first) * 3];
            for (value, pixel) in row[first * 3..].iter_mut().zip(pixels) {
                *value = i16::from(*pixel) - centre;
            }
        }
    }
}
