//! One file: resumed where it broke off, tried again, and checked.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha1::Digest;

use super::meter::Step;
use super::visit::{Visit, Wanted};
use super::{DownloadError, io};
use crate::core::cancel::Cancel;
use crate::core::http::{HttpError, host};
use crate::core::model::hub::Checksum;

/// Attempts at one file that bring nothing new before it is given up.
pub const ATTEMPTS: u32 = 5;
/// Longest that a hub may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Visit<'_> {
    pub(super) fn part(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.part"))
    }

    /// Brings one file, however often the connection breaks, as long as each attempt brings something.
    pub(super) fn fetch(&mut self, file: &Wanted) -> Result<(), DownloadError> {
        let whole = self.dir.join(&file.name);
        let part = self.part(&file.name);
        if whole.exists() && self.verify(file, &whole)?.is_none() {
            self.meter.known(length(&whole));
            return Ok(());
        }
        self.forget_another_version(file, &part)?;
        let mut failures = 0;
        let mut damaged = false;
        loop {
            let before = length(&part);
            let base = self.meter.arrival.done;
            let outcome = self.receive(file, &part);
            match outcome {
                Ok(()) => {
                    let Some(reason) = self.verify(file, &part)? else {
                        fs::rename(&part, &whole).map_err(io(&whole))?;
                        let _ = fs::remove_file(self.version_note(&file.name));
                        return Ok(());
                    };
                    // Once may be an accident of the way here; twice is what the hub has.
                    fs::remove_file(&part).map_err(io(&part))?;
                    if damaged {
                        return Err(self.damaged(&file.name, reason));
                    }
                    damaged = true;
                }
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Again { error, wait }) => {
                    failures = if length(&part) > before {
                        1
                    } else {
                        failures + 1
                    };
                    if failures >= ATTEMPTS {
                        return Err(self.failed(error));
                    }
                    self.meter.arrival.step = Step::Waiting;
                    self.meter.report();
                    let usual = self.order.backoff * 2u32.pow(failures - 1);
                    self.sleep(wait.unwrap_or(usual))?;
                }
            }
            self.meter.arrival.done = base;
        }
    }

    fn version_note(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.version"))
    }

    /// What arrived of another version of a file is of no use.
    fn forget_another_version(&self, file: &Wanted, part: &Path) -> Result<(), DownloadError> {
        let note = self.version_note(&file.name);
        let version = file.remote.etag.clone().unwrap_or_default();
        let same = fs::read_to_string(&note).is_ok_and(|known| known == version);
        if part.exists() && (!same || version.is_empty()) {
            fs::remove_file(part).map_err(io(part))?;
        }
        fs::write(&note, version).map_err(io(&note))
    }

    /// One attempt: from where the last one ended to the end.
    fn receive(&mut self, file: &Wanted, part: &Path) -> Result<(), Attempt> {
        let here = length(part);
        self.meter.arrival.step = Step::Fetching;
        self.meter.known(here);
        if here > 0 && file.remote.size == Some(here) {
            return Ok(());
        }
        let mut request = self.hub.request(&file.name);
        request.from = here;
        let mut answer = self.hub.client.open(request, self.cancel)?;
        let head = &answer.head;
        let resumed = head.status == 206
            && head
                .last("content-range")
                .is_some_and(|range| range.starts_with(&format!("bytes {here}-")));
        match head.status {
            200 => self.meter.take_back(here),
            206 if resumed => {}
            // The hub has another idea of how long the file is: from the start.
            206 | 416 => {
                let _ = fs::remove_file(part);
                self.meter.take_back(here);
                return Err(Attempt::Again {
                    error: answer.refused(),
                    wait: None,
                });
            }
            429 | 500.. => {
                let seconds = head.last("retry-after").and_then(|text| text.parse().ok());
                let wait = seconds.map(|s| Duration::from_secs(s).min(LONGEST_WAIT));
                return Err(Attempt::Again {
                    error: answer.refused(),
                    wait,
                });
            }
            _ => return Err(Attempt::Final(self.failed(answer.refused()))),
        }
        let io = |source| {
            Attempt::Final(DownloadError::Io {
                path: part.into(),
                source,
            })
        };
        let mut options = File::options();
        options.create(true).write(true).append(resumed);
        let mut out = options.truncate(!resumed).open(part).map_err(io)?;
        let mut length = if resumed { here } else { 0 };
        while let Some(chunk) = answer.next(self.cancel)? {
            length += chunk.len() as u64;
            if file.remote.size.is_some_and(|size| length > size) {
                drop(out);
                let _ = fs::remove_file(part);
                let reason = "it is longer than announced";
                return Err(Attempt::Final(self.damaged(&file.name, reason)));
            }
            out.write_all(&chunk).map_err(io)?;
            self.meter.add(chunk.len() as u64);
        }
        out.sync_all().map_err(io)?;
        if file.remote.size.is_some_and(|size| length < size) {
            let host = host(&self.hub.endpoint).to_owned();
            let reason = "it ended too early".into();
            return Err(HttpError::Broken { host, reason }.into());
        }
        Ok(())
    }

    /// What is wrong with a file that arrived, if anything.
    fn verify(&mut self, file: &Wanted, path: &Path) -> Result<Option<String>, DownloadError> {
        self.meter.arrival.step = Step::Checking;
        self.meter.report();
        let Some(checksum) = &file.remote.checksum else {
            let size = file.remote.size;
            let fits = size.is_none_or(|size| length(path) == size);
            return Ok((!fits).then(|| "it has another length".into()));
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
        Ok((found != *wanted).then(|| "its checksum is another".into()))
    }
}

/// How an attempt at a file failed.
enum Attempt {
    /// It may succeed later.
    Again {
        error: HttpError,
        wait: Option<Duration>,
    },
    /// It will not.
    Final(DownloadError),
}

impl From<HttpError> for Attempt {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Cancelled => Self::Final(DownloadError::Cancelled),
            error => Self::Again { error, wait: None },
        }
    }
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

fn digest<D: Digest>(mut hasher: D, path: &Path, cancel: &Cancel) -> Result<String, DownloadError> {
    let mut file = File::open(path).map_err(io(path))?;
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
