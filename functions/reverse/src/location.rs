//! Where an upstream sends a client, as the client has to see it (`Location`, `Content-Location`).

use crate::{
    PREFIX,
    upstreams::{Upstream, Upstreams},
};

/// The target below our prefix, where it is one of an upstream; none where it can stay as it is. `path` is that of the
/// request, which the upstream answered.
///
/// A path that has our prefix already is one of an upstream that goes by `X-Forwarded-Prefix`.
pub(crate) fn here(
    target: &str,
    upstreams: &Upstreams,
    upstream: &Upstream,
    path: &str,
) -> Option<String> {
    if let Some((scheme, rest)) = target.split_once("://")
        && is_scheme(scheme)
    {
        return at_origin(scheme, rest, upstreams);
    }
    if let Some(rest) = target.strip_prefix("//") {
        return at_origin(upstream.scheme().as_str(), rest, upstreams);
    }
    if target.starts_with('/') {
        return of_path(target, upstream);
    }
    let (relative, rest) = target.split_at(path_end(target));
    if is_scheme(relative.split(':').next().unwrap_or_default()) && relative.contains(':')
        || !relative.split('/').any(|segment| segment == "..")
    {
        // As it is, it means the same below our prefix.
        return None;
    }
    let folder = path.split('?').next()?.rsplit_once('/')?.0;
    let whole = format!("{}{folder}/{relative}", upstream.base());
    of_path(&format!("{}{rest}", without_dots(&whole)), upstream)
}

/// A URL's scheme and the rest behind `//`.
fn at_origin(scheme: &str, rest: &str, upstreams: &Upstreams) -> Option<String> {
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let mut there = upstreams
        .iter()
        .filter(|upstream| upstream.is_at(scheme, authority));
    there.find_map(|upstream| below(path, upstream.base()))
}

/// A path of the upstream's server, with what follows it.
fn of_path(target: &str, upstream: &Upstream) -> Option<String> {
    if below(target, PREFIX).is_some() {
        return None;
    }
    // What is not below its base is no part of this site.
    let elsewhere = || format!("{}{target}", upstream.origin());
    Some(below(target, upstream.base()).unwrap_or_else(elsewhere))
}

/// A path below a base, as one below our prefix.
pub(crate) fn below(path: &str, base: &str) -> Option<String> {
    let rest = path.strip_prefix(base)?;
    let ends = rest.is_empty() || rest.starts_with(['/', '?', '#']);
    ends.then(|| format!("{PREFIX}{rest}"))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn path_end(target: &str) -> usize {
    target.find(['?', '#']).unwrap_or(target.len())
}

/// A path without `.` and `..` (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if segments.peek().is_none() {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client gets of a target, where the first upstream answered a request for `/a/b?c`.
    fn rewritten(upstreams: &str, target: &str) -> String {
        let upstreams: Upstreams = upstreams.parse().unwrap();
        let first = upstreams.iter().next().unwrap();
        here(target, &upstreams, first, "/a/b?c").unwrap_or_else(|| target.to_owned())
    }

    #[test]
    fn what_is_the_upstreams_is_below_our_prefix() {
        for (target, want) in [
            ("/login", "/proxy/reverse/login"),
            ("/", "/proxy/reverse/"),
            ("/a?next=/b#c", "/proxy/reverse/a?next=/b#c"),
            ("http://a:5000/login?x", "/proxy/reverse/login?x"),
            ("HTTP://A:5000", "/proxy/reverse"),
            ("http://a:5000?x", "/proxy/reverse?x"),
            ("//a:5000/x", "/proxy/reverse/x"),
            // Another upstream is as good.
            ("http://b/x", "/proxy/reverse/x"),
            ("http://b:80/x", "/proxy/reverse/x"),
            // Relative to the path that the client has, too.
            ("x", "x"),
            ("./x", "./x"),
            ("?x", "?x"),
            ("#x", "#x"),
            ("", ""),
            ("../x?y=..", "/proxy/reverse/x?y=.."),
            ("../../../x/..", "/proxy/reverse/"),
            // Not the upstreams'.
            ("http://a/login", "http://a/login"),
            ("https://a:5000/login", "https://a:5000/login"),
            ("http://a:5000@evil.example/", "http://a:5000@evil.example/"),
            ("http://a:5000.evil.example/", "http://a:5000.evil.example/"),
            ("//words.example/x", "//words.example/x"),
            ("mailto:a@b/../c", "mailto:a@b/../c"),
            // It goes by X-Forwarded-Prefix.
            ("/proxy/reverse/login", "/proxy/reverse/login"),
            ("/proxy/reverse?x", "/proxy/reverse?x"),
            ("/proxy/reversed", "/proxy/reverse/proxy/reversed"),
        ] {
            assert_eq!(
                rewritten("http://a:5000, http://b", target),
                want,
                "{target}"
            );
        }
    }

    #[test]
    fn a_base_is_taken_away_and_what_is_outside_of_it_is_elsewhere() {
        for (target, want) in [
            ("/app/login", "/proxy/reverse/login"),
            ("/app", "/proxy/reverse"),
            ("/apple", "http://a:5000/apple"),
            ("/login", "http://a:5000/login"),
            ("http://a:5000/app/x", "/proxy/reverse/x"),
            ("http://a:5000/x", "http://a:5000/x"),
            ("../x", "/proxy/reverse/x"),
            ("../../x", "http://a:5000/x"),
        ] {
            assert_eq!(rewritten("http://a:5000/app", target), want, "{target}");
        }
    }
}
