//! Linear layers with fused epilogues.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::{cpu_values, task_rows, values};
use crate::engine::inference::cpu::{
    Activation, GemmEpilogue, Int8Rows, Int16Rows, PackedF32, PackedI8, PackedI16,
};

/// Storage format of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightFormat {
    /// f32, packed for the CPU.
    Float,
    /// int16, packed for the CPU.
    Int16,
    /// int8, packed for the CPU.
    Int8,
    /// A candle tensor, on any device.
    Tensor,
}

impl WeightFormat {
    /// The format for layers that must not be quantised.
    #[must_use]
    pub fn in_full(self) -> Self {
        match self {
            Self::Int8 | Self::Int16 => Self::Float,
            format => format,
        }
    }
}

/// Operation fused after a matrix product.
#[derive(Clone, Copy)]
pub enum Epilogue<'a> {
    /// Applies an activation function.
    Activate(Activation),
    /// Adds a residual of the same shape.
    Add(&'a Tensor),
}

/// Weights packed for the CPU kernels, including the bias.
#[derive(Debug)]
pub enum Packed {
    /// Single precision.
    Float(PackedF32),
    /// 16-bit integers.
    Int16(PackedI16),
    /// 8-bit integers.
    Int8(PackedI8),
}

/// Scratch memory for quantised activations.
#[derive(Debug, Default)]
pub struct RoundedRows {
    shorts: Int16Rows,
    bytes: Int8Rows,
}

impl Packed {
    /// `out = then(x W^T + b)` on the current thread, rows x inputs to rows x outputs.
    pub fn run(&self, x: &[f32], then: GemmEpilogue, rounded: &mut RoundedRows, out: &mut [f32]) {
        match self {
            Self::Float(panels) => panels.multiply(x, then, out),
            Self::Int16(panels) => {
                rounded.shorts.fill(x, panels.inputs());
                panels.multiply(&rounded.shorts, then, out);
            }
            Self::Int8(panels) => panels.multiply(x, then, &mut rounded.bytes, out),
        }
    }
}

#[derive(Debug)]
enum LinearWeights {
    Packed(Packed),
    /// W^T as a view, inputs x outputs, and the bias.
    Tensors(Tensor, Tensor),
}

/// `y = x W^T + b`, followed by an activation or a residual connection in the same pass.
#[derive(Debug)]
pub struct Linear {
    weights: LinearWeights,
    outputs: usize,
}

impl Linear {
    /// Takes a weight, outputs x inputs, and a bias with one value per output (zeros if the checkpoint has none).
    ///
    /// # Errors
    /// Returns an error if the weight is not two-dimensional.
    pub fn new(weight: &Tensor, bias: Option<Tensor>, format: WeightFormat) -> Result<Self> {
        let outputs = weight.dim(0)?;
        let bias = match bias {
            Some(bias) => bias,
            None => Tensor::zeros(outputs, weight.dtype(), weight.device())?,
        };
        let weights = match format {
            WeightFormat::Tensor => LinearWeights::Tensors(weight.t()?, bias),
            format => {
                let weight = cpu_values(weight)?;
                let bias = cpu_values(&bias)?;
                LinearWeights::Packed(match format {
                    WeightFormat::Int8 => Packed::Int8(PackedI8::new(&weight, &bias)),
                    WeightFormat::Int16 => Packed::Int16(PackedI16::new(&weight, &bias)),
                    _ => Packed::Float(PackedF32::new(&weight, &bias)),
                })
            }
        };
        Ok(Self { weights, outputs })
    }

    /// Loads `weight` and `bias`.
    ///
    /// # Errors
    /// Returns an error if either is missing or has the wrong shape.
    pub fn load(
        inputs: usize,
        outputs: usize,
        format: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let bias = vb.get(outputs, "bias")?;
        Self::new(&vb.get((outputs, inputs), "weight")?, Some(bias), format)
    }

    /// Loads `weight` only.
    ///
    /// # Errors
    /// Returns an error if it is missing or has the wrong shape.
    pub fn load_without_bias(
        inputs: usize,
        outputs: usize,
        format: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        Self::new(&vb.get((outputs, inputs), "weight")?, None, format)
    }

    /// Fuses several projections of the same input into one layer, with their outputs concatenated.
    ///
    /// # Errors
    /// Returns an error if one is missing or has the wrong shape.
    pub fn load_fused(
        inputs: usize,
        outputs: usize,
        format: WeightFormat,
        parts: &[VarBuilder],
    ) -> Result<Self> {
        let weights = parts
            .iter()
            .map(|vb| vb.get((outputs, inputs), "weight"))
            .collect::<Result<Vec<_>>>()?;
        let biases = parts
            .iter()
            .map(|vb| vb.get(outputs, "bias"))
            .collect::<Result<Vec<_>>>()?;
        let bias = Tensor::cat(&biases, 0)?;
        Self::new(&Tensor::cat(&weights, 0)?, Some(bias), format)
    }

