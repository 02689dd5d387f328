//! HTTP(S) downloads: streamed, cancelled at once, with timeouts.
//!
//! Proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`, ...), trusted certificates from the platform.
//! Redirects are followed here, not by the client: a hub describes a file in the headers of the redirect, and not every
//! redirect may be followed. The rules are in [`address`] and [`resolver`].

pub mod address;
mod error;
mod exchange;
mod request;
pub mod resolver;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use crate::engine::cancel::Cancel;
use exchange::{Agents, run};

pub use address::{RedirectRefusal, host};
pub use error::HttpError;
pub use request::{HttpRequest, ResponseHead};

/// How soon a cancelled request is given up.
const CANCEL_NOTICE: Duration = Duration::from_millis(50);

/// Chunks that wait to be taken.
const CHUNKS: usize = 8;

enum StreamEvent {
    Head(ResponseHead),
    Bytes(Vec<u8>),
    End,
    Failed(HttpError),
}

/// How long a server is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Longest time without an answer or a byte before a connection counts as broken.
    pub stall: Duration,
    /// A time of waiting for bytes in which at least [`Self::least`] of them must come.
    pub span: Duration,
    /// Bytes that must come in each such time.
    pub least: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(30),
            span: Duration::from_secs(60),
            least: 64 << 10,
        }
    }
}

/// Makes requests. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Agents>);

impl Default for Client {
    fn default() -> Self {
        Self::new(Timeouts::default())
    }
}

impl Client {
    /// A client that waits so long.
    #[must_use]
    pub fn new(patience: Timeouts) -> Self {
        Self(Arc::new(Agents::new(patience)))
    }

    /// Sends a request and waits for the start of the answer.
    ///
    /// # Errors
    /// If there is no answer, or the work was cancelled. Any status is an answer.
    pub fn open(&self, request: HttpRequest, cancel: &Cancel) -> Result<Response, HttpError> {
        let (sender, parts) = bounded(CHUNKS);
        let host = host(&request.url);
        let agents = self.0.clone();
        let spawned = std::thread::Builder::new()
            .name("lumisift-http".into())
            .spawn(move || {
                if let Err(error) = run(&agents, &request, &sender) {
                    // Nobody listening is no error: the request was given up.
                    let _ = sender.send(StreamEvent::Failed(error));
                }
            });
        if let Err(error) = spawned {
            let reason = error.to_string();
            return Err(HttpError::Unreachable { host, reason });
        }
        let stream = Stream { host, parts };
        match stream.next(cancel)? {
            StreamEvent::Head(head) => Ok(Response { head, stream }),
            _ => Err(stream.broken("no answer")),
        }
    }

    /// The bytes at an address, of which there may be `limit`, within `time`.
    ///
    /// # Errors
    /// As [`Self::open`], or if the answer is no success, breaks off or is larger than that.
    pub fn bytes(
        &self,
        request: HttpRequest,
        limit: u64,
        time: Duration,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, HttpError> {
        let until = Instant::now() + time;
        let mut answer = self.open(request, cancel)?;
        if answer.head.status != 200 {
            return Err(answer.refused());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.next(cancel)? {
            bytes.extend(chunk);
            let host = answer.stream.host.clone();
            if bytes.len() as u64 > limit {
                return Err(HttpError::TooLarge { host, limit });
            }
            if Instant::now() > until {
                return Err(answer.stream.broken("it takes too long"));
            }
        }
        Ok(bytes)
    }
}

/// An answer whose body is on its way.
pub struct Response {
    /// Its start.
    pub head: ResponseHead,
    stream: Stream,
}

impl Response {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// If the connection breaks or stalls, or the work was cancelled.
    pub fn next(&mut self, cancel: &Cancel) -> Result<Option<Vec<u8>>, HttpError> {
        match self.stream.next(cancel)? {
            StreamEvent::Bytes(bytes) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    /// Its status as an error.
    #[must_use]
    pub fn refused(&self) -> HttpError {
        HttpError::Status {
            host: self.stream.host.clone(),
            status: self.head.status,
        }
    }
}

struct Stream {
    host: String,
    parts: Receiver<StreamEvent>,
}

impl Stream {
    fn broken(&self, reason: &str) -> HttpError {
        HttpError::Broken {
            host: self.host.clone(),
            reason: reason.into(),
        }
    }

    fn next(&self, cancel: &Cancel) -> Result<StreamEvent, HttpError> {
        loop {
            if cancel.is_cancelled() {
                return Err(HttpError::Cancelled);
            }
            return match self.parts.recv_timeout(CANCEL_NOTICE) {
                Ok(StreamEvent::Failed(error)) => Err(error),
                Ok(part) => Ok(part),
                Err(RecvTimeoutError::Disconnected) => Ok(StreamEvent::End),
                // The thread ends by its own time-outs.
                Err(RecvTimeoutError::Timeout) => continue,
            };
        }
    }
}
