//! Downloads a single file: resumable, retried and verified.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha1::Digest;

use super::{ATTEMPTS, DownloadError, io};
use crate::engine::cancel::Cancel;
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::regular::{open_regular, read_regular_text};
use crate::engine::hub::download::progress::DownloadStage;
use crate::engine::hub::download::session::{DownloadSession, WantedFile};
use crate::engine::hub::download::staging::{self, length};
use crate::engine::hub::endpoint::Checksum;
use crate::engine::hub::http::{HttpError, Response, host};

/// Longest delay that a hub may request before a retry.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// Bytes that an attempt must receive to count as progress.
const PROGRESS: u64 = 64 << 10;
/// Number of bytes between checks of free disk space.
const SPACE_CHECK_BYTES: u64 = 32 << 20;
/// Size limit in bytes of a file that records the version.
const MAX_NOTE: u64 = 4096;

impl DownloadSession<'_, '_> {
    pub(super) fn part(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.part"))
    }

    /// Downloads a file, retrying after broken connections until several attempts in a row make no progress. On
    /// failure, a partial file is removed unless it can be resumed later.
    pub(super) fn fetch(&mut self, file: &WantedFile) -> Result<(), DownloadError> {
        let outcome = self.fetch_or_leave(file);
        if outcome.is_err() && file.remote.etag.is_none() {
            let _ = staging::remove(&self.part(&file.name));
        }
        outcome
    }

