//! Rules for URLs: where a redirect may lead, which host gets a token, and whose checksum counts. Pure.
//!
//! URLs are parsed once, and the normal form of that parser is requested: two parsers that disagree are how such rules are
//! bypassed.

use url::{Host, Url};

/// Why a redirect is not followed. Each message follows "it redirects to HOST, ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectRefusal {
    /// From https to http.
    #[error("which is not encrypted")]
    Unencrypted,
    /// To something that is no web address.
    #[error("which is no web address")]
    NoAddress,
    /// To an address that only this machine or network can reach.
    #[error("which is an address of this machine or of a private network")]
    Inward,
    /// Again and again.
    #[error("and on in a circle")]
    Circle,
}

/// A web address with a host.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The host of an address for people, with its port if it is not the usual one; without a name and password.
#[must_use]
pub fn host(text: &str) -> String {
    match parse(text) {
        Some(url) => host_of(&url),
        None => text.into(),
    }
}

/// The same of an address that is parsed already.
#[must_use]
pub fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.into(),
    }
}

/// An address without a name and password, to be kept or shown.
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

/// Whether the connection is encrypted.
#[must_use]
pub fn is_encrypted(url: &Url) -> bool {
    url.scheme() == "https"
}

/// Whether both addresses are of one server: scheme, host and port are the same.
#[must_use]
pub fn same_server(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// Whether what the server at `at` says of a file that was asked for at `typed` counts as the hub's own word: it
/// must be the hub's server, or the same host after an upgrade from http to https.
#[must_use]
pub fn speaks_for(typed: &Url, at: &Url) -> bool {
    let upgraded = !is_encrypted(typed)
        && is_encrypted(at)
        && typed.host() == at.host()
        && typed.port().is_none()
        && at.port().is_none();
    same_server(typed, at) || upgraded
}

/// Whether a token that is for the server of `issuer` may go to `at`: to that server, and only encrypted.
#[must_use]
pub fn may_carry_token(issuer: &Url, at: &Url) -> bool {
    is_encrypted(at) && same_server(issuer, at)
}

/// Where a redirect leads. Names and passwords in it are dropped.
///
/// # Errors
/// If it leads from https to http, or to no web address.
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

/// Whether a host is this machine by its name.
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
            assert_eq!(speaks_for(&url(typed), &url(at)), believed, "{typed} {at}");
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
        /// Whatever a server answers, encryption is never lost and a name or password never sent on.
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
