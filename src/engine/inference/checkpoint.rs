//! Finds, validates and loads checkpoints in Hugging Face's folder layout.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
#[cfg(feature = "gpu")]
use std::sync::Arc;

use candle_nn::VarBuilder;
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::config::{ConfigError, PreprocessorConfig, VisionConfig};
use super::invalid::InvalidModelFile;
use super::tokenizer::Tokenizer;
use super::weights::Weights;
use super::{
    Embeddings, Fingerprint, Model, ModelError, ModelInfo, TextBatching, computed, embed_sequences,
    encode_all, normalised,
};
use crate::engine::cancel::Cancel;
use crate::engine::files::regular::{open_regular, read_regular};
use crate::engine::inference::device::Device;
use crate::engine::inference::families::Family;
use crate::engine::inference::families::dual_encoder::DualEncoder;
#[cfg(feature = "gpu")]
use crate::engine::inference::gpu::{Context, GpuImageTower, TransformerTower};
use crate::engine::inference::layers::WeightFormat;
use crate::engine::media::preprocess::Crop;
#[cfg(feature = "gpu")]
use crate::engine::media::preprocess::Preprocess;

pub const CONFIG: &str = "config.json";
pub const PREPROCESSOR: &str = "preprocessor_config.json";
pub const TOKENIZER: &str = "tokenizer.json";
/// A WordPiece vocabulary, which older repositories have instead of `tokenizer.json`.
pub const VOCABULARY: &str = "vocab.txt";
pub const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub const WEIGHTS: &str = "model.safetensors";
pub const WEIGHTS_INDEX: &str = "model.safetensors.index.json";
/// Size limit of any file other than weights, in bytes.
const MAX_SMALL: u64 = 256 << 20;
/// Maximum sequence length of texts in tokens: all texts are padded to it, and models use a few hundred at most.
const MAX_TOKENS: usize = 1 << 16;
/// Maximum number of weight shards.
const MAX_SHARDS: usize = 1000;

/// A model loaded from a checkpoint folder.
pub struct FolderModel {
    info: ModelInfo,
    towers: Box<dyn DualEncoder>,
    tokenizer: Tokenizer,
    format: WeightFormat,
    is_english_only: bool,
}

/// Loads the checkpoint in `dir` onto a device.
///
/// # Errors
/// Returns an error if a file is missing, damaged or inconsistent with the others, or the family is not supported.
pub fn load_folder(dir: &Path, device: &Device) -> Result<FolderModel, ModelError> {
    let format = if device.is_cpu() {
        WeightFormat::Float
    } else {
        WeightFormat::Tensor
    };
    load_folder_in(dir, device, format)
}

/// Loads the checkpoint in `dir` onto a device, with the given weight format for the image tower.
///
/// # Errors
/// Same as [`load_folder`].
pub fn load_folder_in(
    dir: &Path,
    device: &Device,
    format: WeightFormat,
) -> Result<FolderModel, ModelError> {
    load_as(dir, device, format, None)
}

/// Like [`load_folder_in`]; a known fingerprint saves hashing all weights.
pub(super) fn load_as(
    dir: &Path,
    device: &Device,
    format: WeightFormat,
    known: Option<Fingerprint>,
) -> Result<FolderModel, ModelError> {
    let invalid = |file: &str, reason: ConfigError| ModelError::Invalid {
        path: dir.join(file),
        reason: reason.into(),
    };
    let family = read_family(dir)?;
    check_sizes(&family).map_err(|reason| invalid(CONFIG, reason))?;
    let side = u32::try_from(family.vision().image_size).unwrap_or(u32::MAX);
    let preprocess = read_json::<PreprocessorConfig>(dir, PREPROCESSOR)?
        .resolve(side)
        .map_err(|reason| invalid(PREPROCESSOR, reason))?;
    let tokenizer = read_tokenizer(dir, &family)?;
    let shards = weight_files(dir)?;
    let weights = Weights::open(&shards).map_err(|e| damaged_weights(&shards, e))?;
    let vb = VarBuilder::from_backend(Box::new(weights), device.dtype(), device.inner().clone());
    let loaded = family
        .load(format, &preprocess, &vb)
        .map_err(|e| damaged_weights(&shards, e))?;
    let info = ModelInfo {
        name: folder_name(dir),
        fingerprint: known.map_or_else(|| fingerprint(dir, &shards), Ok)?,
        dim: family.dim(),
        logit_scale: loaded.logit_scale,
        sigmoid_bias: loaded.sigmoid_bias,
        match_bias: 0.0,
        preprocess,
        gflop_per_image: vision_gflop(family.vision(), family.class_tokens()),
        device: device.facts().clone(),
        int8: None,
    };
    Ok(FolderModel {
        info,
        towers: loaded.towers,
        tokenizer,
        format,
        is_english_only: family.is_english_only(),
    })
}

