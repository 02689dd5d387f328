//! Model downloads: resumable, verified and atomic.
//!
//! Files are downloaded to a staging folder beside the final one, under temporary names until length and checksum are
//! verified. The model is then loaded as a test, and the folder is renamed only if that succeeds. Only one process at a
//! time downloads a model; others wait and then find it installed. Only JSON, vocabularies and safetensors are
//! downloaded, never pickles.

mod fetch;
mod progress;
mod session;
mod staging;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::catalog;
use crate::engine::cancel::Cancel;
use crate::engine::files::regular::read_regular;
use crate::engine::hub::endpoint::{RepoId, Token};
use crate::engine::hub::http::{HttpError, Timeouts};
use crate::engine::hub::model_files::is_complete;
use crate::engine::inference::ModelError;
use crate::engine::plural::{bytes_rounded_down, bytes_rounded_up};

use progress::ProgressReporter;
pub use progress::{DownloadProgress, DownloadStage};
use session::DownloadSession;
use staging::DownloadTurn;

/// The default branch.
const MAIN: &str = "main";
/// Size limit in bytes of a weights file whose size neither the hub nor the catalogue states.
const MAX_WEIGHTS: u64 = 16 << 30;
/// Number of consecutive attempts at a file without progress before giving up.
const ATTEMPTS: u32 = 5;
/// Delay before the first retry.
const BACKOFF: Duration = Duration::from_millis(500);
/// Extension of a staging folder.
pub const ARRIVING: &str = "part";
/// File that records the origin of a downloaded model.
const ORIGIN: &str = "lumisift.json";
/// Size limit of that file in bytes.
const MAX_ORIGIN: u64 = 64 << 10;

/// What to download, and from where.
#[derive(Clone)]
pub struct DownloadRequest {
    /// The repository.
    pub repo: RepoId,
    /// Revisions in order of precedence.
    pub revisions: Vec<String>,
    /// SHA-256 of the weights, if known in advance.
    pub sha256: Option<String>,
    /// Size limit in bytes of a weights file whose size the hub does not state.
    pub max_weights_bytes: u64,
    /// URLs of hubs in order of precedence.
    pub endpoints: Vec<String>,
    /// Access token, and the hub that it is for.
    pub token: Option<Token>,
    /// The models folder.
    pub models: PathBuf,
    /// Delay before the first retry; doubled for each further one.
    pub backoff: Duration,
    /// Timeouts of requests.
    pub timeouts: Timeouts,
}

impl DownloadRequest {
    /// The default settings for a repository, with the data of its catalogue entry.
    #[must_use]
    pub fn new(repo: RepoId, endpoints: Vec<String>, models: PathBuf) -> Self {
        let entry = catalog::find(repo.as_str());
        let mut revisions: Vec<String> = entry.map(|e| e.revision.to_owned()).into_iter().collect();
        if revisions.first().is_none_or(|revision| revision != MAIN) {
            revisions.push(MAIN.into());
        }
        Self {
            repo,
            revisions,
            sha256: entry.and_then(|e| e.sha256).map(ToOwned::to_owned),
            // The total size in the catalogue plus a margin.
            max_weights_bytes: entry.map_or(MAX_WEIGHTS, |entry| entry.bytes + entry.bytes / 10),
            endpoints,
            token: Token::from_env(),
            models,
            backoff: BACKOFF,
            timeouts: Timeouts::default(),
        }
    }
}

