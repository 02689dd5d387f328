//! A request and the start of its answer.

use std::fmt;

use ureq::http;
use url::Url;

use super::address;

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
    pub(super) answers: Vec<(Url, http::HeaderMap)>,
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