/// Loads the image tower of the checkpoint in `dir` onto a GPU.
///
/// # Errors
/// Same as [`load_folder`]; also if the GPU fails.
#[cfg(feature = "gpu")]
pub fn load_folder_tower(
    dir: &Path,
    context: &Arc<Context>,
    preprocess: &Preprocess,
) -> Result<GpuImageTower, ModelError> {
    let family = read_family(dir)?;
    let shards = weight_files(dir)?;
    let damaged = |e: candle_core::Error| damaged_weights(&shards, e);
    let weights = Weights::open(&shards).map_err(damaged)?;
    let cpu = candle_core::Device::Cpu;
    let vb = VarBuilder::from_backend(Box::new(weights), candle_core::DType::F32, cpu);
    let source = family.vision_tower(&vb).map_err(damaged)?;
    let tower = TransformerTower::load(context, &source, preprocess).map_err(damaged)?;
    context.check()?;
    Ok(GpuImageTower::new(context.clone(), Box::new(tower)))
}

fn read_family(dir: &Path) -> Result<Family, ModelError> {
    family_of(&dir.join(CONFIG), &read(dir, CONFIG)?)
}

/// Checks that a configuration, to be stored at `path`, is of a supported model family.
///
/// # Errors
/// Returns an error if it cannot be parsed or the family is not supported.
pub fn check_family(path: &Path, config: &[u8]) -> Result<(), ModelError> {
    family_of(path, config).map(|_| ())
}

fn family_of(path: &Path, config: &[u8]) -> Result<Family, ModelError> {
    let path = path.to_path_buf();
    let config: Value = parse_json(&path, config)?;
    let model_type = config["model_type"].as_str().unwrap_or_default().to_owned();
    match Family::read(&model_type, config) {
        Ok(Some(family)) => Ok(family),
        Ok(None) => Err(ModelError::UnsupportedFamily {
            path,
            family: model_type,
        }),
        Err(error) => Err(ModelError::Invalid {
            path,
            reason: error.into(),
        }),
    }
}

/// Loads the folder's tokenizer, or builds one from its vocabulary.
fn read_tokenizer(dir: &Path, family: &Family) -> Result<Tokenizer, ModelError> {
    let mut rules = family.text_rules();
    let file = tokenizer_file(dir);
    let bytes = read(dir, file)?;
    rules.pad = rules
        .pad
        .map(|usual| pad_token(dir, &bytes).unwrap_or(usual));
    let tokenizer = match file {
        VOCABULARY => Tokenizer::from_vocabulary(&bytes, rules),
        _ => Tokenizer::new(&bytes, rules),
    };
    tokenizer.map_err(|error| ModelError::Invalid {
        path: dir.join(file),
        reason: InvalidModelFile::Tokenizer(error),
    })
}

fn tokenizer_file(dir: &Path) -> &'static str {
    let only_vocabulary = !dir.join(TOKENIZER).exists() && dir.join(VOCABULARY).exists();
    if only_vocabulary {
        VOCABULARY
    } else {
        TOKENIZER
    }
}

/// The padding token: the one named in `tokenizer_config.json`, or else `<pad>`. The numeric id in configurations is
/// not always correct.
fn pad_token(dir: &Path, tokenizer: &[u8]) -> Option<u32> {
    let config = read_json::<Value>(dir, TOKENIZER_CONFIG).unwrap_or_default();
    let named = &config["pad_token"];
    let name = named.as_str().or_else(|| named["content"].as_str());
    Tokenizer::id(tokenizer, name.unwrap_or("<pad>"))
}

impl FolderModel {
    /// Records the accuracy of the int8 embeddings.
    pub(super) fn set_accuracy(&mut self, accuracy: super::Accuracy) {
        self.info.int8 = Some(accuracy);
    }

    /// Token ids of a text, padded with `pad` to the model's sequence length.
    ///
    /// # Errors
    /// Returns an error if the tokenizer rejects the text.
    pub fn token_ids(&self, text: &str, pad: u32) -> Result<Vec<u32>, ModelError> {
        self.tokenizer
            .encode_padded(text, pad)
            .map_err(|reason| ModelError::Text {
                text: text.into(),
                reason,
            })
    }
}

