//! Paths below ours, as an upstream gets them.

use kit::{Error, Result};

/// Where the upstreams' paths are, here.
pub(crate) const PREFIX: &str = "/proxy/reverse";

/// What a path here means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Below {
    /// A path of an upstream, with the query.
    Path(String),
    /// The upstream's first page, without the slash that links on it are relative to; where it has one.
    NoSlash(String),
}

/// The path behind our prefix, and the query, as they came.
///
/// # Errors
/// 400 where the path climbs above its beginning: the upstream may be a part of a server only.
pub(crate) fn below(prefix: &str, path_and_query: &str) -> Result<Below> {
    let rest = path_and_query.strip_prefix(prefix).unwrap_or_default();
    let path = rest.split('?').next().unwrap_or_default();
    if path.is_empty() {
        return Ok(Below::NoSlash(format!("{prefix}/{rest}")));
    }
    if climbs(path) {
        return Err(Error::Malformed(format!(
            "the path leads above {prefix}, and nothing there is passed on"
        )));
    }
    Ok(Below::Path(rest.to_owned()))
}

/// Whether a path leads above its beginning, to any server.
///
/// Servers differ in what they take for a slash and for dots, so the worst that one of them does counts: escapes are
/// decoded, several slashes are one, and what follows a `;` does not belong to a segment. `%2f`, `%5c` and `\` separate
/// on the way up only: to a server for which they are letters, `a%2fb` is one segment, and one `..` leads out of it.
fn climbs(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let path = path.replace("%2e", ".").replace("%3b", ";");
    let path = path.replace("%2f", "\\").replace("%5c", "\\");
    let mut depth = 0_usize;
    for segment in path.split('/') {
        let mut is_down = false;
        for part in segment.split('\\') {
            match part.split(';').next().unwrap_or_default() {
                "" | "." => {}
                ".." => match depth.checked_sub(1) {
                    Some(above) => depth = above,
                    None => return true,
                },
                _ if is_down => {}
                _ => {
                    is_down = true;
                    depth += 1;
                }
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_and_the_query_stay_as_they_are() {
        for rest in [
            "/",
            "//",
            "/a//b/",
            "/a%2Fb%2f%41%61",
            "/a/../b/./c",
            "/%E5%94%A4/+;x=1,2",
            "/a?b=%20&b=/../..&c",
            "/?",
            "/a%252e%252e",
            "/.../..a/a..",
            "/a%2fb/../c",
            "/a/b%5cc/../../d",
            "/a%2fb%2f../c",
        ] {
            let got = below("/p", &format!("/p{rest}")).unwrap();
            assert_eq!(got, Below::Path(rest.to_owned()));
        }
    }

    #[test]
    fn without_a_path_there_is_a_slash_to_add() {
        for (rest, want) in [("", "/p/"), ("?a=1", "/p/?a=1")] {
            let got = below("/p", &format!("/p{rest}")).unwrap();
            assert_eq!(got, Below::NoSlash(want.to_owned()));
        }
    }

    #[test]
    fn no_spelling_leads_above_the_beginning() {
        for path in [
            "/..",
            "/../",
            "/../x",
            "/a/../../x",
            "/a/b/../../../x",
            "/./..",
            "//../x",
            "/a//../../x",
            "/%2e%2e/x",
            "/%2E./x",
            "/.%2e",
            "/a%2f..%2f..%2fx",
            "/a/..\\..\\x",
            "/..%5Cx",
            "/..;/x",
            "/..;a=1/x",
            "/..%3b/x",
            "/a/%2e%2e;b/..",
            "/a%2fb/../../x",
            "/a%5cb/../../x",
            "/a\\b/../../x",
            "/a%2Fb%5Cc\\d/../../x",
            "/a%2fb%2f..%2f..",
            "/a/..%2fb/../../x",
            "/..%2fa",
        ] {
            let got = below("/p", &format!("/p{path}?q"));
            assert!(matches!(got, Err(Error::Malformed(_))), "{path}: {got:?}");
        }
    }
}
