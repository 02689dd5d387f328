//! SigLIP (Zhai et al. 2023, <https://arxiv.org/abs/2303.15343>) and the fixed-resolution SigLIP 2
//! (Tschannen et al. 2025, <https://arxiv.org/abs/2502.14786>) in Hugging Face's layout.
//!
//! What sets it apart from CLIP: no class token, but a head that pools the patches by attention; texts
//! padded to the full length and read at their last position; a score that is a sigmoid with a bias.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::{VarBuilder, ops};

use super::text_tower::TextTower;
use super::transformer::{Encoder, EncoderConfig};
use crate::engine::cancel::Cancel;
use crate::engine::inference::config::SiglipConfig;
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::families::dual_encoder::DualEncoder;
use crate::engine::inference::layers::{Epilogue, LayerNorm, Linear, WeightFormat};
use crate::engine::inference::patches::PatchEmbedding;
use crate::engine::media::preprocess::{Crop, Preprocess};

/// Both towers.
pub struct Siglip {
    vision: VisionTower,
    text: TextTower,
    /// `exp` of the checkpoint's `logit_scale`.
    pub logit_scale: f32,
    /// The bias b of its score, `sigmoid(s v.t + b)`.
    pub logit_bias: f32,
}

impl Siglip {
    /// Loads the towers from a checkpoint.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape than the configuration says.
    pub fn load(
        config: &SiglipConfig,
        form: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let scalar = |name: &str| -> Result<f32> {
            let value = vb.get(1, name)?.to_dtype(DType::F32)?;
            value.squeeze(0)?.to_scalar()
        };
        let text = &config.text_config;
        let full = form.in_full();
        let head = vb.pp("text_model.head");
        let head = Linear::load(text.hidden_size, config.dim(), full, &head)?;
        Ok(Self {
            vision: VisionTower::load(config, form, spec, vb)?,
            text: TextTower::load(text, false, head, full, &vb.pp("text_model"))?,
            logit_scale: scalar("logit_scale")?.exp(),
            logit_bias: scalar("logit_bias")?,
        })
    }
}

impl DualEncoder for Siglip {
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        self.vision.forward(crops, spec, cancel)
    }

    fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor> {
        self.text.forward(tokens)
    }
}

struct VisionTower {
    /// With its bias added to the positions.
    patches: PatchEmbedding,
    encoder: Encoder,
    post_norm: LayerNorm,
    head: PoolingHead,
}

impl VisionTower {
    fn load(
        config: &SiglipConfig,
        form: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let c = &config.vision_config;
        let vision = vb.pp("vision_model");
        let embeddings = vision.pp("embeddings");
        let (width, patch) = (c.hidden_size, c.patch_size);
        let tokens = (c.image_size / patch).pow(2);
        let weight = embeddings.get((width, 3, patch, patch), "patch_embedding.weight")?;
        let bias = embeddings.get(width, "patch_embedding.bias")?;
        let positions = embeddings.get((tokens, width), "position_embedding.weight")?;
        let encoder = c.encoder();
        let positions = positions.broadcast_add(&bias)?;
        let norm = vision.pp("post_layernorm");
        Ok(Self {
            patches: PatchEmbedding::new(&weight, positions, 0, form, spec)?,
            head: PoolingHead::load(&encoder, form.in_full(), &vision.pp("head"))?,
            encoder: Encoder::load(encoder, form, &vision.pp("encoder"))?,
            post_norm: LayerNorm::load(width, c.layer_norm_eps, form, &norm)?,
        })
    }

    fn forward(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        let (tokens, _) = self.patches.size()?;
        let x = self.patches.forward(crops, spec)?;
        let x = self.encoder.forward_all(x, tokens, cancel)?;
        self.head.forward(&self.post_norm.forward(&x)?, tokens)
    }
}

/// Pools tokens by the attention of one learned query, then a feed-forward part.
struct PoolingHead {
    heads: usize,
    /// The learned query, projected and scaled: heads x 1 x width of a head.
    query: Tensor,
    keys: Linear,
    values: Linear,
    out: Linear,
    norm: LayerNorm,
    rise: Linear,
    fall: Linear,
    activation: Activation,
}

impl PoolingHead {
    fn load(config: &EncoderConfig, form: WeightFormat, vb: &VarBuilder) -> Result<Self> {
        let EncoderConfig {
            width,
            hidden,
            heads,
            ..
        } = *config;
        let attention = vb.pp("attention");
        // PyTorch keeps the three projections in one tensor.
        let weight = attention.get((3 * width, width), "in_proj_weight")?;
        let bias = attention.get(3 * width, "in_proj_bias")?;
        let part = |n: usize| {
            let weight = weight.narrow(0, n * width, width)?;
            Linear::new(&weight, Some(bias.narrow(0, n * width, width)?), form)
        };
        let probe = vb.get((1, 1, width), "probe")?.reshape((1, width))?;
        let query = part(0)?.forward(&probe, Epilogue::Activate(Activation::None))?;
        let size = width / heads;
        let scale = (size as f64).sqrt().recip();
        Ok(Self {
            heads,
            query: (query.reshape((heads, 1, size))? * scale)?,
            keys: part(1)?,
            values: part(2)?,
            out: Linear::load(width, width, form, &attention.pp("out_proj"))?,
            norm: LayerNorm::load(width, config.epsilon, form, &vb.pp("layernorm"))?,
            rise: Linear::load(width, hidden, form, &vb.pp("mlp.fc1"))?,
            fall: Linear::load(hidden, width, form, &vb.pp("mlp.fc2"))?,
            activation: config.activation,
        })
    }

    /// (batch x tokens) x width to batch x width.
    fn forward(&self, x: &Tensor, tokens: usize) -> Result<Tensor> {
        let (rows, width) = x.dims2()?;
        let (batch, size) = (rows / tokens, width / self.heads);
        let plain = Epilogue::Activate(Activation::None);
        let by_head = |x: Tensor| {
            x.reshape((batch, tokens, self.heads, size))?
                .transpose(1, 2)?
                .contiguous()
        };
        let keys = by_head(self.keys.forward(x, plain)?)?;
        let values = by_head(self.values.forward(x, plain)?)?;
        let query = self
            .query
            .unsqueeze(0)?
            .broadcast_as((batch, self.heads, 1, size))?;
        let scores = query.contiguous()?.matmul(&keys.t()?)?;
        let pooled = ops::softmax(&scores, D::Minus1)?.matmul(&values)?;
        let pooled = self.out.forward(&pooled.reshape((batch, width))?, plain)?;
        let rise = Epilogue::Activate(self.activation);
        let hidden = self.rise.forward(&self.norm.forward(&pooled)?, rise)?;
        self.fall.forward(&hidden, Epilogue::Add(&pooled))
    }
}