impl Model for FolderModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn is_english_only(&self) -> bool {
        self.is_english_only
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        // Each core runs its share of the batch through all layers. Synchronising after every layer would leave cores
        // idle while an image decoder occupies one of them.
        let share = match self.format {
            WeightFormat::Tensor => crops.len(),
            _ => crops.len().div_ceil(rayon::current_num_threads()),
        };
        let shares = crops.par_chunks(share.max(1)).map(|crops| {
            let vectors = self
                .towers
                .embed_images(crops, &self.info.preprocess, cancel);
            normalised(&computed(vectors, cancel)?)
        });
        let shares = shares.collect::<Result<Vec<_>, _>>()?;
        Ok(Embeddings {
            dim: self.info.dim,
            values: shares.into_iter().flat_map(|share| share.values).collect(),
        })
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        let sequences = encode_all(&self.tokenizer, texts)?;
        embed_sequences(
            &sequences,
            self.info.dim,
            TextBatching::OneLength,
            |tokens| self.towers.embed_tokens(tokens),
        )
    }
}

/// Display name of a checkpoint folder: the repository name for a Hugging Face cache entry, otherwise the last
/// component of the canonical path ("." has none of its own).
pub fn folder_name(dir: &Path) -> String {
    if let Some(name) = cached_repository(dir) {
        return name.to_owned();
    }
    let full = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    full.file_name()
        .unwrap_or(full.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The repository name of a folder in Hugging Face's cache; the folder's own name is only a commit hash.
fn cached_repository(dir: &Path) -> Option<&str> {
    let snapshots = dir.parent()?;
    let repository = snapshots.parent()?.file_name()?.to_str()?;
    let repository = repository.strip_prefix("models--")?;
    let name = repository
        .rsplit("--")
        .next()
        .filter(|name| !name.is_empty());
    name.filter(|_| {
        snapshots
            .file_name()
            .is_some_and(|name| name == "snapshots")
    })
}

fn read(dir: &Path, file: &str) -> Result<Vec<u8>, ModelError> {
    let path = dir.join(file);
    read_regular(&path, MAX_SMALL).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => ModelError::MissingFile {
            dir: dir.into(),
            file: file.into(),
        },
        _ => ModelError::Io { path, source },
    })
}

fn read_json<T: DeserializeOwned>(dir: &Path, file: &str) -> Result<T, ModelError> {
    parse_json(&dir.join(file), &read(dir, file)?)
}

fn parse_json<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, ModelError> {
    serde_json::from_slice(bytes).map_err(|e| ModelError::Invalid {
        path: path.into(),
        reason: e.into(),
    })
}

fn check_sizes(family: &Family) -> Result<(), ConfigError> {
    let (v, rules) = (family.vision(), family.text_rules());
    let (text_width, text_heads) = family.text_heads();
    let towers = [
        ("vision", v.hidden_size, v.num_attention_heads),
        ("text", text_width, text_heads),
    ];
    for (tower, width, heads) in towers {
        if heads == 0 || width == 0 || !width.is_multiple_of(heads) || width / heads > 256 {
            return Err(ConfigError::Heads {
                tower,
                width,
                heads,
            });
        }
    }
    if family.dim() == 0 || v.intermediate_size == 0 {
        return Err(ConfigError::NoValues);
    }
    if v.patch_size == 0 || v.image_size < v.patch_size || v.image_size > 4096 {
        return Err(ConfigError::Patches {
            patch: v.patch_size,
            side: v.image_size,
        });
    }
    if rules.vocabulary == 0 || rules.max_tokens < 2 {
        return Err(ConfigError::NoTexts);
    }
    if rules.max_tokens > MAX_TOKENS {
        return Err(ConfigError::TooLongTexts(rules.max_tokens));
    }
    Ok(())
}

#[derive(Deserialize)]
struct WeightsIndex {
    weight_map: std::collections::HashMap<String, String>,
}

