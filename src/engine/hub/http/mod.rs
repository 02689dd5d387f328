//! HTTP(S) downloads: streamed, cancelled at once, with timeouts.
//!
//! Proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`, ...), trusted certificates from the platform.
//! Redirects are followed here, not by the client: a hub describes a file in the headers of the redirect, and not every
//! redirect may be followed. The rules are in [`address`] and [`resolver`].

pub mod address;
pub mod resolver;

use std::fmt;
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, http};
use url::Url;

use crate::engine::cancel::Cancel;
use address::host_of;
pub use address::{RedirectRefusal, host};
use resolver::{AddressScope, LookupPurpose, ScopedResolver, TypedHosts};

/// How soon a cancelled request is given up.
const CANCEL_NOTICE: Duration = Duration::from_millis(50);
/// Bytes that are handed on at once.
const CHUNK: usize = 128 << 10;
/// Chunks that wait to be taken.
const CHUNKS: usize = 8;
/// Redirects before a chain of them counts as a loop.
const REDIRECTS: usize = 8;

/// Why a request gave nothing. Each message is a clause that names the host.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The person does not want it any more.
    #[error("the work was cancelled")]
    Cancelled,
    /// No answer.
    #[error("{host} cannot be reached ({reason})")]
    Unreachable {
        /// Which host.
        host: String,
        /// Why, as far as it is known.
        reason: String,
    },
    /// The answer broke off.
    #[error("the connection to {host} broke off ({reason})")]
    Broken {
        /// Which host.
        host: String,
        /// Why.
        reason: String,
    },
    /// An answer that is no success.
    #[error("{host} answers {status}")]
    Status {
        /// Which host.
        host: String,
        /// HTTP's number.
        status: u16,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects to {to}, {reason}: it is not followed")]
    Redirect {
        /// Which host.
        host: String,
        /// To which host.
        to: String,
        /// Why not.
        reason: RedirectRefusal,
    },
    /// More than was asked for.
    #[error("{host} sends more than {limit} bytes")]
    TooLarge {
        /// Which host.
        host: String,
        /// What is allowed.
        limit: u64,
    },
}

/// What is asked for.
#[derive(Clone)]
pub struct HttpRequest {
    /// The address.
    pub url: String,
    /// Only the headers.
    pub head: bool,
    /// The first byte that is wanted.
    pub from: u64,
    /// A token for the server of `url`, never sent to another, nor unencrypted.
    pub token: Option<String>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Request");
        shown.field("url", &self.url).field("head", &self.head);
        shown.field("from", &self.from).finish_non_exhaustive()
    }
}

impl HttpRequest {
    /// All of what is at an address.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            head: false,
            from: 0,
            token: None,
        }
    }
}

/// The start of an answer.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    /// HTTP's number.
    pub status: u16,
    /// Addresses and headers of all answers of a chain of redirects, the last first.
    answers: Vec<(Url, http::HeaderMap)>,
}

impl ResponseHead {
    /// A header by which the server that was asked itself describes the file. What other servers say on the way is
    /// not its word.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&str> {
        let (asked, _) = self.answers.last()?;
        let own = self.answers.iter();
        let mut own = own.filter(|(url, _)| address::speaks_for(asked, url));
        own.find_map(|(_, headers)| headers.get(name))?
            .to_str()
            .ok()
    }

    /// A header of the last answer, about the bytes that come with it.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        self.answers.first()?.1.get(name)?.to_str().ok()
    }

    /// A header of the first answer.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.answers.last()?.1.get(name)?.to_str().ok()
    }
}

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

struct Agents {
    patience: Timeouts,
    /// Goes to what was typed.
    first: Agent,
    /// What the typed names turned out to be.
    typed: TypedHosts,
    /// Follow redirects, one for each kind of address that may have been typed.
    followers: [OnceLock<Agent>; AddressScope::ALL.len()],
}

impl Agents {
    fn new(patience: Timeouts) -> Self {
        let typed = TypedHosts::default();
        Self {
            patience,
            first: agent(patience, LookupPurpose::Typed(typed.clone())),
            typed,
            followers: Default::default(),
        }
    }

    fn follower(&self, kind: AddressScope) -> &Agent {
        self.followers[kind as usize]
            .get_or_init(|| agent(self.patience, LookupPurpose::Redirect(kind)))
    }
}

fn agent(patience: Timeouts, purpose: LookupPurpose) -> Agent {
    let stall = Some(patience.stall);
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .user_agent(concat!("lumisift/", env!("CARGO_PKG_VERSION")))
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_resolve(stall)
        .timeout_connect(stall)
        .timeout_recv_response(stall)
        .timeout_per_read(stall)
        .build();
    Agent::with_parts(config, DefaultConnector::default(), ScopedResolver(purpose))
}

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

