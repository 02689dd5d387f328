//! Rules for URLs: which redirects are followed, which server may receive a token, and whose checksum is trusted.
//!
//! Each URL is parsed once, and the parser's normalised form is requested: disagreement between two parsers is a common
//! way to bypass such rules.

use url::{Host, Url};

/// Reasons not to follow a redirect. Each message follows "it redirects to HOST, ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectRefusal {
    /// From https to http.
    #[error("which is not encrypted")]
    Unencrypted,
    /// The target is not a valid http or https URL.
    #[error("which is not a web address")]
    NoAddress,
    /// The target is reachable only from this machine or a private network.
    #[error("which is an address of this machine or of a private network")]
    PrivateNetwork,
    /// Too many redirects.
    #[error("in a loop")]
    RedirectLoop,
}

/// Parses an http or https URL with a host.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The host of a URL for display, with a non-default port but without credentials.
#[must_use]
pub fn host(text: &str) -> String {
    match parse(text) {
        Some(url) => host_of(&url),
        None => text.into(),
    }
}

/// Like [`host`], for a parsed URL.
#[must_use]
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.into(),
    }
}

/// The URL without credentials, for storage or display.
#[must_use]
pub fn without_credentials(text: &str) -> String {
    let Some(mut url) =
        parse(text).filter(|url| !url.username().is_empty() || url.password().is_some())
    else {
        return text.into();
    };
    let bare = url.set_username("").and_then(|()| url.set_password(None));
    bare.map_or_else(|()| host_of(&url), |()| url.to_string())
}

/// Whether the URL uses https.
#[must_use]
pub fn is_encrypted(url: &Url) -> bool {
    url.scheme() == "https"
}

