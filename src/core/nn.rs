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

/// Widths of a head for which Metal has fused attention.
const METAL_HEADS: [usize; 6] = [32, 64, 72, 80, 96, 128];

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
        follow(&y, &self.bias, after)
    }
}

/// Bias and what follows out of candle's own operations, for devices that are not the CPU.
fn follow(y: &Tensor, bias: &Tensor, after: After) -> Result<Tensor> {
    let y = y.broadcast_add(bias)?;
    match after {
        After::Activate(kind) => activate(&y, kind),
        After::Add(skip) => y + skip,
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
    attend(qkv, bias, shape, queries)
}

/// Attention out of candle's own operations, for devices that are not the CPU.
fn attend(qkv: &Tensor, bias: &Tensor, shape: AttentionShape, queries: Queries) -> Result<Tensor> {
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
    let scale = 1.0 / (size as f64).sqrt();
    if q.device().is_metal() && !causal && METAL_HEADS.contains(&size) {
        let (k, v) = (parts.get(1)?, parts.get(2)?);
        let attended = candle_nn::ops::sdpa(&q, &k, &v, None, false, scale as f32, 1.0)?;
        return attended
            .transpose(1, 2)?
            .reshape((batch * range.len(), width));
    }
    let scores = (q.matmul(&parts.get(1)?.t()?)? * scale)?;
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

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    /// Values that look random and are the same everywhere.
    fn noise(rows: usize, columns: usize, seed: u32) -> Tensor {
        let mut number = seed;
        let values = std::iter::repeat_with(|| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) as f32 / 8_388_608.0 - 1.0
        });
        let values: Vec<f32> = values.take(rows * columns).collect();
        Tensor::from_vec(values, (rows, columns), &Device::Cpu).expect("a tensor")
    }

    fn difference(a: &Tensor, b: &Tensor) -> f32 {
        let gap = (a - b).and_then(|d| d.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>());
        gap.expect("a number")
    }

    /// What a GPU computes is told apart from the fused CPU form only by rounding.
    #[test]
    fn both_forms_of_each_layer_agree() {
        let (x, weight) = (noise(6, 32, 1), noise(48, 32, 2));
        let (bias, skip) = (noise(1, 48, 3).squeeze(0).expect("a row"), noise(6, 48, 4));
        let layer = Linear::new(&weight, Some(bias.clone())).expect("a layer");
        let kinds = [
            Activation::None,
            Activation::Relu6,
            Activation::QuickGelu,
            Activation::Gelu,
            Activation::GeluTanh,
        ];
        let mut afters: Vec<After> = kinds.map(After::Activate).to_vec();
        afters.push(After::Add(&skip));
        for after in afters {
            let fused = layer.forward(&x, after).expect("fused");
            let plain = follow(&layer.product(&x).expect("a product"), &bias, after);
            assert!(difference(&fused, &plain.expect("plain")) < 2e-5);
        }
    }

    #[test]
    fn both_forms_of_attention_agree() {
        let (tokens, heads, width) = (7, 4, 32);
        let qkv = noise(2 * tokens, 3 * width, 5);
        let bias = noise(1, 3 * width, 6).squeeze(0).expect("a row");
        for causal in [false, true] {
            let shape = AttentionShape {
                tokens,
                heads,
                causal,
            };
            for queries in [Queries::All, Queries::One(0), Queries::One(tokens - 1)] {
                let fused = attention(&qkv, &bias, shape, queries).expect("fused");
                let plain = attend(&qkv, &bias, shape, queries).expect("plain");
                assert!(difference(&fused, &plain) < 1e-5, "{causal} {queries:?}");
            }
        }
    }
}
