//! The page: the way of the request as a picture, what follows from it, and the tutorial's four kinds. It works without
//! scripts.

mod texts;

use std::net::IpAddr;

use askama::Template;
use kit::{Request, Response, Result, failing, render_template};
use site::Counted;

use self::texts::Rank;
pub(crate) use self::texts::Texts;
use crate::{
    HOME, REAL_IP,
    chain::{self, Role, Source, Station},
    seen::Seen,
    verdict::{Kind, Verdict},
};

type Site = site::Site<Texts>;

/// How many entries of a header are listed. Of more, the last are, as these are from proxies near the server.
const MAX_LISTED: usize = 60;

/// How many stations stand side by side in a wide window.
const MAX_ROW: usize = 4;

#[derive(Template)]
#[template(path = "inspect.html")]
struct Inspect {
    site: Site,
    stations: Vec<StationView>,
    /// Whether there is room for all side by side.
    is_row: bool,
    kind: String,
    reason: String,
    /// Whether the address of the one who looks would tell more.
    is_open: bool,
    real_ip: String,
    /// Whether that is no address.
    is_wrong: bool,
    lines: Vec<Line>,
    ranks: Vec<RankView>,
}

/// A station in the picture.
struct StationView {
    /// For the style sheet, and the icon.
    source: &'static str,
    icon: &'static str,
    label: String,
    name: Option<String>,
    via: Option<String>,
    note: &'static str,
    counts_as_client: bool,
}

/// What one of the tutorial's variables holds.
struct Line {
    variable: &'static str,
    entries: Vec<String>,
    /// How many are not listed.
    more: Option<String>,
    /// What is said where there is none.
    none: &'static str,
}

/// One of the four kinds.
struct RankView {
    rank: &'static Rank,
    /// Whether it is the one, or can be.
    is_candidate: bool,
}

/// The page, for what was seen.
///
/// # Errors
/// Those of the frame. Where `real_ip` is not an address, the page says so, with its status.
pub(crate) fn show(
    request: &Request,
    seen: &Seen,
    real_ip: Result<Option<IpAddr>>,
) -> Result<Response> {
    let typed = request.args().get(REAL_IP).unwrap_or_default().trim();
    if let Some(switched) = site::switched(request, HOME, &[(REAL_IP, typed)])? {
        return Ok(switched);
    }
    let site = Site::new(request, HOME, &[(REAL_IP, typed)]);
    match real_ip {
        Ok(real_ip) => render_template(&Inspect::new(site, seen, real_ip, typed)),
        Err(error) => {
            let page = Inspect {
                is_wrong: true,
                ..Inspect::new(site, seen, None, typed)
            };
            Ok(failing(render_template(&page)?, &error))
        }
    }
}

impl Inspect {
    fn new(site: Site, seen: &Seen, real_ip: Option<IpAddr>, typed: &str) -> Self {
        let texts = site.texts;
        let verdict = Verdict::new(seen, real_ip);
        let stations = chain::stations(seen, &verdict);
        let ranks = texts.ranks.iter().map(|rank| RankView {
            rank,
            is_candidate: verdict.candidates.contains(&rank.kind),
        });
        Self {
            is_row: stations.len() <= MAX_ROW,
            stations: stations
                .into_iter()
                .map(|station| StationView::new(station, texts))
                .collect(),
            kind: texts.kind(&verdict),
            reason: texts.reason(verdict.why),
            is_open: verdict.kind == Kind::Unknown,
            real_ip: typed.to_owned(),
            is_wrong: false,
            lines: lines(seen, texts),
            ranks: ranks.collect(),
            site,
        }
    }
}

impl StationView {
    fn new(station: Station, texts: &'static Texts) -> Self {
        let (source, note) = match station.source {
            Source::Connection => ("connection", texts.from_connection),
            Source::Trusted => ("trusted", texts.from_trusted),
            Source::Claimed => ("claimed", texts.claimed),
            Source::Hidden => ("hidden", texts.hidden),
        };
        let (icon, label) = match station.role {
            Role::Client => ("client", texts.client.to_owned()),
            Role::ClientOrProxy => ("client", texts.client_or_proxy.to_owned()),
            Role::Proxy(n) => ("proxy", site::fill(texts.proxy, &[("n", &n.to_string())])),
            Role::Between(n) => ("proxy", counted(&texts.between, n)),
        };
        Self {
            source,
            icon,
            label,
            name: station.name,
            via: station.via,
            note: match station.role {
                Role::Between(_) => texts.listed_below,
                _ => note,
            },
            counts_as_client: station.counts_as_client,
        }
    }
}

