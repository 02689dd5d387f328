//! A download from a single hub: listing a model's files, downloading and accepting them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::ATTEMPTS;
use super::{DownloadError, DownloadRequest, ORIGIN, Origin, io};
use crate::engine::cancel::Cancel;
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::hub::download::progress::{DownloadStage, ProgressReporter};
use crate::engine::hub::download::staging::{self, length};
use crate::engine::hub::endpoint::{Checksum, Hub, RemoteFile};
use crate::engine::hub::http::{Client, HttpError, address, host};
use crate::engine::inference::checkpoint;
use crate::engine::inference::device::Device;

/// Disk space that must remain free, in bytes.
const MIN_FREE_SPACE: u64 = 64 << 20;
/// Extension of weights files.
const WEIGHTS_ENDING: &str = ".safetensors";
/// Size limit in bytes of any other file.
const MAX_SMALL: u64 = 128 << 20;
/// Files that every model needs.
const NEEDED: [&str; 2] = [checkpoint::CONFIG, checkpoint::PREPROCESSOR];
/// Files of which a model needs one.
const TOKENIZERS: [&str; 2] = [checkpoint::TOKENIZER, checkpoint::VOCABULARY];

/// An attempt to download a model from a single hub.
pub struct DownloadSession<'a, 't> {
    pub(super) order: &'a DownloadRequest,
    pub(super) cancel: &'a Cancel,
    pub(super) hub: Hub,
    /// The staging folder.
    pub(super) dir: PathBuf,
    pub(super) reporter: &'a mut ProgressReporter<'t>,
}

/// A file to download.
pub struct WantedFile {
    pub name: String,
    pub remote: RemoteFile,
    /// Size limit in bytes if the hub does not state the size.
    pub most: u64,
}

impl<'a, 't> DownloadSession<'a, 't> {
    /// Prepares an attempt without sending requests.
    pub fn new(
        order: &'a DownloadRequest,
        endpoint: &str,
        dir: &Path,
        cancel: &'a Cancel,
        reporter: &'a mut ProgressReporter<'t>,
    ) -> Self {
        let token = order.token.as_ref().map(|token| token.secret_for(endpoint));
        Self {
            order,
            cancel,
            hub: Hub {
                endpoint: endpoint.into(),
                repo: order.repo.clone(),
                revision: String::new(),
                token: token.flatten().map(ToOwned::to_owned),
                client: Client::new(order.timeouts),
            },
            dir: dir.into(),
            reporter,
        }
    }

    fn manual_instructions(&self) -> String {
        let folder = self.order.repo.folder(&self.order.models);
        format!(
            "put config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json and model.safetensors into {}",
            folder.display()
        )
    }

    pub(super) fn failed(&self, error: HttpError) -> DownloadError {
        let manual_instructions = self.manual_instructions();
        match error {
            HttpError::Cancelled => DownloadError::Cancelled,
            HttpError::Status { host, status } => DownloadError::Refused {
                host,
                repo: self.order.repo.as_str().into(),
                status,
                advice: match status {
                    401 | 403 => "it requires an account: set its token in the variable HF_TOKEN",
                    404 => "check the name",
                    429 => "it received too many requests, try again in a while",
                    _ => "try again later",
                },
                manual_instructions,
            },
            cause @ HttpError::Redirect { .. } => DownloadError::Redirect {
                cause,
                manual_instructions,
            },
            cause => DownloadError::Unreachable {
                cause,
                manual_instructions,
            },
        }
    }

    fn missing(&self, file: &str, advice: &'static str) -> DownloadError {
        DownloadError::Missing {
            repo: self.order.repo.as_str().into(),
            file: file.into(),
            host: host(&self.hub.endpoint),
            advice,
        }
    }

    pub(super) fn damaged(&self, file: &str, reason: impl Into<String>) -> DownloadError {
        DownloadError::Damaged {
            file: file.into(),
            host: host(&self.hub.endpoint),
            reason: reason.into(),
        }
    }

    /// Downloads all required files to `dir`.
    pub fn all(&mut self) -> Result<(), DownloadError> {
        staging::make_folder(&self.dir)?;
        let files = self.plan()?;
        let sizes = files.iter().filter_map(|file| file.remote.size);
        self.reporter.download_progress.total = sizes.fold(0, u64::saturating_add);
        self.check_space(&files)?;
        for file in &files {
            self.fetch(file)?;
        }
        Ok(())
    }

    /// The files of the first revision that has safetensors.
    fn plan(&mut self) -> Result<Vec<WantedFile>, DownloadError> {
        let mut revisions = self.order.revisions.clone();
        let mut tried_conversion = false;
        let mut last = None;
        while !revisions.is_empty() {
            self.hub.revision = revisions.remove(0);
            match self.files() {
                Err(error @ DownloadError::Missing { .. }) => last = Some(error),
                done => return done,
            }
            if revisions.is_empty() && !tried_conversion {
                tried_conversion = true;
                let converted = self.hub.conversion(self.cancel);
                revisions.extend(converted.map_err(|e| self.failed(e))?);
            }
        }
        Err(last.unwrap_or_else(|| self.missing("config.json", "check the name")))
    }

    fn file_info(&self, name: &str) -> Result<Option<WantedFile>, DownloadError> {
        let seen = self.retry(|| self.hub.file_info(name, self.cancel))?;
        let most = match name.ends_with(WEIGHTS_ENDING) {
            true => self.order.max_weights_bytes,
            false => MAX_SMALL,
        };
        let Some(remote) = seen else { return Ok(None) };
        if let Some(size) = remote.size.filter(|size| most == MAX_SMALL && *size > most) {
            return Err(self.damaged(
                name,
                format!("{size} bytes are more than this file may have"),
            ));
        }
        Ok(Some(WantedFile {
            name: name.into(),
            remote,
            most,
        }))
    }