    /// Number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The weights packed for the CPU kernels.
    ///
    /// # Errors
    /// Returns an error if the layer is stored as a candle tensor.
    pub fn packed(&self) -> Result<&Packed> {
        match &self.weights {
            LinearWeights::Packed(packed) => Ok(packed),
            LinearWeights::Tensors(..) => {
                candle_core::bail!("the layer is not laid out for the CPU")
            }
        }
    }

    /// Computes product, bias and epilogue: rows x inputs to rows x outputs.
    ///
    /// # Errors
    /// Returns an error if the shapes do not match.
    pub fn forward(&self, x: &Tensor, after: Epilogue) -> Result<Tensor> {
        match &self.weights {
            LinearWeights::Packed(packed) => self.forward_packed(packed, x, after),
            LinearWeights::Tensors(transposed, bias) => follow(&x.matmul(transposed)?, bias, after),
        }
    }

    fn forward_packed(&self, packed: &Packed, x: &Tensor, after: Epilogue) -> Result<Tensor> {
        let (rows, inputs) = x.dims2()?;
        let (then, mut out) = match after {
            Epilogue::Activate(kind) => (
                GemmEpilogue::Activate(kind),
                vec![0f32; rows * self.outputs],
            ),
            Epilogue::Add(skip) => (GemmEpilogue::Add, cpu_values(skip)?),
        };
        if out.len() != rows * self.outputs {
            candle_core::bail!("a skip connection of {} values for {rows} rows", out.len());
        }
        let x = x.contiguous()?;
        let (storage, layout) = x.storage_and_layout();
        let x = values(&storage, layout)?;
        let chunk = task_rows(rows);
        out.par_chunks_mut((chunk * self.outputs).max(1))
            .zip(x.par_chunks((chunk * inputs).max(1)))
            .for_each_init(RoundedRows::default, |rounded, (out, x)| {
                packed.run(x, then, rounded, out);
            });
        Tensor::from_vec(out, (rows, self.outputs), &candle_core::Device::Cpu)
    }
}

/// Bias and epilogue with candle's operations.
fn follow(y: &Tensor, bias: &Tensor, after: Epilogue) -> Result<Tensor> {
    let y = y.broadcast_add(bias)?;
    match after {
        Epilogue::Activate(kind) => activate(&y, kind),
        Epilogue::Add(skip) => y + skip,
    }
}

/// An activation function with candle's operations.
fn activate(x: &Tensor, kind: Activation) -> Result<Tensor> {
    match kind {
        Activation::None => Ok(x.clone()),
        Activation::Relu6 => x.clamp(0f32, 6f32),
        Activation::QuickGelu => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
        Activation::Gelu => x.gelu_erf(),
        Activation::GeluTanh => x.gelu(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{difference, noise};
    use super::*;

    /// The packed and candle implementations differ only by rounding.
    #[test]
    fn both_forms_agree() {
        let (x, weight) = (noise(6, 32, 1), noise(48, 32, 2));
        let (bias, skip) = (noise(1, 48, 3).squeeze(0).expect("a row"), noise(6, 48, 4));
        let layer = |format| Linear::new(&weight, Some(bias.clone()), format).expect("a layer");
        let [float, tensor, int16, int8] = [
            WeightFormat::Float,
            WeightFormat::Tensor,
            WeightFormat::Int16,
            WeightFormat::Int8,
        ]
        .map(layer);
        let kinds = [
            Activation::None,
            Activation::Relu6,
            Activation::QuickGelu,
            Activation::Gelu,
            Activation::GeluTanh,
        ];
        let mut afters: Vec<Epilogue> = kinds.map(Epilogue::Activate).to_vec();
        afters.push(Epilogue::Add(&skip));
        for after in afters {
            let fused = float.forward(&x, after).expect("fused");
            let plain = tensor.forward(&x, after).expect("plain");
            assert!(difference(&fused, &plain) < 2e-5);
            let rounded = int16.forward(&x, after).expect("in sixteen bits");
            assert!(difference(&rounded, &plain) < 2e-3);
            let rounded = int8.forward(&x, after).expect("in eight bits");
            assert!(difference(&rounded, &plain) < 0.1);
        }
    }
}
