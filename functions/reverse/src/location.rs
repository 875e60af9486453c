//! Where an upstream sends a client, as the client has to see it (`Location`, `Content-Location`).

use crate::{
    path::PREFIX,
    upstreams::{Upstream, Upstreams},
};

/// A target that no path here leads to: on an upstream's server, and not below the upstream's base; or no text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotHere;

/// The target below our prefix, where it is one of an upstream; none where it can stay as it is. `path` is that of the
/// request, which the upstream answered.
///
/// A path that has our prefix already is one of an upstream that goes by `X-Forwarded-Prefix`.
///
/// # Errors
/// [`NotHere`]: passed on as it is, it would show a client the address of a server that it cannot reach.
pub(crate) fn here(
    target: &[u8],
    upstreams: &Upstreams,
    upstream: &Upstream,
    path: &str,
) -> Result<Option<String>, NotHere> {
    // Some servers write UTF-8 without escaping it.
    let target = str::from_utf8(target).map_err(|_| NotHere)?;
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
        || !relative.split('/').any(|segment| dots(segment) == 2)
    {
        // As it is, it means the same below our prefix.
        return Ok(None);
    }
    let path = path.split('?').next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = format!("{}{folder}/{relative}{rest}", upstream.base());
    of_path(&whole, upstream)
}

/// A URL's scheme and the rest behind `//`.
fn at_origin(scheme: &str, rest: &str, upstreams: &Upstreams) -> Result<Option<String>, NotHere> {
    let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let mut there = upstreams
        .iter()
        .filter(|upstream| upstream.is_at(scheme, authority))
        .peekable();
    if there.peek().is_none() {
        return Ok(None);
    }
    let target = without_dots(target);
    let here = there.find_map(|upstream| below(&target, upstream.base()));
    here.map(Some).ok_or(NotHere)
}

/// A path of the upstream's server, with what follows it.
fn of_path(target: &str, upstream: &Upstream) -> Result<Option<String>, NotHere> {
    let target = without_dots(target);
    if below(&target, PREFIX).is_some() {
        return Ok(None);
    }
    below(&target, upstream.base()).map(Some).ok_or(NotHere)
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

/// A target with an absolute path, without `.` and `..` in it (RFC 3986, section 5.2.4). No path at all is `/`.
fn without_dots(target: &str) -> String {
    let (path, rest) = target.split_at(path_end(target));
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let dots = dots(segment);
        if dots == 2 {
            kept.pop();
        }
        if dots == 0 {
            kept.push(segment);
        } else if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}{rest}", kept.join("/"))
}

/// How many dots a segment is, 1 or 2; 0 where it is anything else. Browsers take escaped ones for dots, too.
fn dots(segment: &str) -> usize {
    match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
        "." => 1,
        ".." => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client gets of a target, where the first upstream answered a request for `/a/b?c`.
    fn rewritten(upstreams: &str, target: &str) -> Result<String, NotHere> {
        let upstreams: Upstreams = upstreams.parse().unwrap();
        let first = upstreams.iter().next().unwrap();
        let here = here(target.as_bytes(), &upstreams, first, "/a/b?c")?;
        Ok(here.unwrap_or_else(|| target.to_owned()))
    }

    #[test]
    fn what_is_the_upstreams_is_below_our_prefix() {
        for (target, want) in [
            ("/login", "/proxy/reverse/login"),
            ("/", "/proxy/reverse/"),
            ("/a?next=/b#c", "/proxy/reverse/a?next=/b#c"),
            ("http://a:5000/login?x", "/proxy/reverse/login?x"),
            ("HTTP://A:5000", "/proxy/reverse/"),
            ("http://a:5000?x", "/proxy/reverse/?x"),
            ("/a/../b/./c?../d", "/proxy/reverse/b/c?../d"),
            ("http://a:5000/a/%2E./b", "/proxy/reverse/b"),
            ("/唤醒/..", "/proxy/reverse/"),
            ("/唤醒", "/proxy/reverse/唤醒"),
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
            ("/proxy/reverse/../x", "/proxy/reverse/proxy/x"),
        ] {
            assert_eq!(
                rewritten("http://a:5000, http://b", target).as_deref(),
                Ok(want),
                "{target}"
            );
        }
    }

    #[test]
    fn a_base_is_taken_away() {
        for (target, want) in [
            ("/app/login", "/proxy/reverse/login"),
            ("/app", "/proxy/reverse"),
            ("/x/../app/y", "/proxy/reverse/y"),
            ("http://a:5000/app/x", "/proxy/reverse/x"),
            ("../x", "/proxy/reverse/x"),
            ("http://b/x", "http://b/x"),
        ] {
            assert_eq!(
                rewritten("http://a:5000/app", target).as_deref(),
                Ok(want),
                "{target}"
            );
        }
    }

    #[test]
    fn no_path_here_leads_to_what_is_outside_of_a_base() {
        for target in [
            "/apple",
            "/login",
            "/app/../x",
            "/app/%2e%2E/x",
            "http://a:5000",
            "http://a:5000/x",
            "http://a:5000/app/../x",
            "../../x",
            "%2e%2e/%2e%2e/x",
        ] {
            assert_eq!(
                rewritten("http://a:5000/app", target),
                Err(NotHere),
                "{target}"
            );
        }
        let upstreams: Upstreams = "http://a".parse().unwrap();
        let first = upstreams.iter().next().unwrap();
        assert_eq!(here(b"/\xff", &upstreams, first, "/"), Err(NotHere));
    }
}
