//! BERT (Devlin et al. 2018, <https://arxiv.org/abs/1810.04805>), the post-norm transformer of the text towers of the
//! starter model and Chinese-CLIP. Tensor names follow Hugging Face's `BertModel`.

use std::cell::RefCell;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, IndexOp, Result, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct};
use half::f16;
use rayon::prelude::*;

use crate::engine::inference::cpu::{Activation, AttentionScratch, GemmEpilogue};
use crate::engine::inference::layers::{
    AttentionShape, LayerNorm, Linear, RoundedRows, WeightFormat, attend_sequence, cpu_values,
};

/// Hyperparameters of a BERT encoder.
#[derive(Clone, Copy, Debug)]
pub struct BertShape {
    /// Vocabulary size.
    pub words: usize,
    /// Width of the hidden states.
    pub width: usize,
    /// Hidden width of the MLP.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Number of attention heads.
    pub heads: usize,
    /// Maximum sequence length.
    pub positions: usize,
    /// Number of token types, of which only the first is used.
    pub kinds: usize,
    /// Epsilon of layer normalisation.
    pub epsilon: f64,
}

/// Storage of the token embeddings.
pub enum TokenEmbeddings {
    /// Floating-point values: vocabulary x width.
    Numbers(Tensor),
    /// ggml's Q8_0 format, from which only the rows needed for a text are dequantised.
    Quantised(QTensor),
}

/// Number of values per Q8_0 block, which follow its f16 scale.
const BLOCK: usize = 32;

impl TokenEmbeddings {
    /// The embeddings of `ids`: ids x width.
    fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        match self {
            Self::Numbers(table) => table.index_select(&Tensor::new(ids, table.device())?, 0),
            Self::Quantised(table) => {
                let (words, width) = table.shape().dims2()?;
                if table.dtype() != GgmlDType::Q8_0 || !width.is_multiple_of(BLOCK) {
                    candle_core::bail!("word vectors in {:?}", table.dtype());
                }
                let data = table.data()?;
                let row_bytes = width / BLOCK * (BLOCK + 2);
                let mut values = Vec::with_capacity(ids.len() * width);
                for id in ids {
                    let start = *id as usize * row_bytes;
                    let Some(row) = data.get(start..start + row_bytes) else {
                        candle_core::bail!("token {id} of {words}");
                    };
                    values.extend(row.chunks_exact(BLOCK + 2).flat_map(dequantised));
                }
                Tensor::from_vec(values, (ids.len(), width), &Device::Cpu)
            }
        }
    }
}

/// The values of a Q8_0 block.
fn dequantised(block: &[u8]) -> impl Iterator<Item = f32> {
    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
    let values = block[2..].iter();
    values.map(move |byte| scale * f32::from(byte.cast_signed()))
}

struct BertLayer {
    qkv: Linear,
    out: Linear,
    attention_norm: LayerNorm,
    up_projection: Linear,
    down_projection: Linear,
    mlp_norm: LayerNorm,
}

impl BertLayer {
    fn load(c: &BertShape, format: WeightFormat, vb: &VarBuilder) -> Result<Self> {
        let attention = vb.pp("attention");
        let parts = ["query", "key", "value"].map(|name| attention.pp("self").pp(name));
        let norm =
            |vb: VarBuilder| LayerNorm::load(c.width, c.epsilon, format, &vb.pp("LayerNorm"));
        Ok(Self {
            qkv: Linear::load_fused(c.width, c.width, format, &parts)?,
            out: Linear::load(c.width, c.width, format, &attention.pp("output.dense"))?,
            attention_norm: norm(attention.pp("output"))?,
            up_projection: Linear::load(c.width, c.hidden, format, &vb.pp("intermediate.dense"))?,
            down_projection: Linear::load(c.hidden, c.width, format, &vb.pp("output.dense"))?,
            mlp_norm: norm(vb.pp("output"))?,
        })
    }