    fn fetch_or_leave(&mut self, file: &WantedFile) -> Result<(), DownloadError> {
        let whole = self.dir.join(&file.name);
        let part = self.part(&file.name);
        if length(&whole) > 0 && self.verify(file, &whole)?.is_none() {
            self.reporter.known(length(&whole));
            return Ok(());
        }
        staging::remove(&whole).map_err(io(&whole))?;
        self.forget_another_version(file, &part)?;
        let mut failures = 0;
        let mut damaged = false;
        loop {
            let before = length(&part);
            let base = self.reporter.download_progress.done;
            let outcome = self.receive(file, &part);
            match outcome {
                Ok(()) => {
                    let Some(reason) = self.verify(file, &part)? else {
                        fs::rename(&part, &whole).map_err(io(&whole))?;
                        let _ = staging::remove(&self.version_note(&file.name));
                        return Ok(());
                    };
                    // A first mismatch may be a transmission error; a second one means that the hub's file is damaged.
                    staging::remove(&part).map_err(io(&part))?;
                    if damaged {
                        return Err(self.damaged(&file.name, reason));
                    }
                    damaged = true;
                }
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Retry { error, wait }) => {
                    // A server that sends only a trickle must not keep the download alive forever.
                    let progress = length(&part) >= before.saturating_add(PROGRESS);
                    failures = if progress { 1 } else { failures + 1 };
                    if failures >= ATTEMPTS {
                        return Err(self.failed(error));
                    }
                    self.reporter.download_progress.step = DownloadStage::Waiting;
                    self.reporter.report();
                    let usual = self.order.backoff * 2u32.pow(failures - 1);
                    self.sleep(wait.unwrap_or(usual))?;
                }
            }
            self.reporter.download_progress.done = base;
        }
    }

    fn version_note(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.version"))
    }

    /// Removes a partial file of a different version, which cannot be resumed.
    fn forget_another_version(&self, file: &WantedFile, part: &Path) -> Result<(), DownloadError> {
        let note = self.version_note(&file.name);
        let version = file.remote.etag.clone().unwrap_or_default();
        let same = read_regular_text(&note, MAX_NOTE).is_ok_and(|known| known == version);
        if !same || version.is_empty() {
            staging::remove(part).map_err(io(part))?;
        }
        atomic_write(&note, version.as_bytes()).map_err(io(&note))
    }

    /// A single attempt, which resumes a partial file.
    fn receive(&mut self, file: &WantedFile, part: &Path) -> Result<(), Attempt> {
        let here = length(part);
        self.reporter.download_progress.step = DownloadStage::Fetching;
        self.reporter.known(here);
        if here > 0 && file.remote.size == Some(here) {
            return Ok(());
        }
        let mut request = self.hub.request(&file.name);
        request.from = here;
        let opened = self.hub.client.open(request, self.cancel);
        let mut response = opened.map_err(|error| self.attempt(error))?;
        let resumed = self.begin(&response, here, part)?;
        let from = if resumed { here } else { 0 };
        let most = file.remote.size.unwrap_or_else(|| {
            let announced = response.head.last("content-length");
            let announced = announced.and_then(|text| text.parse::<u64>().ok());
            let all = announced.map_or(u64::MAX, |bytes| bytes.saturating_add(from));
            all.min(file.most)
        });
        let length = self.write(file, part, &mut response, (from, most))?;
        if file.remote.size.is_some_and(|size| length < size) {
            let host = host(&self.hub.endpoint);
            let reason = "it ended too early".into();
            return Err(self.attempt(HttpError::Broken { host, reason }));
        }
        Ok(())
    }

    /// Classifies a connection error.
    fn attempt(&self, error: HttpError) -> Attempt {
        match error {
            HttpError::Cancelled | HttpError::Redirect { .. } => Attempt::Final(self.failed(error)),
            error => Attempt::Retry { error, wait: None },
        }
    }

    /// Whether the response resumes at the requested offset; `false` if it starts from the beginning.
    fn begin(&mut self, response: &Response, here: u64, part: &Path) -> Result<bool, Attempt> {
        let head = &response.head;
        let range = head.last("content-range");
        let resumed = range.is_some_and(|range| range.starts_with(&format!("bytes {here}-")));
        match head.status {
            200 => {
                self.reporter.subtract(here);
                Ok(false)
            }
            206 if resumed => Ok(true),
            // The hub disagrees about the size of the file: start over.
            206 | 416 => {
                let _ = staging::remove(part);
                self.reporter.subtract(here);
                Err(Attempt::Retry {
                    error: response.refused(),
                    wait: None,
                })
            }
            429 | 500.. => {
                let seconds = head.last("retry-after").and_then(|text| text.parse().ok());
                let wait = seconds.map(|s| Duration::from_secs(s).min(MAX_WAIT));
                Err(Attempt::Retry {
                    error: response.refused(),
                    wait,
                })
            }
            _ => Err(Attempt::Final(self.failed(response.refused()))),
        }
    }

    /// Writes the body from offset `from` up to size `most`, and returns the size of the file.
    fn write(
        &mut self,
        file: &WantedFile,
        part: &Path,
        response: &mut Response,
        (from, most): (u64, u64),
    ) -> Result<u64, Attempt> {
        let io = |source| Attempt::Final(self::io(part)(source));
        let mut out = staging::open_part(part, from > 0).map_err(io)?;
        let mut length = from;
        let mut checked = from;
        self.reporter.start_receiving();
        while let Some(chunk) = (response.next(self.cancel)).map_err(|e| self.attempt(e))? {
            length += chunk.len() as u64;
            if length > most {
                drop(out);
                let _ = staging::remove(part);
                let reason = "it is longer than announced";
                return Err(Attempt::Final(self.damaged(&file.name, reason)));
            }
            if length >= checked.saturating_add(SPACE_CHECK_BYTES) {
                checked = length;
                self.require_free_space(0).map_err(Attempt::Final)?;
            }
            match out.write_all(&chunk) {
                Err(error) if error.kind() == ErrorKind::StorageFull => {
                    self.require_free_space(most - length)
                        .map_err(Attempt::Final)?;
                    return Err(io(error));
                }
                done => done.map_err(io)?,
            }
            self.reporter.add(chunk.len() as u64);
        }
        out.sync_all().map_err(io)?;
        Ok(length)
    }

    /// Verifies a downloaded file; returns a description of the mismatch, if any.
    fn verify(&mut self, file: &WantedFile, path: &Path) -> Result<Option<String>, DownloadError> {
        self.reporter.download_progress.step = DownloadStage::Checking;
        self.reporter.report();
        let Some(checksum) = &file.remote.checksum else {
            let size = file.remote.size;
            let fits = size.is_none_or(|size| length(path) == size);
            return Ok((!fits).then(|| "it has the wrong length".into()));
        };
        let (found, wanted) = match checksum {
            Checksum::Sha256(wanted) => {
                let hasher = sha2::Sha256::default();
                (digest(hasher, path, self.cancel)?, wanted)
            }
            Checksum::GitBlob(wanted) => {
                let mut hasher = sha1::Sha1::default();
                hasher.update(format!("blob {}\0", length(path)));
                (digest(hasher, path, self.cancel)?, wanted)
            }
        };
        Ok((found != *wanted).then(|| "its checksum does not match".into()))
    }
}

/// Outcome of a failed attempt.
enum Attempt {
    /// A later attempt may succeed.
    Retry {
        error: HttpError,
        wait: Option<Duration>,
    },
    /// Retrying is pointless.
    Final(DownloadError),
}

fn digest<D: Digest>(mut hasher: D, path: &Path, cancel: &Cancel) -> Result<String, DownloadError> {
    let mut file = open_regular(path).map_err(io(path))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        if cancel.is_cancelled() {
            return Err(DownloadError::Cancelled);
        }
        let count = file.read(&mut buffer).map_err(io(path))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    let bytes = hasher.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
