//! The starter model's convolutional image tower on a GPU, from the same description as the CPU's.

use candle_core::Result;
use candle_nn::VarBuilder;

use super::context::Context;
use super::executor::Network;
use super::operations::{GpuEpilogue, UnfoldShape};
use super::plan::GpuRows;
use super::recorder::Recorder;
use super::weights::{GpuDepthwise, GpuLinear};
use crate::engine::inference::cpu::{Activation, DepthwiseShape};
use crate::engine::inference::families::efficientnet::{BlockSource, FEATURES, STEM, STEM_STRIDE};
use crate::engine::inference::families::starter::StarterVision;
use crate::engine::inference::layers::cpu_values;
use crate::engine::media::preprocess::Preprocess;

/// Kernel size of the stem convolution.
const STEM_KERNEL: usize = 3;
const RELU6: GpuEpilogue = GpuEpilogue::Activate(Activation::Relu6);

struct GpuBlock {
    expand: Option<GpuLinear>,
    depthwise: GpuDepthwise,
    project: GpuLinear,
    skip: bool,
}

/// A 1 x 1 convolution as a matrix product.
fn pointwise(
    context: &Context,
    (inputs, outputs): (usize, usize),
    vb: &VarBuilder,
) -> Result<GpuLinear> {
    let weight = cpu_values(&vb.get((outputs, inputs, 1, 1), "weight")?)?;
    let bias = cpu_values(&vb.get(outputs, "bias")?)?;
    Ok(GpuLinear::new(
        context,
        &weight,
        Some(&bias),
        (inputs, outputs),
    ))
}

impl GpuBlock {
    fn load(context: &Context, source: &BlockSource) -> Result<Self> {
        let (config, channels) = (source.config, source.channels);
        let kernel = config.kernel;
        let filter = &source.depthwise;
        let weight = cpu_values(&filter.get((channels, 1, kernel, kernel), "weight")?)?;
        let bias = cpu_values(&filter.get(channels, "bias")?)?;
        let expand = source.expand.as_ref();
        let expand = expand.map(|vb| pointwise(context, (source.inputs, channels), vb));
        Ok(Self {
            expand: expand.transpose()?,
            depthwise: GpuDepthwise::new(context, &weight, &bias, (kernel, config.stride)),
            project: pointwise(context, (channels, config.outputs), &source.project)?,
            skip: source.skip,
        })
    }

    /// Records the block for images of `side` x `side` rows. Returns the output and its side, which may be smaller.
    fn record(&self, recorder: &mut Recorder, x: GpuRows, side: usize) -> (GpuRows, usize) {
        let plain = GpuEpilogue::ActivateInFull(Activation::None);
        let Some(expand) = &self.expand else {
            let (filtered, side) = recorder.depthwise(&x, side, &self.depthwise);
            recorder.release(x);
            let out = recorder.linear(&filtered, &self.project, plain);
            recorder.release(filtered);
            return (out, side);
        };
        let expanded = recorder.linear(&x, expand, RELU6);
        let (filtered, new_side) = recorder.depthwise(&expanded, side, &self.depthwise);
        recorder.release(expanded);
        let out = if self.skip {
            recorder.linear(&filtered, &self.project, GpuEpilogue::AddTo(&x));
            x
        } else {
            recorder.release(x);
            recorder.linear(&filtered, &self.project, plain)
        };
        recorder.release(filtered);
        (out, new_side)
    }
}

/// The image tower of the starter model.
pub struct ConvolutionTower {
    preprocess: Preprocess,
    stem: GpuLinear,
    blocks: Vec<GpuBlock>,
    head: GpuLinear,
    linear: GpuLinear,
    hidden: GpuLinear,
    output: GpuLinear,
    dim: usize,
}

impl ConvolutionTower {
    /// Uploads the tower.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or has an unexpected shape.
    pub(in crate::engine::inference) fn load(
        context: &Context,
        source: &StarterVision,
    ) -> Result<Self> {
        let network = &source.network;
        let (hidden, dim) = (source.hidden_width, source.dim);
        let stem = network
            .stem
            .get((STEM, 3, STEM_KERNEL, STEM_KERNEL), "weight")?;
        let bias = cpu_values(&network.stem.get(STEM, "bias")?)?;
        let sizes = (3 * STEM_KERNEL * STEM_KERNEL, STEM);
        let blocks = network.blocks.iter();
        Ok(Self {
            preprocess: source.preprocess,
            stem: GpuLinear::new(context, &cpu_values(&stem)?, Some(&bias), sizes),
            blocks: blocks
                .map(|block| GpuBlock::load(context, block))
                .collect::<Result<_>>()?,
            head: pointwise(context, (network.channels(), FEATURES), &network.head)?,
            linear: GpuLinear::load(context, (FEATURES, dim), true, &source.linear)?,
            hidden: GpuLinear::load(context, (FEATURES, hidden), true, &source.hidden)?,
            output: GpuLinear::load(context, (hidden, dim), true, &source.output)?,
            dim,
        })
    }
}

impl Network for ConvolutionTower {
    fn side(&self) -> usize {
        self.preprocess.side as usize
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> GpuRows {
        let side = self.side();
        let (mut grid, padding) = DepthwiseShape::same(side, STEM_KERNEL, STEM_STRIDE);
        let shape = UnfoldShape {
            side,
            kernel: STEM_KERNEL,
            stride: STEM_STRIDE,
            padding,
            grid,
            before: 0,
            mean: self.preprocess.mean,
            std: self.preprocess.std,
        };
        let pixels = recorder.unfold(pictures, count, shape);
        let mut x = recorder.linear(&pixels, &self.stem, RELU6);
        recorder.release(pixels);
        for block in &self.blocks {
            (x, grid) = block.record(recorder, x, grid);
        }
        let last = recorder.linear(&x, &self.head, RELU6);
        recorder.release(x);
        let features = recorder.mean(&last, grid * grid);
        recorder.release(last);
        let plain = GpuEpilogue::ActivateInFull(Activation::None);
        let vectors = recorder.linear(&features, &self.linear, plain);
        let hidden = recorder.linear(
            &features,
            &self.hidden,
            GpuEpilogue::Activate(Activation::Gelu),
        );
        recorder.linear(&hidden, &self.output, GpuEpilogue::AddTo(&vectors));
        recorder.normalise(&vectors);
        vectors
    }
}