    /// Runs the layer on the current thread, for sequences of any lengths, concatenated in `x`.
    fn run(
        &self,
        x: &mut [f32],
        lengths: &[usize],
        heads: usize,
        scratch: &mut BertScratch,
    ) -> Result<()> {
        let rows: usize = lengths.iter().sum();
        let width = x.len() / rows.max(1);
        let plain = GemmEpilogue::Activate(Activation::None);
        scratch.qkv.resize(rows * 3 * width, 0.0);
        scratch.states.resize(rows * width, 0.0);
        self.qkv
            .packed()?
            .run(x, plain, &mut scratch.rounded, &mut scratch.qkv);
        let mut at = 0;
        for tokens in lengths {
            let shape = AttentionShape {
                tokens: *tokens,
                heads,
                causal: false,
            };
            let qkv = &scratch.qkv[at * 3 * width..][..tokens * 3 * width];
            let out = &mut scratch.states[at * width..][..tokens * width];
            attend_sequence(qkv, shape, &mut scratch.attention, out);
            at += tokens;
        }
        self.out
            .packed()?
            .run(&scratch.states, GemmEpilogue::Add, &mut scratch.rounded, x);
        self.attention_norm.run(x, &mut scratch.states)?;
        let up_projection = self.up_projection.packed()?;
        scratch
            .hidden
            .resize(rows * self.up_projection.outputs(), 0.0);
        let gelu = GemmEpilogue::Activate(Activation::Gelu);
        up_projection.run(
            &scratch.states,
            gelu,
            &mut scratch.rounded,
            &mut scratch.hidden,
        );
        self.down_projection.packed()?.run(
            &scratch.hidden,
            GemmEpilogue::Add,
            &mut scratch.rounded,
            &mut scratch.states,
        );
        self.mlp_norm.run(&scratch.states, x)
    }
}

/// Scratch buffers of a thread, reused between texts.
#[derive(Default)]
struct BertScratch {
    qkv: Vec<f32>,
    states: Vec<f32>,
    hidden: Vec<f32>,
    rounded: RoundedRows,
    attention: AttentionScratch,
}

thread_local! {
    static SCRATCH: RefCell<BertScratch> = RefCell::default();
}

/// A BERT encoder without its pooler.
pub enum Bert {
    /// Packed for the CPU.
    Cpu(Box<CpuBert>),
    /// Candle's implementation, on any device.
    Candle(Box<BertModel>),
}

impl Bert {
    /// Loads a checkpoint.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(c: &BertShape, format: WeightFormat, vb: &VarBuilder) -> Result<Self> {
        if format != WeightFormat::Tensor {
            let words = vb.get((c.words, c.width), "embeddings.word_embeddings.weight")?;
            return Self::on_cpu(c, TokenEmbeddings::Numbers(words), format, vb);
        }
        let config = Config {
            vocab_size: c.words,
            hidden_size: c.width,
            num_hidden_layers: c.layers,
            num_attention_heads: c.heads,
            intermediate_size: c.hidden,
            hidden_act: HiddenAct::Gelu,
            max_position_embeddings: c.positions,
            type_vocab_size: c.kinds,
            layer_norm_eps: c.epsilon,
            ..Config::default()
        };
        Ok(Self::Candle(Box::new(BertModel::load(
            vb.clone(),
            &config,
        )?)))
    }

    /// Loads `embeddings`, except for the given token embeddings, and `encoder.layer.0`, ... for the CPU.
    ///
    /// # Errors
    /// Same as [`Self::load`].
    pub fn on_cpu(
        c: &BertShape,
        words: TokenEmbeddings,
        format: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let embeddings = vb.pp("embeddings");
        let positions = embeddings.get((c.positions, c.width), "position_embeddings.weight")?;
        let kinds = embeddings.get((c.kinds, c.width), "token_type_embeddings.weight")?;
        let layers =
            (0..c.layers).map(|i| BertLayer::load(c, format, &vb.pp(format!("encoder.layer.{i}"))));
        Ok(Self::Cpu(Box::new(CpuBert {
            words,
            positions: positions.broadcast_add(&kinds.i(0)?)?,
            norm: LayerNorm::load(c.width, c.epsilon, format, &embeddings.pp("LayerNorm"))?,
            layers: layers.collect::<Result<_>>()?,
            heads: c.heads,
        })))
    }

    /// Final hidden states of all tokens, with the sequences concatenated: tokens x width. On the CPU, sequences may
    /// differ in length; elsewhere they must not.
    ///
    /// # Errors
    /// Returns an error if a token is not in the vocabulary, a sequence is too long, or memory runs out.
    pub fn forward(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        match self {
            Self::Cpu(bert) => bert.run(&bert.embed(sequences)?, sequences),
            Self::Candle(bert) => {
                let shape = (sequences.len(), sequences.first().map_or(0, |s| s.len()));
                let ids = Tensor::from_vec(sequences.concat(), shape, &bert.device)?;
                bert.forward(&ids, &ids.zeros_like()?, None)?.flatten_to(1)
            }
        }
    }
}

