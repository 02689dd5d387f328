//! Fetching bytes over HTTP(S): streamed, cancelled at once, never stalled for long.
//!
//! Proxies come from the environment (`HTTPS_PROXY`, `NO_PROXY`, ...), trusted certificates from the platform.
//! Redirects are followed here, not by the client: a hub says what it knows of a file in the answer that
//! redirects.

use std::io::Read;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use super::cancel::Cancel;

/// Longest time without a byte before a connection counts as broken.
const STALL: Duration = Duration::from_secs(30);
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
#[derive(Clone, Debug)]
pub struct Request {
    /// The address.
    pub url: String,
    /// Only the headers.
    pub head: bool,
    /// The first byte that is wanted.
    pub from: u64,
    /// A token for the host of `url`, never sent to another.
    pub token: Option<String>,
}

impl Request {
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
pub struct Head {
    /// HTTP's number.
    pub status: u16,
    /// Headers of all answers of a chain of redirects, the last first.
    headers: Vec<http::HeaderMap>,
}

impl Head {
    /// A header, from the last answer that has it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter_map(|headers| headers.get(name));
        found.next()?.to_str().ok()
    }

    /// A header of the last answer.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        self.headers.first()?.get(name)?.to_str().ok()
    }

    /// A header of the first answer.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.headers.last()?.get(name)?.to_str().ok()
    }
}

enum Part {
    Head(Head),
    Bytes(Vec<u8>),
    End,
    Failed(HttpError),
}

/// Makes requests. Cheap to clone.
#[derive(Clone)]
pub struct Client(Agent);

impl Default for Client {
    fn default() -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .user_agent(concat!("lumisift/", env!("CARGO_PKG_VERSION")))
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_resolve(Some(STALL))
            .timeout_connect(Some(STALL))
            .timeout_recv_response(Some(STALL))
            .timeout_per_read(Some(STALL))
            .build();
        Self(config.into())
    }
}

impl Client {
    /// Sends a request and waits for the start of the answer.
    ///
    /// # Errors
    /// If there is no answer, or the work was cancelled. Any status is an answer.
    pub fn open(&self, request: Request, cancel: &Cancel) -> Result<Answer, HttpError> {
        let (sender, parts) = bounded(CHUNKS);
        let host = host(&request.url).to_owned();
        let agent = self.0.clone();
        let spawned = std::thread::Builder::new()
            .name("lumisift-http".into())
            .spawn(move || {
                if let Err(error) = run(&agent, &request, &sender) {
                    // Nobody listening is no error: the request was given up.
                    let _ = sender.send(Part::Failed(error));
                }
            });
        if let Err(error) = spawned {
            let reason = error.to_string();
            return Err(HttpError::Unreachable { host, reason });
        }
        let stream = Stream { host, parts };
        match stream.next(cancel)? {
            Part::Head(head) => Ok(Answer { head, stream }),
            _ => Err(stream.broken("no answer")),
        }
    }

