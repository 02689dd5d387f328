//! The starter model: EfficientNet-Lite2 and all-MiniLM-L6-v2 under projections trained with CLIP's
//! objective. Small enough to be compiled in; `assets/starter/README.md` describes it.

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

/// The token embeddings.
const WORDS: &str = "text.embeddings.word_embeddings.weight";

/// Both towers.
pub struct Starter {
    image: StarterImageTower,
    text: StarterTextTower,
    /// The factor s between cosine and logit.
    pub logit_scale: f32,
    /// What a label's logit is raised by before it is weighed against the background.
    pub match_bias: f32,
    /// How pictures are prepared.
    pub preprocess: Preprocess,
    /// Width of the common space.
    pub dim: usize,
    /// Tokens after which texts are cut.
    pub max_tokens: usize,
}

impl Starter {
    /// Loads the model from the bytes of its GGUF file.
    ///
    /// # Errors
    /// If the bytes are not that file.
    pub fn load(gguf: &[u8], device: &Device) -> Result<Self> {
        let mut cursor = Cursor::new(gguf);
        let content = Content::read(&mut cursor)?;
        // Token embeddings are two thirds of all weights, and a text needs a few rows.
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

    /// Image vectors, normalised: batch x dim.
    ///
    /// # Errors
    /// If a crop has the wrong size, memory is short, or the work was cancelled.
    pub fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Tensor> {
        self.image.project(&self.image_features(crops, cancel)?)
    }

    /// Pooled features of the image tower before its projection: batch x 1,280.
    ///
    /// # Errors
    /// As [`Self::embed_images`].
    pub fn image_features(&self, crops: &[Crop], cancel: &Cancel) -> Result<Tensor> {
        let network = &self.image.network;
        network.features(crops, &self.preprocess, cancel)
    }

    /// Text vectors of token sequences of one length, normalised: batch x dim.
    ///
    /// # Errors
    /// If memory is short.
    pub fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor> {
        self.text.forward(tokens)
    }
}

/// Tensors of a model file in full precision: those that are `wanted`.
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

/// What the image tower is made of, for the CPU and for graphics cards.
pub struct StarterVision<'a> {
    /// Up to the features.
    pub network: NetworkSource<'a>,
    /// From the features to a vector.
    pub linear: VarBuilder<'a>,
    /// From the features to a hidden layer.
    pub hidden: VarBuilder<'a>,
    /// From that to what is added to the vector.
    pub output: VarBuilder<'a>,
    /// Width of the hidden layer.
    pub hidden_width: usize,
    /// Width of the vector.
    pub dim: usize,
    /// How pictures are prepared.
    pub preprocess: Preprocess,
}

impl<'a> StarterVision<'a> {
    /// The image tower alone out of the bytes of the model's GGUF file.
    ///
    /// # Errors
    /// If the bytes are not that file.
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

/// The file's metadata under the model's own prefix.
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

    /// Sequences of any lengths, each the mean of its tokens.
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
