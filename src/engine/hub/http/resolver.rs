//! Restricts the addresses that a request may connect to: any address of the host given by the user, and public
//! addresses. Redirects may lead to private addresses only if the user's host has the same scope.
//!
//! Names are resolved here, and the connection uses the checked addresses. A name that resolves differently a moment
//! later (DNS rebinding) therefore has no effect.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use url::{Host, Url};

use super::address::{RedirectRefusal, is_localhost};

/// From where an address is reachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressScope {
    /// From the whole internet.
    Public,
    /// From a private network.
    Private,
    /// From the same link, such as the metadata services of cloud machines.
    LinkLocal,
    /// From this machine.
    Loopback,
    /// Not reachable: unspecified, multicast, reserved or for documentation.
    Special,
}

impl AddressScope {
    /// All variants, in the order of their discriminants.
    pub const ALL: [Self; 5] = [
        Self::Public,
        Self::Private,
        Self::LinkLocal,
        Self::Loopback,
        Self::Special,
    ];

    /// The scope of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            [127, ..] => Self::Loopback,
            [10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Self::Private,
            [169, 254, ..] => Self::LinkLocal,
            // IANA's registry of special-purpose addresses (RFC 6890).
            [0, ..]
            | [192, 0, 0, _]
            | [192, 0, 2, _]
            | [192, 88, 99, _]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..] => Self::Special,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let inner = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            Self::of_v4(Ipv4Addr::new(a, b, c, d))
        };
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            [0, 0, 0, 0, 0, 0, 0, 0] => Self::Special,
            // Embedded IPv4 addresses: mapped, compatible, NAT64, 6to4.
            [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                inner(high, low)
            }
            [0x2002, high, low, ..] => inner(high, low),
            [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Self::Private,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            // Multicast, local NAT64, Teredo, discard-only, documentation.
            [0xff00..=0xffff, ..]
            | [0x64, 0xff9b, ..]
            | [0x2001, 0, ..]
            | [0x100, 0, 0, 0, ..]
            | [0x2001, 0xdb8, ..]
            | [0x3fff, 0..=0xfff, ..] => Self::Special,
            _ => Self::Public,
        }
    }

    /// Whether a URL of this scope may redirect to an address of scope `to`.
    #[must_use]
    pub fn may_redirect_to(self, to: Self) -> bool {
        to == Self::Public || (to == self && to != Self::Special)
    }
}

/// The scope of a host that is known without resolution: an address, or a name of this machine.
#[must_use]
pub fn literal(url: &Url) -> Option<AddressScope> {
    match url.host()? {
        Host::Ipv4(address) => Some(AddressScope::of_v4(address)),
        Host::Ipv6(address) => Some(AddressScope::of_v6(address)),
        Host::Domain(_) => is_localhost(url).then_some(AddressScope::Loopback),
    }
}

/// Scopes of the user's host names. The first resolution is valid for the lifetime of a client.
#[derive(Clone, Debug, Default)]
pub struct TypedHosts(Arc<Mutex<HashMap<String, AddressScope>>>);

impl TypedHosts {
    /// The scope of the user's URL. A name that was not resolved, as behind a proxy, counts as public.
    #[must_use]
    pub fn kind(&self, url: &Url) -> AddressScope {
        let looked_up = || {
            let kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kinds.get(url.host_str()?).copied()
        };
        literal(url)
            .or_else(looked_up)
            .unwrap_or(AddressScope::Public)
    }

    fn remember(&self, host: &str, addresses: impl Iterator<Item = IpAddr>) {
        // A name with at least one public address counts as public.
        if let Some(kind) = addresses.map(AddressScope::of).min() {
            let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kinds.entry(host.into()).or_insert(kind);
        }
    }
}

/// Purpose of a resolution.
#[derive(Debug)]
pub enum LookupPurpose {
    /// A URL given by the user: every scope is allowed and remembered.
    Typed(TypedHosts),
    /// A redirect from a URL of this scope.
    Redirect(AddressScope),
}

/// A resolver that removes addresses outside the permitted scopes.
#[derive(Debug)]
pub struct ScopedResolver(pub LookupPurpose);

impl Resolver for ScopedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        // The user's own proxy is allowed in any scope.
        let proxy = config.proxy().map(ureq::Proxy::uri);
        if proxy.is_some_and(|proxy| proxy.authority() == uri.authority()) {
            return Ok(found);
        }
        match &self.0 {
            LookupPurpose::Typed(typed) => {
                let addresses = found.iter().map(std::net::SocketAddr::ip);
                typed.remember(uri.host().unwrap_or_default(), addresses);
                Ok(found)
            }
            LookupPurpose::Redirect(kind) => {
                let mut kept = self.empty();
                let fine = |ip: IpAddr| kind.may_redirect_to(AddressScope::of(ip));
                for address in found.iter().filter(|address| fine(address.ip())) {
                    kept.push(*address);
                }
                match kept.is_empty() {
                    true => Err(ureq::Error::Io(io::Error::other(
                        RedirectRefusal::PrivateNetwork,
                    ))),
                    false => Ok(kept),
                }
            }
        }
    }
}

