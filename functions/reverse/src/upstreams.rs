//! The servers behind this one: the variable `upstreams`.

use std::str::FromStr;

use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};

/// What the variable may be, for whoever sets it.
pub(crate) const SYNTAX: &str = "URLs separated by commas, each with a weight or without: http://127.0.0.1:5000, http://10.0.0.2:5000/app=3";

/// The greatest weight of an upstream.
const MAX_WEIGHT: u32 = 1000;

/// The most characters of an upstream's URL, which is a part of a key.
const MAX_URL_CHARS: usize = 200;

/// All upstreams, in the order in which they are written.
#[derive(Debug)]
pub(crate) struct Upstreams(Vec<Upstream>);

/// A server, or a part of one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    scheme: Scheme,
    authority: Authority,
    /// The path that all its paths begin with; empty, or it begins with a slash and ends without one.
    base: String,
    /// How often it is chosen, compared with the others.
    weight: u32,
}

impl FromStr for Upstreams {
    type Err = String;

    /// Reads a list such as `http://a:80, https://b/app=3`. What follows the last `=` of an entry is its weight; an
    /// entry without `=` has 1.
    ///
    /// # Errors
    /// The entry that is wrong, and why.
    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let upstreams: Vec<Upstream> = entries
            .map(|entry| upstream(entry).map_err(|why| format!("{entry:?} {why}")))
            .collect::<Result<_, _>>()?;
        for (index, upstream) in upstreams.iter().enumerate() {
            let url = upstream.url();
            if upstreams
                .iter()
                .take(index)
                .any(|earlier| earlier.url() == url)
            {
                return Err(format!("{url:?} is there twice: give it a weight instead"));
            }
        }
        Ok(Self(upstreams))
    }
}

fn upstream(entry: &str) -> Result<Upstream, &'static str> {
    let (url, weight) = match entry.rsplit_once('=') {
        Some((url, weight)) => (url, weight),
        None => (entry, "1"),
    };
    let is_number = !weight.is_empty() && weight.bytes().all(|byte| byte.is_ascii_digit());
    let weight = weight
        .parse()
        .ok()
        .filter(|weight| is_number && (1..=MAX_WEIGHT).contains(weight));
    let weight = weight.ok_or("has a weight that is not a whole number from 1 to 1000")?;
    if url.chars().count() > MAX_URL_CHARS {
        return Err("has more than 200 characters");
    }
    if url.contains(['?', '#']) {
        return Err("has a query or a fragment");
    }
    let parts = url.parse::<Uri>().map_err(|_| "is not a URL")?.into_parts();
    let scheme = parts
        .scheme
        .filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme))
        .ok_or("does not begin with http:// or https://")?;
    let authority = parts.authority.ok_or("names no server")?;
    if authority.as_str().contains('@') {
        return Err("has a user name in it");
    }
    // `http` takes any port for one, and reads it only when it is asked for.
    let port = authority
        .as_str()
        .strip_prefix(authority.host())
        .unwrap_or_default();
    if authority.host().is_empty()
        || (!port.is_empty() && authority.port_u16().is_none_or(|port| port == 0))
    {
        return Err("names no server, or no port");
    }
    let base = parts.path_and_query.as_ref().map_or("", PathAndQuery::path);
    let base = base.trim_end_matches('/').to_owned();
    if base
        .split('/')
        .any(|segment| segment == "." || segment == "..")
    {
        return Err("has dots for a folder in its path");
    }
    Ok(Upstream {
        scheme,
        authority,
        base,
        weight,
    })
}

impl Upstreams {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Upstream> {
        self.0.iter()
    }
}

/// One of several, each as often as its weight says; none of none. `random` is any number.
pub(crate) fn choose<'a>(among: &[&'a Upstream], random: u64) -> Option<&'a Upstream> {
    let total: u64 = among
        .iter()
        .map(|upstream| u64::from(upstream.weight))
        .sum();
    let mut at = random.checked_rem(total)?;
    among.iter().copied().find(|upstream| {
        let weight = u64::from(upstream.weight);
        let is_here = at < weight;
        at = at.saturating_sub(weight);
        is_here
    })
}

impl Upstream {
    /// Its URL, which is its name.
    pub(crate) fn url(&self) -> String {
        let authority = self.authority.as_str().to_ascii_lowercase();
        format!("{}://{authority}{}", self.scheme, self.base)
    }