/// Reasons why a download failed. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The download was cancelled.
    #[error(
        "the download was cancelled; the part that arrived is kept, so a later download can resume"
    )]
    Cancelled,
    /// No hub responds, or the connection keeps breaking.
    #[error("{cause}: check the network, or install the model by hand ({manual_instructions})")]
    Unreachable {
        /// The host and the reason.
        cause: HttpError,
        /// Instructions for a manual download.
        manual_instructions: String,
    },
    /// The hub rejected the request.
    #[error(
        "{host} refused {repo} ({status}): {advice}; or install the model by hand ({manual_instructions})"
    )]
    Refused {
        /// Host name.
        host: String,
        /// The repository.
        repo: String,
        /// HTTP status code.
        status: u16,
        /// What may help.
        advice: &'static str,
        /// Instructions for a manual download.
        manual_instructions: String,
    },
    /// A file is missing from the repository.
    #[error("{repo} has no {file} on {host}: {advice}")]
    Missing {
        /// The repository.
        repo: String,
        /// Name of the file.
        file: String,
        /// Host name.
        host: String,
        /// What that implies.
        advice: &'static str,
    },
    /// The contents do not match the announced size or checksum.
    #[error("{file} from {host} is damaged ({reason}): try again, or use another mirror")]
    Damaged {
        /// Name of the file.
        file: String,
        /// Host name.
        host: String,
        /// Description of the mismatch.
        reason: String,
    },
    /// The files are not a supported model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A redirect was not followed.
    #[error("{cause}; try another mirror, or install the model by hand ({manual_instructions})")]
    Redirect {
        /// The redirect and the reason.
        cause: HttpError,
        /// Instructions for a manual download.
        manual_instructions: String,
    },
    /// There is not enough disk space.
    #[error("{} needs {} more, but only {} are free: make room and try again", dir.display(), bytes_rounded_up(*needed), bytes_rounded_down(*free))]
    Space {
        /// The models folder.
        dir: PathBuf,
        /// Required space in bytes.
        needed: u64,
        /// Free space in bytes.
        free: u64,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The underlying error.
        source: std::io::Error,
    },
}

impl DownloadError {
    /// Whether another hub may succeed.
    fn may_try_other_hub(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Refused { .. }
                | Self::Redirect { .. }
                | Self::Missing { .. }
                | Self::Damaged { .. }
        )
    }
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DownloadError + '_ {
    |source| DownloadError::Io {
        path: path.into(),
        source,
    }
}

/// The origin of a downloaded model, stored in its folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The repository.
    pub repo: String,
    /// The revision.
    pub revision: String,
    /// URL of the hub.
    pub endpoint: String,
}

/// The origin of a model, if this program downloaded it.
#[must_use]
pub fn origin(dir: &Path) -> Option<Origin> {
    serde_json::from_slice(&read_regular(&dir.join(ORIGIN), MAX_ORIGIN).ok()?).ok()
}

/// Downloads a model and returns its folder. An installed model is not downloaded again.
///
/// # Errors
/// Returns an error if the download cannot be completed. Partial files are kept for the next attempt.
pub fn download(
    order: &DownloadRequest,
    cancel: &Cancel,
    on_progress: &mut dyn FnMut(&DownloadProgress),
) -> Result<PathBuf, DownloadError> {
    let done = order.repo.folder(&order.models);
    if is_complete(&done) {
        return Ok(done);
    }
    let model = order.repo.as_str();
    tracing::info!(%model, "fetching begins");
    let arrived = from_hubs(order, done, cancel, on_progress);
    match &arrived {
        Ok(_) => tracing::info!(%model, "the model is here"),
        Err(error) => tracing::warn!(%model, "the model could not be downloaded: {error}"),
    }
    arrived
}

/// Tries the hubs in order.
fn from_hubs(
    order: &DownloadRequest,
    done: PathBuf,
    cancel: &Cancel,
    on_progress: &mut dyn FnMut(&DownloadProgress),
) -> Result<PathBuf, DownloadError> {
    let mut reporter = ProgressReporter::new(on_progress);
    let _turn = DownloadTurn::wait(&order.models, &order.repo, cancel, &mut reporter)?;
    // Another process may have installed it meanwhile.
    if is_complete(&done) {
        return Ok(done);
    }
    let mut arriving = done.as_os_str().to_owned();
    arriving.push(format!(".{ARRIVING}"));
    let arriving = PathBuf::from(arriving);
    let mut last = DownloadError::Cancelled;
    for endpoint in &order.endpoints {
        reporter.download_progress = DownloadProgress::default();
        let mut steps = DownloadSession::new(order, endpoint, &arriving, cancel, &mut reporter);
        match steps.all().and_then(|()| steps.accept(&done)) {
            Ok(()) => return Ok(done),
            Err(error) => last = error,
        }
        if !last.may_try_other_hub() {
            break;
        }
    }
    clean_up(&arriving, &last);
    Err(last)
}

/// Removes what a later attempt cannot use: files that are damaged or not a supported model, and an empty folder. What
/// cannot be removed is verified again by the next attempt.
fn clean_up(arriving: &Path, error: &DownloadError) {
    let _ = match error {
        DownloadError::Damaged { .. } | DownloadError::Model(_) => fs::remove_dir_all(arriving),
        _ => fs::remove_dir(arriving),
    };
}