    fn files(&self) -> Result<Vec<WantedFile>, DownloadError> {
        let mut files = Vec::new();
        for name in NEEDED {
            let advice = "it is not a CLIP model in Hugging Face's layout, or the name is wrong";
            files.push(
                self.file_info(name)?
                    .ok_or_else(|| self.missing(name, advice))?,
            );
        }
        // Check that the model family is supported before downloading gigabytes.
        let config = self.retry(|| self.hub.read(checkpoint::CONFIG, self.cancel))?;
        let path = self.dir.join(checkpoint::CONFIG);
        checkpoint::check_family(&path, &config)?;
        let mut tokenizers = TOKENIZERS.into_iter();
        let tokenizer = loop {
            let Some(name) = tokenizers.next() else {
                let advice = "a model without a tokenizer cannot read labels";
                return Err(self.missing(checkpoint::TOKENIZER, advice));
            };
            if let Some(found) = self.file_info(name)? {
                break found;
            }
        };
        files.push(tokenizer);
        files.extend(self.file_info(checkpoint::TOKENIZER_CONFIG)?);
        files.extend(self.weights()?);
        Ok(files)
    }

    fn weights(&self) -> Result<Vec<WantedFile>, DownloadError> {
        if let Some(mut single) = self.file_info(checkpoint::WEIGHTS)? {
            if let Some(known) = &self.order.sha256 {
                single.remote.checksum = Some(Checksum::Sha256(known.clone()));
            }
            return Ok(vec![single]);
        }
        if self.order.sha256.is_some() {
            // Shards would not be covered by the catalogue's checksum.
            let advice = "this hub does not have the weights that the catalogue lists";
            return Err(self.missing(checkpoint::WEIGHTS, advice));
        }
        let advice = "it has only pickled weights, which are never read";
        let index = self
            .file_info(checkpoint::WEIGHTS_INDEX)?
            .ok_or_else(|| self.missing(checkpoint::WEIGHTS, advice))?;
        let bytes = self.retry(|| self.hub.read(checkpoint::WEIGHTS_INDEX, self.cancel))?;
        let path = self.dir.join(checkpoint::WEIGHTS_INDEX);
        let shards: BTreeSet<String> = checkpoint::shard_names(&path, &bytes)?;
        let mut files = vec![index];
        for shard in shards {
            let found = self.file_info(&shard)?;
            files.push(found.ok_or_else(|| {
                self.missing(
                    &shard,
                    "its index lists it, so the repository is incomplete",
                )
            })?);
        }
        Ok(files)
    }

    fn check_space(&self, files: &[WantedFile]) -> Result<(), DownloadError> {
        let here = |file: &WantedFile| {
            let arrived = [self.dir.join(&file.name), self.part(&file.name)];
            arrived.iter().map(|path| length(path)).max().unwrap_or(0)
        };
        let left = |file: &WantedFile| file.remote.size.unwrap_or(0).saturating_sub(here(file));
        let needed = files.iter().map(left).fold(0, u64::saturating_add);
        self.require_free_space(needed)
    }

    /// Returns an error if the disk does not have this many free bytes.
    pub(super) fn require_free_space(&self, bytes: u64) -> Result<(), DownloadError> {
        let needed = bytes.saturating_add(MIN_FREE_SPACE);
        let free = fs4::available_space(&self.dir).map_err(io(&self.dir))?;
        if free < needed {
            return Err(DownloadError::Space {
                dir: self.order.models.clone(),
                needed,
                free,
            });
        }
        Ok(())
    }

    /// Retries a request after transient failures.
    fn retry<T>(&self, ask: impl Fn() -> Result<T, HttpError>) -> Result<T, DownloadError> {
        let mut failures = 0;
        loop {
            let error = match ask() {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            let passing = match &error {
                HttpError::Status { status, .. } => *status == 429 || *status >= 500,
                HttpError::Broken { .. } => true,
                // A host that is unreachable twice is unlikely to recover within seconds.
                HttpError::Unreachable { .. } => failures == 1,
                _ => false,
            };
            if !passing || failures >= ATTEMPTS {
                return Err(self.failed(error));
            }
            self.sleep(self.order.backoff * 2u32.pow(failures - 1))?;
        }
    }

    pub(super) fn sleep(&self, time: Duration) -> Result<(), DownloadError> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if self.cancel.is_cancelled() {
                return Err(DownloadError::Cancelled);
            }
            std::thread::sleep(Duration::from_millis(20).min(time));
        }
        Ok(())
    }

    /// Loads the model as a test, and renames its folder to the final name.
    pub fn accept(&mut self, done: &Path) -> Result<(), DownloadError> {
        self.reporter.download_progress.step = DownloadStage::Checking;
        self.reporter.report();
        checkpoint::load_folder(&self.dir, &Device::cpu())?;
        let origin = Origin {
            repo: self.order.repo.as_str().into(),
            revision: self.hub.revision.clone(),
            endpoint: address::without_credentials(&self.hub.endpoint),
        };
        let note = self.dir.join(ORIGIN);
        let text = serde_json::to_vec_pretty(&origin).map_err(|e| io(&note)(e.into()))?;
        atomic_write(&note, &text).map_err(io(&note))?;
        staging::give_name(&self.dir, done)
    }
}
