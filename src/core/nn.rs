//! Layers shared by the model families, over candle tensors.
//!
//! Each has a fused CPU form built on [`crate::core::kernels`] and an equivalent made of candle's own
//! operations for other devices. Activations are two-dimensional, rows x width: the rows are the
//! tokens, or pixels, of all items of a batch one after another.

use candle_core::{
    CpuStorage, CustomOp2, D, InplaceOp2, InplaceOp3, Layout, Result, Shape, Tensor,
};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::kernels::{self, Activation, AttentionScratch, DepthwiseShape, HeadShape};

/// Values that one parallel task of an element-wise pass works on: about half a level-2 cache.
const TASK_VALUES: usize = 64 * 1024;

/// What follows a product.
#[derive(Clone, Copy)]
pub enum After<'a> {
    /// An activation.
    Activate(Activation),
    /// A skip connection of the same shape.
    Add(&'a Tensor),
}

/// `y = x W^T + b`, followed by an activation or a skip connection in the same pass.
#[derive(Debug)]
pub struct Linear {
    /// W^T as a view: inputs x outputs.
    transposed: Tensor,
    bias: Tensor,
}

impl Linear {
    /// From a weight of outputs x inputs and a bias of outputs (zeros where the checkpoint has none).
    ///
    /// # Errors
    /// If the weight is not two-dimensional.
    pub fn new(weight: &Tensor, bias: Option<Tensor>) -> Result<Self> {
        let outputs = weight.dim(0)?;
        let bias = match bias {
            Some(bias) => bias,
            None => Tensor::zeros(outputs, weight.dtype(), weight.device())?,
        };
        Ok(Self {
            transposed: weight.t()?,
            bias,
        })
    }

    /// Loads `weight` and `bias`.
    ///
    /// # Errors
    /// If either is missing or of another shape.
    pub fn load(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        Self::new(
            &vb.get((outputs, inputs), "weight")?,
            Some(vb.get(outputs, "bias")?),
        )
    }

    /// Loads `weight` alone.
    ///
    /// # Errors
    /// If it is missing or of another shape.
    pub fn load_without_bias(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        Self::new(&vb.get((outputs, inputs), "weight")?, None)
    }

    /// Several projections of one input as a single product, outputs one after another.
    ///
    /// # Errors
    /// If one is missing or of another shape.
    pub fn load_fused(inputs: usize, outputs: usize, parts: &[VarBuilder]) -> Result<Self> {
        let weights = parts
            .iter()
            .map(|vb| vb.get((outputs, inputs), "weight"))
            .collect::<Result<Vec<_>>>()?;
        let biases = parts
            .iter()
            .map(|vb| vb.get(outputs, "bias"))
            .collect::<Result<Vec<_>>>()?;
        Self::new(&Tensor::cat(&weights, 0)?, Some(Tensor::cat(&biases, 0)?))
    }

    /// The product alone: rows x outputs.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn product(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.transposed)
    }

    /// The bias, outputs wide.
    #[must_use]
    pub fn bias(&self) -> &Tensor {
        &self.bias
    }

    /// Product, bias, then what follows.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn forward(&self, x: &Tensor, after: After) -> Result<Tensor> {
        let y = self.product(x)?;
        if y.device().is_cpu() {
            match after {
                After::Activate(kind) => y.inplace_op2(&self.bias, &BiasActivate(kind))?,
                After::Add(skip) => y.inplace_op3(&self.bias, skip, &BiasAdd)?,
            }
            return Ok(y);
        }
        let y = y.broadcast_add(&self.bias)?;
        match after {
            After::Activate(kind) => activate(&y, kind),
            After::Add(skip) => y + skip,
        }
    }
}

/// An activation out of candle's own operations.
fn activate(x: &Tensor, kind: Activation) -> Result<Tensor> {
    match kind {
        Activation::None => Ok(x.clone()),
        Activation::Relu6 => x.clamp(0f32, 6f32),
        Activation::QuickGelu => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
        Activation::Gelu => x.gelu_erf(),
        Activation::GeluTanh => x.gelu(),
    }
}

struct BiasActivate(Activation);

impl InplaceOp2 for BiasActivate {
    fn name(&self) -> &'static str {
        "bias-activate"
    }

    fn cpu_fwd(
        &self,
        y: &mut CpuStorage,
        y_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<()> {
        let bias = values(bias, bias_layout)?;
        let y = values_mut(y, y_layout)?;
        y.par_chunks_mut(task_rows(bias.len()) * bias.len())
            .for_each(|rows| kernels::add_bias_activate(rows, bias, self.0));
        Ok(())
    }
}

struct BiasAdd;

impl InplaceOp3 for BiasAdd {
    fn name(&self) -> &'static str {
        "bias-add"
    }

    fn cpu_fwd(
        &self,
        y: &mut CpuStorage,
        y_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
        skip: &CpuStorage,
        skip_layout: &Layout,
    ) -> Result<()> {
        let bias = values(bias, bias_layout)?;
        let skip = values(skip, skip_layout)?;
        let y = values_mut(y, y_layout)?;
        if y.len() != skip.len() {
            candle_core::bail!("a skip connection of {} values for {}", skip.len(), y.len());
        }
        let chunk = task_rows(bias.len()) * bias.len();
        y.par_chunks_mut(chunk)
            .zip(skip.par_chunks(chunk))
            .for_each(|(rows, skip)| kernels::add_bias_residual(rows, bias, skip));
        Ok(())
    }
}