/// The variables, as they are.
fn lines(seen: &Seen, texts: &'static Texts) -> Vec<Line> {
    let line = |variable, entries: Vec<String>| Line::new(variable, entries, texts);
    let address = |address: Option<IpAddr>| address.iter().map(ToString::to_string).collect();
    vec![
        Line {
            none: texts.not_known,
            ..line("REMOTE_ADDR", address(seen.remote_addr))
        },
        line("HTTP_VIA", shown(&seen.via)),
        line("HTTP_X_FORWARDED_FOR", shown(&seen.x_forwarded_for)),
        line("HTTP_FORWARDED", shown(&seen.forwarded)),
    ]
}

fn shown(entries: &[impl ToString]) -> Vec<String> {
    entries.iter().map(ToString::to_string).collect()
}

impl Line {
    fn new(variable: &'static str, mut entries: Vec<String>, texts: &'static Texts) -> Self {
        let more = entries.len().saturating_sub(MAX_LISTED);
        entries.drain(..more);
        Self {
            variable,
            entries,
            more: (more > 0).then(|| counted(&texts.more, more)),
            none: texts.not_sent,
        }
    }
}

fn counted(text: &Counted, n: usize) -> String {
    text.text(i64::try_from(n).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use site::{Language, OFFERED};

    use super::*;
    use crate::seen::tests::seen;

    const ATTACK: &str = "\"><script>alert(1)</script>";

    fn page(language: Language, lines: &[(&str, &str)], real_ip: Option<&str>) -> String {
        let site = Site::in_language(language, HOME, &[]);
        let real_ip = real_ip.map(|text| text.parse().unwrap());
        let page = Inspect::new(site, &seen(lines), real_ip, ATTACK);
        let page = page.render().unwrap();
        site::testing::assert_filled(&page);
        page
    }

    #[test]
    fn the_page_is_complete_in_both_languages() {
        for (language, kind, reason) in [
            (Language::English, "Anonymous", "name no address"),
            (Language::Chinese, "匿名代理", "没有给出"),
        ] {
            let page = page(language, &[("via", "1.1 proxy.example")], None);
            for text in [kind, reason, "198.51.100.7", "proxy.example"] {
                assert!(page.contains(text), "{text}: {page}");
            }
            // Only what is certain is marked.
            assert_eq!(page.matches("aria-current=\"true\"").count(), 1, "{page}");
        }
    }

    #[test]
    fn nothing_that_came_in_is_markup() {
        for language in OFFERED {
            let page = page(
                language,
                &[
                    ("via", ATTACK),
                    ("x-forwarded-for", ATTACK),
                    ("forwarded", ATTACK),
                ],
                None,
            );
            assert!(!page.contains("<script"), "{page}");
            assert!(page.contains("&#60;script&#62;"), "{page}");
        }
    }

    #[test]
    fn every_kind_is_shown_in_the_row_of_the_four() {
        let xff = ("x-forwarded-for", "203.0.113.9");
        for (lines, real_ip, want) in [
            (&[][..], None, 1),
            (&[], Some("198.51.100.7"), 0),
            (&[], Some("203.0.113.9"), 1),
            (&[xff], None, 2),
            (&[xff], Some("203.0.113.9"), 1),
        ] {
            let page = page(Language::English, lines, real_ip);
            assert_eq!(
                page.matches("aria-current=\"true\"").count(),
                want,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_page_with_many_hops_stays_short() {
        let line = |hops: usize| vec!["192.0.2.1"; hops].join(",");
        let fifty = page(Language::English, &[("x-forwarded-for", &line(50))], None);
        assert_eq!(fifty.matches("<code>192.0.2.1</code>").count(), 50 + 6);
        let many = page(
            Language::English,
            &[("x-forwarded-for", &line(5_000))],
            None,
        );
        assert!(many.contains("4,940 more before these"), "{many}");
        assert!(many.len() < 2 * fifty.len());
    }
}