/// Sends a request and follows where it leads.
fn run(
    agents: &Agents,
    request: &HttpRequest,
    parts: &Sender<StreamEvent>,
) -> Result<(), HttpError> {
    let Some(typed) = address::parse(&request.url) else {
        return Err(HttpError::Unreachable {
            host: request.url.clone(),
            reason: "it is no web address".into(),
        });
    };
    let mut url = typed.clone();
    let mut answers = Vec::new();
    for hop in 0..=REDIRECTS {
        let agent = match hop {
            0 => &agents.first,
            _ => agents.follower(agents.typed.kind(&typed)),
        };
        let mut response = ask(agent, request, &typed, &url)?;
        let status = response.status().as_u16();
        answers.insert(0, (url.clone(), response.headers().clone()));
        let location = response.headers().get("location");
        let location = location.and_then(|location| location.to_str().ok());
        if let (301 | 302 | 303 | 307 | 308, Some(location)) = (status, location) {
            url = follow(agents, &typed, &url, location)?;
            continue;
        }
        let head = ResponseHead { status, answers };
        let whole = head
            .last("content-length")
            .and_then(|length| length.parse::<u64>().ok());
        if parts.send(StreamEvent::Head(head)).is_err() || request.head {
            return Ok(());
        }
        let host = host_of(&url);
        return send_body(response.body_mut(), whole, &host, agents.patience, parts);
    }
    Err(refused(&typed, &url, RedirectRefusal::Circle))
}

/// One request to one server.
fn ask(
    agent: &Agent,
    request: &HttpRequest,
    typed: &Url,
    url: &Url,
) -> Result<http::Response<ureq::Body>, HttpError> {
    let call = match request.head {
        true => agent.head(url.as_str()),
        false => agent.get(url.as_str()),
    };
    let call = match &request.token {
        Some(token) if address::may_carry_token(typed, url) => {
            call.header("Authorization", format!("Bearer {token}"))
        }
        _ => call,
    };
    let call = match request.from {
        0 => call,
        from => call.header("Range", format!("bytes={from}-")),
    };
    // Ranges and lengths are those of the file itself.
    let response = call.header("Accept-Encoding", "identity").call();
    response.map_err(|error| match resolver::refusal(&error) {
        Some(reason) => refused(typed, url, reason),
        None => HttpError::Unreachable {
            host: host_of(url),
            reason: error.to_string(),
        },
    })
}

/// Where a redirect leads, if it may.
fn follow(agents: &Agents, typed: &Url, from: &Url, location: &str) -> Result<Url, HttpError> {
    let to = address::redirected(from, location)
        .map_err(|reason| refused_text(typed, &host(location), reason))?;
    // Names are checked when they are looked up; behind a proxy only what is written can be.
    let inward =
        resolver::literal(&to).is_some_and(|kind| !agents.typed.kind(typed).leads_to(kind));
    match inward {
        true => Err(refused(typed, &to, RedirectRefusal::Inward)),
        false => Ok(to),
    }
}

fn refused(typed: &Url, to: &Url, reason: RedirectRefusal) -> HttpError {
    refused_text(typed, &host_of(to), reason)
}

fn refused_text(typed: &Url, to: &str, reason: RedirectRefusal) -> HttpError {
    HttpError::Redirect {
        host: host_of(typed),
        to: to.into(),
        reason,
    }
}

/// Measures the rate of a download, without the time in which the receiver was busy.
struct RateGuard {
    patience: Timeouts,
    waited: Duration,
    bytes: u64,
}

impl RateGuard {
    /// Whether it is still fast enough after a read that took so long.
    fn keeps(&mut self, waited: Duration, bytes: usize) -> bool {
        self.waited += waited;
        self.bytes += bytes as u64;
        if self.waited < self.patience.span {
            return true;
        }
        let enough = self.bytes >= self.patience.least;
        (self.waited, self.bytes) = (Duration::ZERO, 0);
        enough
    }
}

fn send_body(
    body: &mut ureq::Body,
    whole: Option<u64>,
    host: &str,
    patience: Timeouts,
    parts: &Sender<StreamEvent>,
) -> Result<(), HttpError> {
    let broken = |reason: String| HttpError::Broken {
        host: host.into(),
        reason,
    };
    let mut pace = RateGuard {
        patience,
        waited: Duration::ZERO,
        bytes: 0,
    };
    let mut reader = body.with_config().limit(u64::MAX).reader();
    let mut sent = 0u64;
    loop {
        let mut chunk = vec![0; CHUNK];
        let since = Instant::now();
        let count = match reader.read(&mut chunk) {
            Ok(count) => count,
            Err(error) => return Err(broken(error.to_string())),
        };
        if count == 0 {
            break;
        }
        if !pace.keeps(since.elapsed(), count) {
            return Err(broken("it sends next to nothing".into()));
        }
        sent += count as u64;
        chunk.truncate(count);
        chunk.shrink_to_fit();
        if parts.send(StreamEvent::Bytes(chunk)).is_err() {
            return Ok(());
        }
    }
    if whole.is_some_and(|whole| sent < whole) {
        return Err(broken("it ended too early".into()));
    }
    let _ = parts.send(StreamEvent::End);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drip_is_too_slow_and_a_pause_of_the_reader_is_not() {
        let patience = Timeouts {
            stall: Duration::from_secs(9),
            span: Duration::from_secs(10),
            least: 100,
        };
        let pace = || RateGuard {
            patience,
            waited: Duration::ZERO,
            bytes: 0,
        };
        let second = Duration::from_secs(1);
        let mut drip = pace();
        assert_eq!((0..20).find(|_| !drip.keeps(second, 1)), Some(9));
        let mut fine = pace();
        assert!((0..100).all(|_| fine.keeps(second, 11)));
    }

    #[test]
    fn a_token_is_never_shown() {
        let request = HttpRequest {
            token: Some("hf_secret".into()),
            ..HttpRequest::get("https://a.org")
        };
        assert!(!format!("{request:?}").contains("secret"));
    }
}
