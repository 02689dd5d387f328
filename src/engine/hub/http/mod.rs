//! HTTP(S) downloads: streamed, with timeouts and prompt cancellation.
//!
//! Proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`, ...), root certificates from the platform. Redirects
//! are followed here and not by the HTTP client, because a hub describes a file in the headers of a redirect, and
//! because not every redirect may be followed. The rules are in [`address`] and [`resolver`].

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

/// Polling interval for cancellation.
const CANCEL_NOTICE: Duration = Duration::from_millis(50);

/// Capacity of the channel for body chunks.
const CHUNKS: usize = 8;

enum StreamEvent {
    Head(ResponseHead),
    Bytes(Vec<u8>),
    End,
    Failed(HttpError),
}

/// Timeouts of a request.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Maximum time without a response or a byte before a connection counts as broken.
    pub stall: Duration,
    /// Interval over which the minimum rate is measured, not counting time in which the receiver was busy.
    pub span: Duration,
    /// Minimum number of bytes per interval.
    pub min_bytes: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(30),
            span: Duration::from_secs(60),
            min_bytes: 64 << 10,
        }
    }
}

/// An HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Agents>);

impl Default for Client {
    fn default() -> Self {
        Self::new(Timeouts::default())
    }
}

impl Client {
    /// A client with these timeouts.
    #[must_use]
    pub fn new(timeouts: Timeouts) -> Self {
        Self(Arc::new(Agents::new(timeouts)))
    }

    /// Sends a request and waits for the response headers.
    ///
    /// # Errors
    /// Returns an error if there is no response, or the work was cancelled. Every status counts as a response.
    pub fn open(&self, request: HttpRequest, cancel: &Cancel) -> Result<Response, HttpError> {
        let (sender, parts) = bounded(CHUNKS);
        let host = host(&request.url);
        let agents = self.0.clone();
        let spawned = std::thread::Builder::new()
            .name("lumisift-http".into())
            .spawn(move || {
                if let Err(error) = run(&agents, &request, &sender) {
                    // A disconnected receiver is not an error: the request was abandoned.
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

    /// Downloads at most `limit` bytes within `time`.
    ///
    /// # Errors
    /// Same as [`Self::open`]; also if the status is not a success, or the body is truncated or exceeds the limit.
    pub fn bytes(
        &self,
        request: HttpRequest,
        limit: u64,
        time: Duration,
        cancel: &Cancel,
    ) -> Result<Vec<u8>, HttpError> {
        let until = Instant::now() + time;
        let mut response = self.open(request, cancel)?;
        if response.head.status != 200 {
            return Err(response.refused());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.next(cancel)? {
            bytes.extend(chunk);
            let host = response.stream.host.clone();
            if bytes.len() as u64 > limit {
                return Err(HttpError::TooLarge { host, limit });
            }
            if Instant::now() > until {
                return Err(response.stream.broken("it took too long"));
            }
        }
        Ok(bytes)
    }
}

/// A response whose body is being received.
pub struct Response {
    /// Status and headers.
    pub head: ResponseHead,
    stream: Stream,
}

impl Response {
    /// The next chunk of the body; `None` at the end.
    ///
    /// # Errors
    /// Returns an error if the connection breaks or stalls, or the work was cancelled.
    pub fn next(&mut self, cancel: &Cancel) -> Result<Option<Vec<u8>>, HttpError> {
        match self.stream.next(cancel)? {
            StreamEvent::Bytes(bytes) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    /// The response status as an error.
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
                // The sending thread terminates on its own timeouts.
                Err(RecvTimeoutError::Timeout) => continue,
            };
        }
    }
}
