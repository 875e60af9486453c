//! Where a request goes.

use http::{Uri, uri::Scheme};
use url::Host;

/// The hosts below which an application's components reach each other under Spin.
pub(crate) const COMPONENTS: &str = ".spin.internal";

/// The host that stands for the application itself, in a manifest and in a request.
pub(crate) const SELF: [&str; 2] = ["self", "self.alt"];

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// Whether the scheme is `https`.
    pub(crate) is_tls: bool,
    /// The host as a URL standard's parser reads it: an address in whatever spelling is an address, a
    /// name is in lower case.
    pub(crate) host: Host,
    /// The port, given or usual.
    pub(crate) port: u16,
}

impl Destination {
    /// Where a request for `uri` goes; `None` where that says no host, or one that cannot be.
    pub(crate) fn from_uri(uri: &Uri) -> Option<Self> {
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        Some(Self {
            is_tls,
            host: Host::parse(uri.host()?).ok()?,
            port: uri.port_u16().unwrap_or(usual_port(is_tls)),
        })
    }

    /// The entry that allows this and no more.
    pub(crate) fn entry(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        let Self { host, port, .. } = self;
        if *port == usual_port(self.is_tls) {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        }
    }

    /// Whether Spin would hand the request to the application itself or to one of its components.
    pub(crate) fn is_inside(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == SELF[1] || name.ends_with(COMPONENTS),
            _ => false,
        }
    }
}

/// The port of a URL that says none.
pub(crate) fn usual_port(is_tls: bool) -> u16 {
    if is_tls { 443 } else { 80 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::allowed_hosts::AllowedHosts;

    #[test]
    fn a_destination_names_the_entry_that_allows_it() {
        for (uri, entry) in [
            ("http://Example.org/a", "http://example.org"),
            ("https://example.org:443", "https://example.org"),
            ("https://example.org:80", "https://example.org:80"),
            ("http://[::1]:5000/", "http://[::1]:5000"),
        ] {
            let destination = Destination::from_uri(&uri.parse().unwrap()).unwrap();
            assert_eq!(destination.entry(), entry);
            assert!(
                AllowedHosts::new([entry.to_owned()])
                    .unwrap()
                    .allow(&destination)
            );
        }
        assert_eq!(Destination::from_uri(&"/a".parse().unwrap()), None);
    }
}