    /// The bytes at an address, of which there may be `limit`, within `time`.
    ///
    /// # Errors
    /// As [`Self::open`], or if the answer is no success, breaks off or is larger than that.
    pub fn bytes(
        &self,
        request: Request,
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
pub struct Answer {
    /// Its start.
    pub head: Head,
    stream: Stream,
}

impl Answer {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// If the connection breaks or stalls, or the work was cancelled.
    pub fn next(&mut self, cancel: &Cancel) -> Result<Option<Vec<u8>>, HttpError> {
        match self.stream.next(cancel)? {
            Part::Bytes(bytes) => Ok(Some(bytes)),
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
    parts: Receiver<Part>,
}

impl Stream {
    fn broken(&self, reason: &str) -> HttpError {
        HttpError::Broken {
            host: self.host.clone(),
            reason: reason.into(),
        }
    }

    fn next(&self, cancel: &Cancel) -> Result<Part, HttpError> {
        loop {
            if cancel.is_cancelled() {
                return Err(HttpError::Cancelled);
            }
            return match self.parts.recv_timeout(CANCEL_NOTICE) {
                Ok(Part::Failed(error)) => Err(error),
                Ok(part) => Ok(part),
                Err(RecvTimeoutError::Disconnected) => Ok(Part::End),
                // The thread ends by its own time-outs.
                Err(RecvTimeoutError::Timeout) => continue,
            };
        }
    }
}

/// The host of an address, with its port if it names one.
#[must_use]
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}

/// Scheme, host and port of an address: a token that was meant for one goes to no other, nor unencrypted.
fn site(url: &str) -> (&str, &str) {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    (scheme, host(url))
}

fn run(agent: &Agent, request: &Request, parts: &Sender<Part>) -> Result<(), HttpError> {
    let mut url = request.url.clone();
    let mut headers = Vec::new();
    for _ in 0..=REDIRECTS {
        let unreachable = |error: ureq::Error| HttpError::Unreachable {
            host: host(&url).into(),
            reason: error.to_string(),
        };
        let call = if request.head {
            agent.head(&url)
        } else {
            agent.get(&url)
        };
        let call = match &request.token {
            Some(token) if site(&url) == site(&request.url) => {
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
        let mut response = response.map_err(unreachable)?;
        let status = response.status().as_u16();
        headers.insert(0, response.headers().clone());
        let goal = response.headers().get("location");
        let goal = goal.and_then(|goal| goal.to_str().ok());
        if let (301 | 302 | 303 | 307 | 308, Some(goal)) = (status, goal) {
            url = join(&url, goal);
            continue;
        }
        let head = Head { status, headers };
        let whole = head
            .last("content-length")
            .and_then(|length| length.parse::<u64>().ok());
        if parts.send(Part::Head(head)).is_err() || request.head {
            return Ok(());
        }
        return send_body(response.body_mut(), whole, host(&url), parts);
    }
    Err(HttpError::Unreachable {
        host: host(&url).into(),
        reason: "it redirects in a circle".into(),
    })
}

fn send_body(
    body: &mut ureq::Body,
    whole: Option<u64>,
    host: &str,
    parts: &Sender<Part>,
) -> Result<(), HttpError> {
    let broken = |reason: String| HttpError::Broken {
        host: host.into(),
        reason,
    };
    let mut reader = body.with_config().limit(u64::MAX).reader();
    let mut sent = 0u64;
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = match reader.read(&mut chunk) {
            Ok(count) => count,
            Err(error) => return Err(broken(error.to_string())),
        };
        if count == 0 {
            break;
        }
        sent += count as u64;
        chunk.truncate(count);
        if parts.send(Part::Bytes(chunk)).is_err() {
            return Ok(());
        }
    }
    if whole.is_some_and(|whole| sent < whole) {
        return Err(broken("it ended too early".into()));
    }
    let _ = parts.send(Part::End);
    Ok(())
}

/// An address relative to another (RFC 3986, as far as hubs use it).
fn join(base: &str, goal: &str) -> String {
    if goal.contains("://") {
        return goal.into();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    if let Some(rest) = goal.strip_prefix("//") {
        return format!("{scheme}://{rest}");
    }
    let authority = &rest[..rest.find('/').unwrap_or(rest.len())];
    if goal.starts_with('/') {
        return format!("{scheme}://{authority}{goal}");
    }
    let path = base.split(['?', '#']).next().unwrap_or(base);
    let folder = match path.rfind('/') {
        Some(end) if end > scheme.len() + 2 => &path[..end],
        _ => path,
    };
    format!("{folder}/{goal}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_and_joined() {
        assert_eq!(host("https://a.org:8443/b?c"), "a.org:8443");
        assert_eq!(host("http://me:secret@a.org"), "a.org");
        assert_ne!(site("https://a.org/b"), site("http://a.org/b"));
        assert_eq!(site("https://a.org/b"), site("https://a.org/c"));
        let base = "https://a.org/b/c.jpg?d=1";
        assert_eq!(join(base, "/e"), "https://a.org/e");
        assert_eq!(join(base, "e"), "https://a.org/b/e");
        assert_eq!(join(base, "http://f.org/g"), "http://f.org/g");
        assert_eq!(join(base, "//f.org/g"), "https://f.org/g");
        assert_eq!(join("https://a.org", "e"), "https://a.org/e");
    }
}
