//! Sends a request, follows redirects and receives the body, on a separate thread.

use std::io::Read;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, http};
use url::Url;

use super::address::{self, RedirectRefusal, host, host_of};
use super::error::HttpError;
use super::request::{HttpRequest, ResponseHead};
use super::resolver::{self, AddressScope, LookupPurpose, ScopedResolver, TypedHosts};
use super::{StreamEvent, Timeouts};

/// Maximum size of a body chunk in bytes.
const CHUNK: usize = 128 << 10;

/// Number of redirects after which a chain counts as a loop.
const REDIRECTS: usize = 8;

pub(super) struct Agents {
    timeouts: Timeouts,
    /// Sends the initial request to the URL given by the user.
    first: Agent,
    /// Address scopes that the user's host names resolved to.
    typed: TypedHosts,
    /// Follow redirects, one agent per address scope of the user's URL.
    followers: [OnceLock<Agent>; AddressScope::ALL.len()],
}

impl Agents {
    pub(super) fn new(timeouts: Timeouts) -> Self {
        let typed = TypedHosts::default();
        Self {
            timeouts,
            first: agent(timeouts, LookupPurpose::Typed(typed.clone())),
            typed,
            followers: Default::default(),
        }
    }

    fn follower(&self, kind: AddressScope) -> &Agent {
        self.followers[kind as usize]
            .get_or_init(|| agent(self.timeouts, LookupPurpose::Redirect(kind)))
    }
}

fn agent(timeouts: Timeouts, purpose: LookupPurpose) -> Agent {
    let stall = Some(timeouts.stall);
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

/// Sends a request and follows redirects.
pub(super) fn run(
    agents: &Agents,
    request: &HttpRequest,
    parts: &Sender<StreamEvent>,
) -> Result<(), HttpError> {
    let Some(typed) = address::parse(&request.url) else {
        return Err(HttpError::Unreachable {
            host: request.url.clone(),
            reason: "it is not a web address".into(),
        });
    };
    let mut url = typed.clone();
    let mut responses = Vec::new();
    for hop in 0..=REDIRECTS {
        let agent = match hop {
            0 => &agents.first,
            _ => agents.follower(agents.typed.kind(&typed)),
        };
        let mut response = ask(agent, request, &typed, &url)?;
        let status = response.status().as_u16();
        responses.insert(0, (url.clone(), response.headers().clone()));
        let location = response.headers().get("location");
        let location = location.and_then(|location| location.to_str().ok());
        if let (301 | 302 | 303 | 307 | 308, Some(location)) = (status, location) {
            url = follow(agents, &typed, &url, location)?;
            continue;
        }
        let head = ResponseHead { status, responses };
        let whole = head
            .last("content-length")
            .and_then(|length| length.parse::<u64>().ok());
        if parts.send(StreamEvent::Head(head)).is_err() || request.head {
            return Ok(());
        }
        let host = host_of(&url);
        return send_body(response.body_mut(), whole, &host, agents.timeouts, parts);
    }
    Err(refused(&typed, &url, RedirectRefusal::RedirectLoop))
}

/// Sends a single request to a single server.
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
    // Ranges and lengths must refer to the file itself, not to a compressed body.
    let response = call.header("Accept-Encoding", "identity").call();
    response.map_err(|error| match resolver::refusal(&error) {
        Some(reason) => refused(typed, url, reason),
        None => HttpError::Unreachable {
            host: host_of(url),
            reason: error.to_string(),
        },
    })
}

/// The target of a redirect, if it may be followed.
fn follow(agents: &Agents, typed: &Url, from: &Url, location: &str) -> Result<Url, HttpError> {
    let to = address::redirected(from, location)
        .map_err(|reason| refused_text(typed, &host(location), reason))?;
    // Host names are checked on resolution. Behind a proxy, only literal addresses can be checked.
    let inward =
        resolver::literal(&to).is_some_and(|kind| !agents.typed.kind(typed).may_redirect_to(kind));
    match inward {
        true => Err(refused(typed, &to, RedirectRefusal::PrivateNetwork)),
        false => Ok(to),
    }
}

pub(super) fn refused(typed: &Url, to: &Url, reason: RedirectRefusal) -> HttpError {
    refused_text(typed, &host_of(to), reason)
}

fn refused_text(typed: &Url, to: &str, reason: RedirectRefusal) -> HttpError {
    HttpError::Redirect {
        host: host_of(typed),
        to: to.into(),
        reason,
    }
}

/// Measures the rate of a download, excluding time in which the receiver was busy.
struct RateGuard {
    timeouts: Timeouts,
    waited: Duration,
    bytes: u64,
}

impl RateGuard {
    /// Whether the download is still fast enough after a read of this duration and size.
    fn is_fast_enough(&mut self, waited: Duration, bytes: usize) -> bool {
        self.waited += waited;
        self.bytes += bytes as u64;
        if self.waited < self.timeouts.span {
            return true;
        }
        let enough = self.bytes >= self.timeouts.min_bytes;
        (self.waited, self.bytes) = (Duration::ZERO, 0);
        enough
    }
}

fn send_body(
    body: &mut ureq::Body,
    whole: Option<u64>,
    host: &str,
    timeouts: Timeouts,
    parts: &Sender<StreamEvent>,
) -> Result<(), HttpError> {
    let broken = |reason: String| HttpError::Broken {
        host: host.into(),
        reason,
    };
    let mut pace = RateGuard {
        timeouts,
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
        if !pace.is_fast_enough(since.elapsed(), count) {
            return Err(broken("it is too slow".into()));
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
    fn slow_senders_time_out_and_slow_readers_do_not() {
        let timeouts = Timeouts {
            stall: Duration::from_secs(9),
            span: Duration::from_secs(10),
            min_bytes: 100,
        };
        let pace = || RateGuard {
            timeouts,
            waited: Duration::ZERO,
            bytes: 0,
        };
        let second = Duration::from_secs(1);
        let mut drip = pace();
        assert_eq!((0..20).find(|_| !drip.is_fast_enough(second, 1)), Some(9));
        let mut fine = pace();
        assert!((0..100).all(|_| fine.is_fast_enough(second, 11)));
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