/// Whether a request failed because its redirect target is not allowed.
#[must_use]
pub fn refusal(error: &ureq::Error) -> Option<RedirectRefusal> {
    match error {
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref::<RedirectRefusal>().copied(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::hub::http::address::parse;

    #[test]
    fn every_address_has_the_kind_of_the_registries() {
        let table = [
            ("8.8.8.8", AddressScope::Public),
            ("172.15.0.1", AddressScope::Public),
            ("172.32.0.1", AddressScope::Public),
            ("100.128.0.1", AddressScope::Public),
            ("2606:4700::1111", AddressScope::Public),
            ("::ffff:8.8.8.8", AddressScope::Public),
            ("10.1.2.3", AddressScope::Private),
            ("172.16.0.1", AddressScope::Private),
            ("172.31.255.255", AddressScope::Private),
            ("192.168.1.1", AddressScope::Private),
            ("100.64.0.1", AddressScope::Private),
            ("fd00::1", AddressScope::Private),
            ("fec0::1", AddressScope::Private),
            ("::ffff:10.0.0.1", AddressScope::Private),
            ("64:ff9b::192.168.0.1", AddressScope::Private),
            ("2002:c0a8:101::1", AddressScope::Private),
            ("169.254.169.254", AddressScope::LinkLocal),
            ("fe80::1", AddressScope::LinkLocal),
            ("::ffff:169.254.169.254", AddressScope::LinkLocal),
            ("127.0.0.1", AddressScope::Loopback),
            ("127.255.0.3", AddressScope::Loopback),
            ("::1", AddressScope::Loopback),
            ("::ffff:127.0.0.1", AddressScope::Loopback),
            ("::127.0.0.1", AddressScope::Loopback),
            ("0.0.0.0", AddressScope::Special),
            ("::", AddressScope::Special),
            ("224.0.0.1", AddressScope::Special),
            ("255.255.255.255", AddressScope::Special),
            ("ff02::1", AddressScope::Special),
            ("198.18.0.1", AddressScope::Special),
            ("2001::1", AddressScope::Special),
            ("2001:db8::1", AddressScope::Special),
        ];
        for (text, kind) in table {
            assert_eq!(
                AddressScope::of(text.parse().expect("an address")),
                kind,
                "{text}"
            );
        }
    }

    #[test]
    fn hosts_that_say_their_kind_are_known_in_all_their_spellings() {
        for (text, kind) in [
            ("http://127.1/", Some(AddressScope::Loopback)),
            ("http://2130706433/", Some(AddressScope::Loopback)),
            ("http://0x7f000001/", Some(AddressScope::Loopback)),
            ("http://0177.0.0.1/", Some(AddressScope::Loopback)),
            ("http://localhost./", Some(AddressScope::Loopback)),
            ("http://a.LOCALHOST:1/", Some(AddressScope::Loopback)),
            ("http://[::ffff:7f00:1]/", Some(AddressScope::Loopback)),
            ("http://0/", Some(AddressScope::Special)),
            ("http://a.org/", None),
        ] {
            assert_eq!(literal(&parse(text).expect("an address")), kind, "{text}");
        }
    }

    #[test]
    fn a_redirect_leads_inward_only_to_the_kind_that_was_typed() {
        for typed in AddressScope::ALL {
            for to in AddressScope::ALL {
                let same = typed == to && to != AddressScope::Special;
                assert_eq!(
                    typed.may_redirect_to(to),
                    to == AddressScope::Public || same,
                    "{typed:?} {to:?}"
                );
            }
        }
    }

    #[test]
    fn the_first_look_up_of_a_name_counts() {
        let typed = TypedHosts::default();
        let url = parse("http://name.org/").expect("an address");
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(typed.kind(&url), AddressScope::Public);
        typed.remember("name.org", [ip("10.0.0.1"), ip("8.8.8.8")].into_iter());
        typed.remember("name.org", [ip("127.0.0.1")].into_iter());
        assert_eq!(typed.kind(&url), AddressScope::Public);
        typed.remember("nas.lan", [ip("192.168.0.4")].into_iter());
        let nas = parse("http://nas.lan:5000/a").expect("an address");
        assert_eq!(typed.kind(&nas), AddressScope::Private);
    }
}
