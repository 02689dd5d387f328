//! Downloads of models: resumed, verified, all or nothing.
//!
//! Files are downloaded into a staging folder beside the final one, under temporary names until their length and checksum
//! are verified. The model is then loaded once, and only if that succeeds is the folder renamed. One process at a time
//! downloads a model: a second one waits, and then finds it installed.
//! Only JSON, vocabularies and safetensors are fetched, never pickles.

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

use progress::ProgressReporter;
pub use progress::{DownloadProgress, DownloadStage};
use session::DownloadSession;
use staging::DownloadTurn;

/// The usual branch.
const MAIN: &str = "main";
/// Most bytes of weights whose length neither the hub nor the catalogue gives.
const MOST_WEIGHTS: u64 = 16 << 30;
/// Attempts at one file that bring nothing new before it is given up.
const ATTEMPTS: u32 = 5;
/// The first wait before a broken file is tried again.
const BACKOFF: Duration = Duration::from_millis(500);
/// The ending of a folder in which a model is arriving.
pub const ARRIVING: &str = "part";
/// The origin of a downloaded folder.
const ORIGIN: &str = "lumisift.json";
/// Largest such note.
const MAX_ORIGIN: u64 = 64 << 10;

/// What is to be fetched, and from where.
#[derive(Clone)]
pub struct DownloadRequest {
    /// The repository.
    pub repo: RepoId,
    /// Revisions, in the order in which they are tried.
    pub revisions: Vec<String>,
    /// SHA-256 of the weights, where it is known beforehand.
    pub sha256: Option<String>,
    /// Most bytes of a weights file whose length the hub does not give.
    pub most_weights: u64,
    /// Addresses of hubs, in the order in which they are tried.
    pub endpoints: Vec<String>,
    /// What lets a person read what not everybody may, and of which hub.
    pub token: Option<Token>,
    /// The folder of models.
    pub models: PathBuf,
    /// The first wait before a broken file is tried again; each further one is twice as long.
    pub backoff: Duration,
    /// How long a hub is waited for.
    pub patience: Timeouts,
}

impl DownloadRequest {
    /// The usual order for a repository, with what the catalogue knows of it.
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
            // What the catalogue says of all files, and a little more.
            most_weights: entry.map_or(MOST_WEIGHTS, |entry| entry.bytes + entry.bytes / 10),
            endpoints,
            token: Token::from_env(),
            models,
            backoff: BACKOFF,
            patience: Timeouts::default(),
        }
    }
}

/// Why a model did not arrive. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The person does not want it any more.
    #[error("the download was cancelled; what arrived is kept, and it can go on later")]
    Cancelled,
    /// No hub answers, or the connection keeps breaking.
    #[error("{cause}: check the network, or bring the model by hand ({by_hand})")]
    Unreachable {
        /// The host and why.
        cause: HttpError,
        /// How.
        by_hand: String,
    },
    /// A hub refuses.
    #[error("{host} refuses {repo} ({status}): {advice}; or bring the model by hand ({by_hand})")]
    Refused {
        /// Which host.
        host: String,
        /// The repository.
        repo: String,
        /// HTTP's number.
        status: u16,
        /// What may help.
        advice: &'static str,
        /// How.
        by_hand: String,
    },
    /// The repository lacks a file.
    #[error("{repo} has no {file} on {host}: {advice}")]
    Missing {
        /// The repository.
        repo: String,
        /// The file.
        file: String,
        /// The host.
        host: String,
        /// What that means.
        advice: &'static str,
    },
    /// What arrives is not what was announced.
    #[error("{file} from {host} is damaged ({reason}): try again, or another mirror")]
    Damaged {
        /// The file.
        file: String,
        /// The host.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The files are no model for this program.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A redirect that is not followed.
    #[error("{cause}; try another mirror, or bring the model by hand ({by_hand})")]
    Redirect {
        /// Which, and why not.
        cause: HttpError,
        /// How.
        by_hand: String,
    },
    /// The disk is too full.
    #[error("{} needs {needed} MB more, of which {free} MB are free: make room and try again", dir.display())]
    Space {
        /// The folder of models.
        dir: PathBuf,
        /// Megabytes.
        needed: u64,
        /// Megabytes.
        free: u64,
    },
    /// The disk.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl DownloadError {
    /// Whether another hub may do better.
    fn another_may_help(&self) -> bool {
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

/// Where a folder came from, kept in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The repository.
    pub repo: String,
    /// The revision.
    pub revision: String,
    /// The hub.
    pub endpoint: String,
}

/// Where a folder came from, if this program fetched it.
#[must_use]
pub fn origin(dir: &Path) -> Option<Origin> {
    serde_json::from_slice(&read_regular(&dir.join(ORIGIN), MAX_ORIGIN).ok()?).ok()
}

/// Fetches a model, and returns its folder. One that is there already is not fetched again.
///
/// # Errors
/// If it cannot be had whole. What arrived is kept for the next attempt.
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
        Err(error) => tracing::warn!(%model, "the model did not arrive: {error}"),
    }
    arrived
}

/// Asks one hub after another.
fn from_hubs(
    order: &DownloadRequest,
    done: PathBuf,
    cancel: &Cancel,
    on_progress: &mut dyn FnMut(&DownloadProgress),
) -> Result<PathBuf, DownloadError> {
    let mut reporter = ProgressReporter::new(on_progress);
    let _turn = DownloadTurn::wait(&order.models, &order.repo, cancel, &mut reporter)?;
    // It may have come while this waited.
    if is_complete(&done) {
        return Ok(done);
    }
    let mut arriving = done.as_os_str().to_owned();
    arriving.push(format!(".{ARRIVING}"));
    let arriving = PathBuf::from(arriving);
    let mut last = DownloadError::Cancelled;
    for endpoint in &order.endpoints {
        reporter.arrival = DownloadProgress::default();
        let mut steps = DownloadSession::new(order, endpoint, &arriving, cancel, &mut reporter);
        match steps.all().and_then(|()| steps.accept(&done)) {
            Ok(()) => return Ok(done),
            Err(error) => last = error,
        }
        if !last.another_may_help() {
            break;
        }
    }
    clear_up(&arriving, &last);
    Err(last)
}

/// Removes what no later attempt can use: files that were no model or not what was announced, and an empty folder. What
/// cannot be removed is checked again by the next attempt.
fn clear_up(arriving: &Path, error: &DownloadError) {
    let _ = match error {
        DownloadError::Damaged { .. } | DownloadError::Model(_) => fs::remove_dir_all(arriving),
        _ => fs::remove_dir(arriving),
    };
}