    /// The path that all its paths begin with: empty, or without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The scheme.
    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The URI of a path of its own, byte for byte.
    pub(crate) fn uri(&self, path: &str) -> Option<Uri> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(format!("{}{path}", self.base).parse().ok()?);
        Uri::from_parts(parts).ok()
    }

    /// Whether that is its scheme, host and port.
    pub(crate) fn is_at(&self, scheme: &str, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else {
            return false;
        };
        scheme.eq_ignore_ascii_case(self.scheme.as_str())
            && authority.host().eq_ignore_ascii_case(self.authority.host())
            && self.port(&authority) == self.port(&self.authority)
    }

    fn port(&self, authority: &Authority) -> u16 {
        let usual = if self.scheme == Scheme::HTTPS {
            443
        } else {
            80
        };
        authority.port_u16().unwrap_or(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<(String, u32)> {
        let upstreams: Upstreams = text.parse().unwrap();
        let all = upstreams.iter();
        all.map(|upstream| (upstream.url(), upstream.weight))
            .collect()
    }

    #[test]
    fn a_list_is_read_with_its_weights() {
        for (text, want) in [
            ("", &[][..]),
            (" , ", &[]),
            ("http://a", &[("http://a", 1)]),
            (
                "http://A:80/,https://b/app/=3",
                &[("http://a:80", 1), ("https://b/app", 3)],
            ),
            ("http://[::1]:5000=1000", &[("http://[::1]:5000", 1000)]),
            ("HTTP://a//b%20c=2", &[("http://a//b%20c", 2)]),
        ] {
            let want: Vec<_> = want
                .iter()
                .map(|(url, weight)| ((*url).to_owned(), *weight))
                .collect();
            assert_eq!(urls(text), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_upstream_is_named() {
        let long = format!("http://a/{}", "b".repeat(200));
        for (text, why) in [
            ("a:80", "http://"),
            ("127.0.0.1", "http://"),
            ("/app", "http://"),
            ("ftp://a", "http://"),
            ("http://", "not a URL"),
            ("http://a b", "not a URL"),
            ("http://u:p@a", "user name"),
            ("http://a:", "port"),
            ("http://a:0", "port"),
            ("http://a:99999", "port"),
            ("http://a/?x", "query"),
            ("http://a/#x", "fragment"),
            ("http://a/../b", "dots"),
            ("http://a=0", "weight"),
            ("http://a=1001", "weight"),
            ("http://a=+1", "weight"),
            ("http://a=", "weight"),
            ("http://a=1.5", "weight"),
            ("http://b, http://a/x, http://A/x/=2", "twice"),
            (&long, "200"),
        ] {
            let error = text.parse::<Upstreams>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn each_is_chosen_as_often_as_its_weight_says() {
        let upstreams: Upstreams = "http://a=1, http://b=3, http://c=6".parse().unwrap();
        let all: Vec<_> = upstreams.iter().collect();
        let chosen = (0..10).map(|random| choose(&all, random).unwrap().authority.as_str());
        assert_eq!(chosen.collect::<String>(), "abbbcccccc");
        assert_eq!(choose(&all, u64::MAX).unwrap().authority, "c");
        assert_eq!(choose(&[], 7), None);
    }

    #[test]
    fn a_path_is_added_byte_for_byte() {
        let upstreams: Upstreams = "http://a/app".parse().unwrap();
        let upstream = upstreams.iter().next().unwrap();
        for path in ["/", "//x", "/%2e%41/唤", "/a?b=%20&c", "/?"] {
            let uri = upstream.uri(path).unwrap();
            assert_eq!(
                uri.path_and_query().unwrap().as_str(),
                format!("/app{path}")
            );
            assert_eq!(uri.authority().unwrap(), "a");
        }
    }

    #[test]
    fn an_origin_is_told_by_host_and_port() {
        let upstreams: Upstreams = "http://a.example/app".parse().unwrap();
        let upstream = upstreams.iter().next().unwrap();
        for (scheme, authority, want) in [
            ("http", "a.example", true),
            ("HTTP", "A.example:80", true),
            ("http", "a.example:81", false),
            ("https", "a.example", false),
            ("http", "b.example", false),
            ("http", "", false),
        ] {
            assert_eq!(
                upstream.is_at(scheme, authority),
                want,
                "{scheme}://{authority}"
            );
        }
    }
}