fn task_rows(width: usize) -> usize {
    (TASK_VALUES / width.max(1)).max(1)
}

/// The values of a contiguous f32 tensor.
fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("a fused operation needs contiguous values");
    };
    Ok(&storage.as_slice::<f32>()?[start..end])
}

fn values_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        candle_core::bail!("a fused operation needs contiguous values");
    };
    match storage {
        CpuStorage::F32(values) => Ok(&mut values[start..end]),
        _ => candle_core::bail!("a fused operation needs f32 values"),
    }
}

/// Which tokens attend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queries {
    /// All of them.
    All,
    /// One of each sequence, for a last layer whose other outputs nobody reads.
    One(usize),
}

impl Queries {
    fn range(self, tokens: usize) -> std::ops::Range<usize> {
        match self {
            Self::All => 0..tokens,
            Self::One(token) => token..token + 1,
        }
    }
}

/// Sizes of a multi-head attention.
#[derive(Clone, Copy, Debug)]
pub struct AttentionShape {
    /// Tokens of each sequence.
    pub tokens: usize,
    /// Heads.
    pub heads: usize,
    /// Whether a token sees only itself and those before it.
    pub causal: bool,
}

/// Multi-head attention over a fused projection.
///
/// `qkv` is (batch x tokens) x 3 width without its bias, `bias` 3 width; the result is
/// (batch x queries) x width.
///
/// # Errors
/// If the shapes do not fit.
pub fn attention(
    qkv: &Tensor,
    bias: &Tensor,
    shape: AttentionShape,
    queries: Queries,
) -> Result<Tensor> {
    if qkv.device().is_cpu() {
        return qkv.apply_op2_no_bwd(bias, &Attention { shape, queries });
    }
    let AttentionShape {
        tokens,
        heads,
        causal,
    } = shape;
    let (rows, width3) = qkv.dims2()?;
    let (batch, width) = (rows / tokens, width3 / 3);
    let size = width / heads;
    // (batch, tokens, 3, heads, size) -> (3, batch, heads, tokens, size)
    let parts = qkv
        .broadcast_add(bias)?
        .reshape((batch, tokens, 3, heads, size))?
        .permute((2, 0, 3, 1, 4))?
        .contiguous()?;
    let range = queries.range(tokens);
    let q = parts
        .get(0)?
        .narrow(D::Minus2, range.start, range.len())?
        .contiguous()?;
    let scores = (q.matmul(&parts.get(1)?.t()?)? * (1.0 / (size as f64).sqrt()))?;
    let scores = if causal {
        let mask: Vec<f32> = range
            .clone()
            .flat_map(|i| (0..tokens).map(move |j| if j > i { f32::NEG_INFINITY } else { 0.0 }))
            .collect();
        let mask = Tensor::from_vec(mask, (range.len(), tokens), qkv.device())?;
        scores.broadcast_add(&mask.to_dtype(scores.dtype())?)?
    } else {
        scores
    };
    candle_nn::ops::softmax_last_dim(&scores)?
        .matmul(&parts.get(2)?)?
        .transpose(1, 2)?
        .reshape((batch * range.len(), width))
}

struct Attention {
    shape: AttentionShape,
    queries: Queries,
}

impl CustomOp2 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        qkv: &CpuStorage,
        qkv_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let AttentionShape {
            tokens,
            heads,
            causal,
        } = self.shape;
        let (rows, width3) = qkv_layout.shape().dims2()?;
        let (batch, width) = (rows / tokens, width3 / 3);
        let size = width / heads;
        if rows != batch * tokens || width3 != 3 * heads * size || size > 256 {
            candle_core::bail!(
                "attention over {rows} x {width3} with {tokens} tokens, {heads} heads"
            );
        }
        let (qkv, bias) = (values(qkv, qkv_layout)?, values(bias, bias_layout)?);
        let queries = self.queries.range(tokens);
        let mut out = vec![0f32; batch * queries.len() * width];
        out.par_chunks_mut(queries.len() * width)
            .enumerate()
            .for_each_init(
                || {
                    (
                        AttentionScratch::default(),
                        vec![0f32; queries.len() * size],
                    )
                },
                |(scratch, head_out), (item, out)| {
                    let qkv = &qkv[item * tokens * width3..][..tokens * width3];
                    for head in 0..heads {
                        let shape = HeadShape {
                            tokens,
                            width,
                            head,
                            size,
                            causal,
                        };
                        kernels::attend_head(qkv, bias, shape, queries.clone(), scratch, head_out);
                        for (row, part) in
                            out.chunks_exact_mut(width).zip(head_out.chunks_exact(size))
                        {
                            row[head * size..][..size].copy_from_slice(part);
                        }
                    }
                },
            );
        Ok((
            CpuStorage::F32(out),
            Shape::from((batch * queries.len(), width)),
        ))
    }
}

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
        let (x, weights) = (values(x, x_layout)?, values(weights, weights_layout)?);
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

/// Divides each row by its Euclidean norm.
///
/// # Errors
/// If the tensor is not a matrix.
pub fn normalise_rows(x: &Tensor) -> Result<Tensor> {
    x.broadcast_div(&x.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?)
}
