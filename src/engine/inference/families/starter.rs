//! The starter model: EfficientNet-Lite2 and all-MiniLM-L6-v2 with projections trained with CLIP's objective. Small
//! enough to be embedded in the program; described in `assets/starter/README.md`.

use std::collections::HashMap;
use std::io::Cursor;

use candle_core::quantized::QTensor;
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::bert::{Bert, BertShape, TokenEmbeddings};
use super::efficientnet::{BlockConfig, EfficientNet, FEATURES, NetworkSource};
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::layers::{Epilogue, Linear, WeightFormat, normalise_rows};
use crate::engine::media::preprocess::{Crop, FitMode, Preprocess, ResampleFilter, Rounding};

/// Name of the token embedding tensor.
const WORDS: &str = "text.embeddings.word_embeddings.weight";

/// The image and text towers.
pub struct Starter {
    image: StarterImageTower,
    text: StarterTextTower,
    /// Scale factor from cosine similarity to logit.
    pub logit_scale: f32,
    /// Added to a label's logit before comparison with the background.
    pub match_bias: f32,
    /// Image preprocessing.
    pub preprocess: Preprocess,
    /// Dimension of the shared embedding space.
    pub dim: usize,
    /// Maximum sequence length; longer texts are truncated.
    pub max_tokens: usize,
}

impl Starter {
    /// Loads the model from its GGUF data.
    ///
    /// # Errors
    /// Returns an error if the data is invalid.
    pub fn load(gguf: &[u8], device: &Device) -> Result<Self> {
        let mut cursor = Cursor::new(gguf);
        let content = Content::read(&mut cursor)?;
        // Token embeddings are two thirds of all weights and stay quantised, because a text needs only a few rows.
        let words = content.tensor(&mut cursor, WORDS, device)?;
        let vb = tensors(&content, cursor, device, |name| name != WORDS)?;
        let meta = StarterMetadata(&content);
        let source = StarterVision::of(&meta, &vb)?;
        let preprocess = source.preprocess;
        let dim = meta.size("embedding_length")?;
        Ok(Self {
            image: StarterImageTower::load(&source)?,
            text: StarterTextTower::load(&meta, dim, words, &vb.pp("text"))?,
            logit_scale: meta.number("logit_scale")?.to_f32()?,
            match_bias: meta.optional("match_bias").map_or(Ok(0.0), Value::to_f32)?,
            preprocess,
            dim,
            max_tokens: meta.size("text_max_tokens")?,
        })
    }

    /// Normalised image embeddings: batch x dim.
    ///
    /// # Errors
    /// Returns an error if a crop has the wrong size, memory runs out, or the work was cancelled.
    pub fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Tensor> {
        self.image.project(&self.image_features(crops, cancel)?)
    }

    /// Pooled features of the image tower before its projection: batch x 1,280.
    ///
    /// # Errors
    /// Same as [`Self::embed_images`].
    pub fn image_features(&self, crops: &[Crop], cancel: &Cancel) -> Result<Tensor> {
        let network = &self.image.network;
        network.features(crops, &self.preprocess, cancel)
    }

    /// Normalised text embeddings, for sequences of equal length: batch x dim.
    ///
    /// # Errors
    /// Returns an error if memory runs out.
    pub fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor> {
        self.text.forward(tokens)
    }
}

/// Dequantises the `wanted` tensors of a model file to f32.
fn tensors(
    content: &Content,
    mut cursor: Cursor<&[u8]>,
    device: &Device,
    wanted: impl Fn(&str) -> bool,
) -> Result<VarBuilder<'static>> {
    let mut tensors = HashMap::new();
    for name in content.tensor_infos.keys().filter(|name| wanted(name)) {
        let tensor = content.tensor(&mut cursor, name, device)?;
        tensors.insert(name.clone(), tensor.dequantize(device)?);
    }
    Ok(VarBuilder::from_tensors(tensors, DType::F32, device))
}

/// Description of the image tower, for the CPU and for GPUs.
pub struct StarterVision<'a> {
    /// The network that computes the features.
    pub network: NetworkSource<'a>,
    /// Linear projection from features to the embedding.
    pub linear: VarBuilder<'a>,
    /// First layer of the MLP, from features to hidden units.
    pub hidden: VarBuilder<'a>,
    /// Second layer of the MLP, whose output is added to the linear projection.
    pub output: VarBuilder<'a>,
    /// Hidden width of the MLP.
    pub hidden_width: usize,
    /// Embedding dimension.
    pub dim: usize,
    /// Image preprocessing.
    pub preprocess: Preprocess,
}