/// The CPU implementation.
pub struct CpuBert {
    words: TokenEmbeddings,
    /// Sum of the position embeddings and the first token type's embedding: positions x width.
    positions: Tensor,
    norm: LayerNorm,
    layers: Vec<BertLayer>,
    heads: usize,
}

impl CpuBert {
    /// The hidden states before the first layer.
    fn embed(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        let places = sequences.iter().flat_map(|s| 0..s.len() as u32);
        let places = Tensor::new(places.collect::<Vec<_>>(), &Device::Cpu)?;
        let words = self.words.rows(&sequences.concat())?;
        let x = words + self.positions.index_select(&places, 0)?;
        self.norm.forward(&x?)
    }

    /// Each thread runs its share of the sequences through all layers. The sequences are independent, and a typical
    /// text is too short to synchronise threads between layers.
    fn run(&self, x: &Tensor, sequences: &[&[u32]]) -> Result<Tensor> {
        let (rows, width) = x.dims2()?;
        let mut values = cpu_values(&x.to_dtype(DType::F32)?)?;
        let lengths: Vec<usize> = sequences.iter().map(|s| s.len()).collect();
        let mut rest = &mut values[..];
        let mut shares = Vec::new();
        for lengths in lengths.chunks(lengths.len().div_ceil(rayon::current_num_threads()).max(1)) {
            let (share, behind) = rest.split_at_mut(lengths.iter().sum::<usize>() * width);
            shares.push((share, lengths));
            rest = behind;
        }
        shares.into_par_iter().try_for_each(|(share, lengths)| {
            SCRATCH.with_borrow_mut(|scratch| {
                let mut layers = self.layers.iter();
                layers.try_for_each(|layer| layer.run(share, lengths, self.heads, scratch))
            })
        })?;
        Tensor::from_vec(values, (rows, width), &Device::Cpu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantised_words_become_the_numbers_that_candle_makes_of_them() {
        let values: Vec<f32> = (0..5 * 64)
            .map(|n| ((n * 37 % 101) as f32 - 50.0) / 7.0)
            .collect();
        let table = Tensor::from_vec(values, (5, 64), &Device::Cpu).expect("a tensor");
        let quantised = QTensor::quantize(&table, GgmlDType::Q8_0).expect("in eight bits");
        let numbers =
            TokenEmbeddings::Numbers(quantised.dequantize(&Device::Cpu).expect("numbers"));
        let quantised = TokenEmbeddings::Quantised(quantised);
        let rows = |words: &TokenEmbeddings| {
            let rows = words.rows(&[4, 0, 2]).expect("rows");
            rows.to_vec2::<f32>().expect("values")
        };
        assert_eq!(rows(&quantised), rows(&numbers));
        assert!(quantised.rows(&[5]).is_err());
    }
}
