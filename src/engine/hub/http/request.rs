//! HTTP requests and response headers.

use std::fmt;

use ureq::http;
use url::Url;

use super::address;

/// An HTTP request.
#[derive(Clone)]
pub struct HttpRequest {
    /// The URL.
    pub url: String,
    /// Whether to send HEAD instead of GET.
    pub head: bool,
    /// Start offset of the requested byte range.
    pub from: u64,
    /// Token for the server of `url`; never sent to another server or without encryption.
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
    /// A GET request for a whole resource.
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

/// Status and headers of a response.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    /// HTTP status code.
    pub status: u16,
    /// URLs and headers of all responses in a redirect chain, last one first.
    pub(super) responses: Vec<(Url, http::HeaderMap)>,
}

impl ResponseHead {
    /// A header that describes the file, from the requested server itself. Headers from other servers in the redirect
    /// chain are not trusted.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&str> {
        let (requested, _) = self.responses.last()?;
        let own = self.responses.iter();
        let mut own = own.filter(|(url, _)| address::is_authoritative_for(requested, url));
        own.find_map(|(_, headers)| headers.get(name))?
            .to_str()
            .ok()
    }

    /// A header of the final response, about its own body.
    #[must_use]
    pub fn last(&self, name: &str) -> Option<&str> {
        self.responses.first()?.1.get(name)?.to_str().ok()
    }

    /// A header of the first response.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.responses.last()?.1.get(name)?.to_str().ok()
    }
}