/// Whether two URLs have the same origin: scheme, host and port.
#[must_use]
pub fn same_server(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// Whether metadata from the server at `at` about a file requested at `typed` is trusted like the hub's own: only from
/// the same origin, or from the same host after an upgrade from http to https.
#[must_use]
pub fn is_authoritative_for(typed: &Url, at: &Url) -> bool {
    let upgraded = !is_encrypted(typed)
        && is_encrypted(at)
        && typed.host() == at.host()
        && typed.port().is_none()
        && at.port().is_none();
    same_server(typed, at) || upgraded
}

/// Whether a token issued by the server of `issuer` may be sent to `at`: only to the same origin, over https.
#[must_use]
pub fn may_carry_token(issuer: &Url, at: &Url) -> bool {
    is_encrypted(at) && same_server(issuer, at)
}

/// The target of a redirect, without credentials.
///
/// # Errors
/// Returns an error if it leads from https to http, or is not a valid http or https URL.
pub fn redirected(from: &Url, location: &str) -> Result<Url, RedirectRefusal> {
    let mut to = from
        .join(location)
        .map_err(|_| RedirectRefusal::NoAddress)?;
    if !matches!(to.scheme(), "http" | "https") || !to.has_host() {
        return Err(RedirectRefusal::NoAddress);
    }
    if is_encrypted(from) && !is_encrypted(&to) {
        return Err(RedirectRefusal::Unencrypted);
    }
    let bare = to.set_username("").and_then(|()| to.set_password(None));
    bare.map_err(|()| RedirectRefusal::NoAddress)?;
    to.set_fragment(None);
    Ok(to)
}

/// Whether the host is a name of this machine.
#[must_use]
pub fn is_localhost(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        parse(text).expect("an address")
    }

    #[test]
    fn addresses_are_taken_apart() {
        assert_eq!(host("https://a.org:8443/b?c"), "a.org:8443");
        assert_eq!(host("http://me:secret@a.org"), "a.org");
        assert_eq!(host("https://a.org:443/"), "a.org");
        assert_eq!(
            without_credentials("http://me:pw@a.org/b"),
            "http://a.org/b"
        );
        assert_eq!(without_credentials("http://a.org"), "http://a.org");
        for text in ["ftp://a.org", "file:///etc/passwd", "a.org", "http://", ""] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn redirects_are_joined_and_never_lead_from_https_to_http() {
        let base = url("https://a.org/b/c.jpg?d=1");
        let joined = |location| redirected(&base, location).map(|url| url.to_string());
        assert_eq!(joined("/e"), Ok("https://a.org/e".into()));
        assert_eq!(joined("e"), Ok("https://a.org/b/e".into()));
        assert_eq!(joined("//f.org/g"), Ok("https://f.org/g".into()));
        assert_eq!(
            joined("https://me:pw@f.org/g#h"),
            Ok("https://f.org/g".into())
        );
        for location in [
            "http://f.org/g",
            "HTTP://a.org/e",
            "hTtP:\\\\f.org",
            "\thttp://f.org",
        ] {
            assert_eq!(
                joined(location),
                Err(RedirectRefusal::Unencrypted),
                "{location:?}"
            );
        }
        for location in [
            "ftp://f.org/g",
            "file:///etc/passwd",
            "data:,x",
            "javascript:1",
            "https://",
        ] {
            assert_eq!(
                joined(location),
                Err(RedirectRefusal::NoAddress),
                "{location:?}"
            );
        }
        let open = url("http://a.org/b");
        assert!(redirected(&open, "http://f.org/g").is_ok());
        assert!(redirected(&open, "https://f.org/g").is_ok());
    }

    #[test]
    fn only_the_hub_itself_is_believed() {
        let table = [
            ("https://hub.org/a", "https://hub.org/b", true),
            ("https://hub.org/a", "https://HUB.org:443/b", true),
            ("https://hub.org/a", "http://hub.org/b", false),
            ("https://hub.org/a", "https://cdn.hub.org/b", false),
            ("https://hub.org/a", "https://hub.org.evil.org/b", false),
            ("https://hub.org/a", "https://hub.org:8443/b", false),
            ("https://hub.org/a", "https://hub.org@evil.org/b", false),
            ("http://hub.org/a", "http://hub.org/b", true),
            ("http://hub.org/a", "https://hub.org/b", true),
            ("http://hub.org:8080/a", "https://hub.org:8443/b", false),
            ("http://hub.org/a", "http://127.0.0.1/b", false),
            ("http://127.0.0.1:1/a", "http://127.0.0.1:2/b", false),
            ("http://127.0.0.1:1/a", "http://0x7f.1:1/b", true),
        ];
        for (typed, at, believed) in table {
            assert_eq!(
                is_authoritative_for(&url(typed), &url(at)),
                believed,
                "{typed} {at}"
            );
        }
    }

    #[test]
    fn a_token_goes_to_its_own_host_and_only_encrypted() {
        let table = [
            ("https://huggingface.co", "https://huggingface.co/a/b", true),
            ("https://huggingface.co", "http://huggingface.co/a/b", false),
            (
                "https://huggingface.co",
                "https://cdn-lfs.huggingface.co/a",
                false,
            ),
            (
                "https://huggingface.co",
                "https://huggingface.co:8443/a",
                false,
            ),
            (
                "https://huggingface.co",
                "https://huggingface.co.evil.org/a",
                false,
            ),
            (
                "https://huggingface.co",
                "https://huggingface.co@evil.org/a",
                false,
            ),
            (
                "https://huggingface.co",
                "https://evil.org\\@huggingface.co/a",
                false,
            ),
            ("http://127.0.0.1:80", "http://127.0.0.1:80/a", false),
            ("http://hub.org", "https://hub.org/a", false),
            ("https://hub.org/base", "https://hub.org/other", true),
        ];
        for (issuer, at, carried) in table {
            assert_eq!(
                may_carry_token(&url(issuer), &url(at)),
                carried,
                "{issuer} {at}"
            );
        }
    }

    proptest! {
        /// No response of a server can downgrade the encryption or cause credentials to be forwarded.
        #[test]
        fn no_location_leads_to_less(location in "[a-zA-Z:/\\\\@.?#%\\t 0-9-]{0,40}", secure: bool) {
            let from = url(if secure { "https://hub.org/a/b" } else { "http://hub.org/a/b" });
            if let Ok(to) = redirected(&from, &location) {
                prop_assert!(!secure || is_encrypted(&to));
                prop_assert!(to.username().is_empty() && to.password().is_none());
                prop_assert_eq!(parse(to.as_str()), Some(to.clone()));
                prop_assert!(!may_carry_token(&from, &to) || (is_encrypted(&to) && to.host() == from.host()));
            }
        }
    }
}
