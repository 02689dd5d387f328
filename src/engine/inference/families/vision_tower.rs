//! The image tower of the transformer families on the CPU or another candle device.

use candle_core::{D, Result, Tensor};
use candle_nn::ops;

use super::transformer::{Encoder, EncoderConfig};
use super::vision::{PoolingHeadSource, VisionHead, VisionTransformer};
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::layers::{Epilogue, LayerNorm, Linear, WeightFormat};
use crate::engine::inference::patches::PatchEmbedding;
use crate::engine::media::preprocess::{Crop, Preprocess};

/// An image tower, built from the family's description.
pub(in crate::engine::inference) struct VisionTower {
    patches: PatchEmbedding,
    pre_norm: Option<LayerNorm>,
    encoder: Encoder,
    post_norm: LayerNorm,
    head: ProjectionHead,
}

enum ProjectionHead {
    Class(Linear),
    Pooling(Box<PoolingHead>),
}

impl VisionTower {
    /// Loads the tower.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub(in crate::engine::inference) fn load(
        source: VisionTransformer,
        format: WeightFormat,
        spec: &Preprocess,
    ) -> Result<Self> {
        let VisionTransformer {
            encoder: config,
            class_tokens,
            ..
        } = source;
        let (width, full) = (config.width, format.in_full());
        let norm = |vb| LayerNorm::load(width, config.epsilon, format, vb);
        let (head, encoder) = match &source.head {
            VisionHead::Class(projection) => (
                ProjectionHead::Class(Linear::load_without_bias(
                    width, source.dim, full, projection,
                )?),
                Encoder::load_for_single_query(config, format, &source.layers)?,
            ),
            VisionHead::Pooling(pooling) => (
                ProjectionHead::Pooling(Box::new(PoolingHead::load(&config, full, pooling)?)),
                Encoder::load(config, format, &source.layers)?,
            ),
        };
        Ok(Self {
            patches: PatchEmbedding::new(
                &source.patches,
                source.positions,
                class_tokens,
                format,
                spec,
            )?,
            pre_norm: source.pre_norm.as_ref().map(norm).transpose()?,
            encoder,
            post_norm: norm(&source.post_norm)?,
            head,
        })
    }

    /// Embeddings before normalisation: batch x dim.
    ///
    /// # Errors
    /// Returns an error if a crop has the wrong size, memory runs out, or the work was cancelled.
    pub(in crate::engine::inference) fn forward(
        &self,
        crops: &[Crop],
        spec: &Preprocess,
        cancel: &Cancel,
    ) -> Result<Tensor> {
        let (tokens, _) = self.patches.size()?;
        let mut x = self.patches.forward(crops, spec)?;
        if let Some(norm) = &self.pre_norm {
            x = norm.forward(&x)?;
        }
        match &self.head {
            ProjectionHead::Class(projection) => {
                let x = self.encoder.forward(x, tokens, 0, cancel)?;
                let x = self.post_norm.forward(&x)?;
                projection.forward(&x, Epilogue::Activate(Activation::None))
            }
            ProjectionHead::Pooling(head) => {
                let x = self.encoder.forward_all(x, tokens, cancel)?;
                head.forward(&self.post_norm.forward(&x)?, tokens)
            }
        }
    }
}

/// Attention pooling with one learned query, followed by an MLP.
struct PoolingHead {
    heads: usize,
    /// The learned query after projection and scaling: heads x 1 x head size.
    query: Tensor,
    keys: Linear,
    values: Linear,
    out: Linear,
    norm: LayerNorm,
    up_projection: Linear,
    down_projection: Linear,
    activation: Activation,
}

impl PoolingHead {
    fn load(
        config: &EncoderConfig,
        format: WeightFormat,
        source: &PoolingHeadSource,
    ) -> Result<Self> {
        let EncoderConfig {
            width,
            hidden,
            heads,
            ..
        } = *config;
        let part = |n: usize| {
            let weight = source.weight.narrow(0, n * width, width)?;
            Linear::new(
                &weight,
                Some(source.bias.narrow(0, n * width, width)?),
                format,
            )
        };
        let query = part(0)?.forward(&source.probe, Epilogue::Activate(Activation::None))?;
        let size = width / heads;
        let scale = (size as f64).sqrt().recip();
        Ok(Self {
            heads,
            query: (query.reshape((heads, 1, size))? * scale)?,
            keys: part(1)?,
            values: part(2)?,
            out: Linear::load(width, width, format, &source.out)?,
            norm: LayerNorm::load(width, config.epsilon, format, &source.norm)?,
            up_projection: Linear::load(width, hidden, format, &source.up_projection)?,
            down_projection: Linear::load(hidden, width, format, &source.down_projection)?,
            activation: config.activation,
        })
    }

    /// Maps (batch x tokens) x width to batch x width.
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
        let up_projection = Epilogue::Activate(self.activation);
        let hidden = self
            .up_projection
            .forward(&self.norm.forward(&pooled)?, up_projection)?;
        self.down_projection
            .forward(&hidden, Epilogue::Add(&pooled))
    }
}