/// The single weight file, or the shards listed in the index.
fn weight_files(dir: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let single = dir.join(WEIGHTS);
    if single.exists() {
        return Ok(vec![single]);
    }
    if !dir.join(WEIGHTS_INDEX).exists() {
        return Err(ModelError::MissingFile {
            dir: dir.into(),
            file: WEIGHTS.into(),
        });
    }
    let names = shard_names(&dir.join(WEIGHTS_INDEX), &read(dir, WEIGHTS_INDEX)?)?;
    let shard = |name: String| {
        let path = dir.join(&name);
        if !path.exists() {
            return Err(ModelError::MissingFile {
                dir: dir.into(),
                file: name,
            });
        }
        Ok(path)
    };
    names.into_iter().map(shard).collect()
}

/// Names of the shards listed in an index, to be stored at `path`.
///
/// # Errors
/// Returns an error if the index cannot be parsed, lists too many shards, or names a file outside its folder.
pub fn shard_names(path: &Path, index: &[u8]) -> Result<BTreeSet<String>, ModelError> {
    let index: WeightsIndex = parse_json(path, index)?;
    let names: BTreeSet<String> = index.weight_map.into_values().collect();
    let inside = |name: &&String| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        name.chars().all(allowed) && !name.starts_with('.') && name.ends_with(".safetensors")
    };
    if names.len() > MAX_SHARDS {
        return Err(ModelError::Invalid {
            path: path.into(),
            reason: InvalidModelFile::TooManyShards(names.len()),
        });
    }
    match names.iter().find(|name| !inside(name)) {
        None => Ok(names),
        Some(name) => Err(ModelError::Invalid {
            path: path.into(),
            reason: InvalidModelFile::ForeignShard(name.clone()),
        }),
    }
}

fn damaged_weights(shards: &[PathBuf], error: candle_core::Error) -> ModelError {
    ModelError::Invalid {
        path: shards.first().cloned().unwrap_or_default(),
        reason: InvalidModelFile::Weights(Box::new(error)),
    }
}

/// Fingerprint of the checkpoint in a folder.
///
/// # Errors
/// Returns an error if one of its files cannot be read.
pub fn folder_fingerprint(dir: &Path) -> Result<Fingerprint, ModelError> {
    fingerprint(dir, &weight_files(dir)?)
}

/// Hashes everything that affects the embeddings.
fn fingerprint(dir: &Path, shards: &[PathBuf]) -> Result<Fingerprint, ModelError> {
    let mut hasher = blake3::Hasher::new();
    for file in [CONFIG, PREPROCESSOR, tokenizer_file(dir)] {
        hasher.update(blake3::hash(&read(dir, file)?).as_bytes());
    }
    for path in shards {
        hash_file(&mut hasher, path).map_err(|source| ModelError::Io {
            path: path.clone(),
            source,
        })?;
    }
    Ok(Fingerprint(*hasher.finalize().as_bytes()))
}

/// Hashes a file in chunks; a memory-mapped file would count towards the process's memory usage.
fn hash_file(hasher: &mut blake3::Hasher, path: &Path) -> std::io::Result<()> {
    let mut file = open_regular(path)?;
    let mut piece = vec![0; 8 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            read => hasher.update_rayon(&piece[..read]),
        };
    }
}

/// GFLOP per image of the image tower: twice the multiply-adds of projections and attention.
fn vision_gflop(v: &VisionConfig, class_tokens: usize) -> f64 {
    let tokens = ((v.image_size / v.patch_size).pow(2) + class_tokens) as f64;
    let (width, hidden) = (v.hidden_size as f64, v.intermediate_size as f64);
    let layer =
        tokens * (4.0 * width * width + 2.0 * width * hidden) + 2.0 * tokens * tokens * width;
    let patches = tokens * width * 3.0 * (v.patch_size * v.patch_size) as f64;
    2e-9 * (v.num_hidden_layers as f64 * layer + patches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_no_model_has_are_refused() {
        let check = |config: &str| {
            let config = serde_json::from_str(config).expect("JSON");
            let family = Family::read("clip", config).expect("a configuration");
            check_sizes(&family.expect("a known family"))
        };
        assert_eq!(check("{}"), Ok(()));
        let empty = r#"{"projection_dim":0}"#;
        assert_eq!(check(empty), Err(ConfigError::NoValues));
        let long = r#"{"text_config":{"max_position_embeddings":99999}}"#;
        assert_eq!(check(long), Err(ConfigError::TooLongTexts(99_999)));
    }

    #[test]
    fn a_folder_of_a_cache_is_called_by_its_repository() {
        let commit = Path::new("/hub/models--openai--clip-x/snapshots/abc");
        assert_eq!(folder_name(commit), "clip-x");
        assert_eq!(folder_name(Path::new("/models/mine")), "mine");
    }
}
