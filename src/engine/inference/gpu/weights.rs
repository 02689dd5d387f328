//! Weights in GPU memory, uploaded once.
//!
//! Matrix rows are padded to whole vectors of four values; the padding is 0, so that kernels can ignore it.

use candle_core::Result;
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::context::Context;
use super::element::ElementType;
use crate::engine::inference::layers::cpu_values;

/// Number of four-component vectors that hold `values` values.
pub fn vectors(values: usize) -> usize {
    values.div_ceil(4)
}

/// Pads each row of `width` values to whole vectors.
fn padded(values: &[f32], width: usize) -> Vec<f32> {
    let full = 4 * vectors(width);
    let mut out = vec![0f32; values.len() / width.max(1) * full];
    for (row, values) in out
        .chunks_exact_mut(full.max(1))
        .zip(values.chunks_exact(width.max(1)))
    {
        row[..width].copy_from_slice(values);
    }
    out
}

/// A range of a layer's columns that fits in one buffer.
pub(super) struct Slice {
    pub weights: wgpu::Buffer,
    pub bias: wgpu::Buffer,
    /// First column and number of columns, in vectors.
    pub first: usize,
    pub columns: usize,
}

/// Linear layer `y = x W^T + b`.
pub struct GpuLinear {
    pub(super) slices: Vec<Slice>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) element: ElementType,
}

impl GpuLinear {
    /// Uploads a weight, outputs x inputs, and a bias, which defaults to zeros.
    #[must_use]
    pub fn new(
        context: &Context,
        weight: &[f32],
        bias: Option<&[f32]>,
        (inputs, outputs): (usize, usize),
    ) -> Self {
        let element = context.element();
        let rows = 4 * vectors(inputs);
        let bytes_of_column = 4 * rows * element.bytes();
        let most = (context.most_bytes() / bytes_of_column.max(1) as u64).max(1) as usize;
        let all = vectors(outputs);
        let slice = |first: usize| {
            let columns = most.min(all - first);
            // Transposed, in the order in which the kernel reads them.
            let mut values = vec![0f32; rows * 4 * columns];
            let lines = values.par_chunks_exact_mut(4 * columns).enumerate();
            lines.take(inputs).for_each(|(input, line)| {
                for (column, value) in line.iter_mut().enumerate() {
                    let output = 4 * first + column;
                    if output < outputs {
                        *value = weight[output * inputs + input];
                    }
                }
            });
            let mut own = vec![0f32; 4 * columns];
            if let Some(bias) = bias {
                let end = outputs.min(4 * (first + columns));
                own[..end - 4 * first].copy_from_slice(&bias[4 * first..end]);
            }
            Slice {
                weights: context.upload("weights", &element.encode(&values)),
                bias: context.upload("bias", &ElementType::F32.encode(&own)),
                first,
                columns,
            }
        };
        Self {
            slices: (0..all).step_by(most).map(slice).collect(),
            inputs,
            outputs,
            element,
        }
    }

    /// Loads `weight` and optionally `bias`.
    ///
    /// # Errors
    /// Returns an error if one is missing or has the wrong shape.
    pub fn load(
        context: &Context,
        (inputs, outputs): (usize, usize),
        with_bias: bool,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let weight = cpu_values(&vb.get((outputs, inputs), "weight")?)?;
        let bias = with_bias.then(|| cpu_values(&vb.get(outputs, "bias")?));
        let bias = bias.transpose()?;
        Ok(Self::new(
            context,
            &weight,
            bias.as_deref(),
            (inputs, outputs),
        ))
    }

    /// Number of buffers that hold the weights.
    #[must_use]
    pub fn slices(&self) -> usize {
        self.slices.len()
    }
}

/// Weight and bias of layer normalisation.
pub struct GpuNorm {
    pub(super) weight: wgpu::Buffer,
    pub(super) bias: wgpu::Buffer,
    pub(super) width: usize,
    pub(super) epsilon: f32,
}

impl GpuNorm {
    /// Uploads weight and bias, which have equal length.
    #[must_use]
    pub fn new(context: &Context, weight: &[f32], bias: &[f32], epsilon: f32) -> Self {
        let width = weight.len();
        let upload =
            |values| context.upload("norm", &ElementType::F32.encode(&padded(values, width)));
        Self {
            weight: upload(weight),
            bias: upload(bias),
            width,
            epsilon,
        }
    }

    /// Loads `weight` and `bias`.
    ///
    /// # Errors
    /// Returns an error if one is missing or has the wrong length.
    pub fn load(context: &Context, width: usize, epsilon: f64, vb: &VarBuilder) -> Result<Self> {
        let weight = cpu_values(&vb.get(width, "weight")?)?;
        let bias = cpu_values(&vb.get(width, "bias")?)?;
        Ok(Self::new(context, &weight, &bias, epsilon as f32))
    }
}

/// Constant rows, such as position embeddings or a learned query.
pub struct GpuTable {
    pub(super) buffer: wgpu::Buffer,
    pub(super) rows: usize,
    pub(super) width: usize,
    pub(super) element: ElementType,
}

impl GpuTable {
    /// Stored as f32, to be added to the residual stream.
    #[must_use]
    pub fn new(context: &Context, values: &[f32], width: usize) -> Self {
        Self::of(context, values, width, ElementType::F32)
    }

    /// Stored in the element type of activations.
    #[must_use]
    pub fn of_activations(context: &Context, values: &[f32], width: usize) -> Self {
        Self::of(context, values, width, context.element())
    }

    fn of(context: &Context, values: &[f32], width: usize, element: ElementType) -> Self {
        Self {
            buffer: context.upload("table", &element.encode(&padded(values, width))),
            rows: values.len() / width.max(1),
            width,
            element,
        }
    }
}

/// Filters and bias of a depthwise convolution.
pub struct GpuDepthwise {
    pub(super) weights: wgpu::Buffer,
    pub(super) bias: wgpu::Buffer,
    pub(super) channels: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
}

impl GpuDepthwise {
    /// Uploads filters, channels x kernel x kernel, and a bias with one value per channel.
    #[must_use]
    pub fn new(
        context: &Context,
        weight: &[f32],
        bias: &[f32],
        (kernel, stride): (usize, usize),
    ) -> Self {
        let (channels, taps) = (bias.len(), kernel * kernel);
        let by_tap: Vec<f32> = (0..taps)
            .flat_map(|tap| (0..channels).map(move |channel| weight[channel * taps + tap]))
            .collect();
        let upload = |values: &[f32]| {
            context.upload(
                "filter",
                &ElementType::F32.encode(&padded(values, channels)),
            )
        };
        Self {
            weights: upload(&by_tap),
            bias: upload(bias),
            channels,
            kernel,
            stride,
        }
    }
}