impl<'a> StarterVision<'a> {
    /// Reads only the image tower from the model's GGUF data.
    ///
    /// # Errors
    /// Returns an error if the data is invalid.
    #[cfg(feature = "gpu")]
    pub fn read(gguf: &[u8]) -> Result<StarterVision<'static>> {
        let mut cursor = Cursor::new(gguf);
        let content = Content::read(&mut cursor)?;
        let vb = tensors(&content, cursor, &Device::Cpu, |name| {
            name.starts_with("image.")
        })?;
        StarterVision::of(&StarterMetadata(&content), &vb)
    }

    fn of(meta: &StarterMetadata, vb: &VarBuilder<'a>) -> Result<Self> {
        let side = meta.number("image_size")?.to_u32()?;
        let image = vb.pp("image");
        let projection = image.pp("proj");
        Ok(Self {
            network: NetworkSource::of(&meta.blocks()?, &image)?,
            linear: projection.pp("linear"),
            hidden: projection.pp("hidden"),
            output: projection.pp("output"),
            hidden_width: 768,
            dim: meta.size("embedding_length")?,
            preprocess: Preprocess {
                side,
                fit: FitMode::CentreCrop {
                    short_side: side,
                    long_side: Rounding::Nearest,
                },
                filter: ResampleFilter::Bicubic,
                mean: meta.triple("image_mean")?,
                std: meta.triple("image_std")?,
            },
        })
    }
}

/// GGUF metadata with the model's key prefix.
struct StarterMetadata<'a>(&'a Content);

impl StarterMetadata<'_> {
    fn optional(&self, key: &str) -> Option<&Value> {
        self.0.metadata.get(&format!("lumisift-starter.{key}"))
    }

    fn number(&self, key: &str) -> Result<&Value> {
        match self.optional(key) {
            Some(value) => Ok(value),
            None => candle_core::bail!("the model file lacks lumisift-starter.{key}"),
        }
    }

    fn size(&self, key: &str) -> Result<usize> {
        Ok(self.number(key)?.to_u32()? as usize)
    }

    fn sizes(&self, key: &str) -> Result<Vec<usize>> {
        let number = |value: &Value| match value {
            Value::I32(n) => Ok(usize::try_from(*n).unwrap_or_default()),
            other => Ok(other.to_u32()? as usize),
        };
        self.number(key)?.to_vec()?.iter().map(number).collect()
    }

    fn blocks(&self) -> Result<Vec<BlockConfig>> {
        let [kernels, strides, expands, outputs] =
            ["block_kernel", "block_stride", "block_expand", "block_out"]
                .map(|key| self.sizes(key));
        let sizes = kernels?.into_iter().zip(strides?).zip(expands?);
        let config = |(((kernel, stride), expand), outputs)| BlockConfig {
            kernel,
            stride,
            expand,
            outputs,
        };
        Ok(sizes.zip(outputs?).map(config).collect())
    }

    fn triple(&self, key: &str) -> Result<[f32; 3]> {
        let values = self.number(key)?.to_vec()?;
        match values.as_slice() {
            [r, g, b] => Ok([r.to_f32()?, g.to_f32()?, b.to_f32()?]),
            _ => candle_core::bail!("{key} needs three values"),
        }
    }
}

struct StarterImageTower {
    network: EfficientNet,
    linear: Linear,
    hidden: Linear,
    output: Linear,
}

impl StarterImageTower {
    fn load(source: &StarterVision) -> Result<Self> {
        let load = |inputs, outputs, vb| Linear::load(inputs, outputs, WeightFormat::Float, vb);
        let (hidden, dim) = (source.hidden_width, source.dim);
        Ok(Self {
            network: EfficientNet::load(&source.network, &source.preprocess)?,
            linear: load(FEATURES, dim, &source.linear)?,
            hidden: load(FEATURES, hidden, &source.hidden)?,
            output: load(hidden, dim, &source.output)?,
        })
    }

    fn project(&self, features: &Tensor) -> Result<Tensor> {
        let linear = self
            .linear
            .forward(features, Epilogue::Activate(Activation::None))?;
        let hidden = self
            .hidden
            .forward(features, Epilogue::Activate(Activation::Gelu))?;
        normalise_rows(&self.output.forward(&hidden, Epilogue::Add(&linear))?)
    }
}

struct StarterTextTower {
    bert: Bert,
    projection: Linear,
}

impl StarterTextTower {
    fn load(meta: &StarterMetadata, dim: usize, words: QTensor, vb: &VarBuilder) -> Result<Self> {
        let config = BertShape {
            words: 30_522,
            width: 384,
            hidden: 1536,
            layers: meta.size("text_layers")?,
            heads: meta.size("text_heads")?,
            positions: 512,
            kinds: 2,
            epsilon: 1e-12,
        };
        let projection = Linear::load(config.width, dim, WeightFormat::Float, &vb.pp("proj"))?;
        Ok(Self {
            bert: Bert::on_cpu(
                &config,
                TokenEmbeddings::Quantised(words),
                WeightFormat::Float,
                vb,
            )?,
            projection,
        })
    }

    /// Embeds sequences of any lengths by mean pooling of their tokens.
    fn forward(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        let states = self.bert.forward(sequences)?;
        let mut at = 0;
        let mut means = Vec::with_capacity(sequences.len());
        for sequence in sequences {
            means.push(states.narrow(0, at, sequence.len())?.mean_keepdim(0)?);
            at += sequence.len();
        }
        let pooled = normalise_rows(&Tensor::cat(&means, 0)?)?;
        let none = Epilogue::Activate(Activation::None);
        normalise_rows(&self.projection.forward(&pooled, none)?)
    }
}
