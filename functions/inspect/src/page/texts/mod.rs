//! Every text of the page, in both languages. A text that one of them lacks does not compile.

mod chinese;
mod english;

use serde::Serialize;
use site::{Counted, fill};

use crate::verdict::{Kind, Verdict, Why};

/// The texts of one language.
#[derive(Serialize)]
pub(crate) struct Texts {
    pub(super) words: &'static str,
    pub(super) title: &'static str,
    pub(super) title_aside: &'static str,
    pub(super) tagline: &'static str,

    pub(super) way_heading: &'static str,
    pub(super) client: &'static str,
    pub(super) client_or_proxy: &'static str,
    pub(super) proxy: &'static str,
    pub(super) between: Counted,
    pub(super) server: &'static str,
    pub(super) from_connection: &'static str,
    pub(super) from_trusted: &'static str,
    pub(super) claimed: &'static str,
    pub(super) hidden: &'static str,
    pub(super) listed_below: &'static str,
    pub(super) this_server: &'static str,
    pub(super) counts_as_client: &'static str,

    pub(super) kind_heading: &'static str,
    either: &'static str,
    none: &'static str,
    no_sign: &'static str,
    named: &'static str,
    nobody_named: &'static str,
    perhaps_trusted: &'static str,
    own_connection: &'static str,
    own_connection_and_claims: &'static str,
    real_named: &'static str,
    other_named: &'static str,
    other_connected: &'static str,
    nobody_seen: &'static str,

    pub(super) real_ip: &'static str,
    pub(super) real_ip_hint: &'static str,
    pub(super) real_ip_wrong: &'static str,
    pub(super) check: &'static str,

    pub(super) lines_heading: &'static str,
    pub(super) lines_text: &'static str,
    pub(super) not_sent: &'static str,
    pub(super) not_known: &'static str,
    pub(super) more: Counted,

    pub(super) ranks_heading: &'static str,
    pub(super) ranks_text: &'static str,
    pub(super) remote_addr: &'static str,
    pub(super) ranks: [Rank; 4],
    pub(super) this_one: &'static str,
    pub(super) perhaps: &'static str,
}

/// What is said of one of the four kinds.
#[derive(Serialize)]
pub(super) struct Rank {
    #[serde(skip)]
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) via: &'static str,
    pub(super) x_forwarded_for: &'static str,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

impl Texts {
    /// The kind, or those that it can be.
    pub(super) fn kind(&self, verdict: &Verdict) -> String {
        let names = verdict.candidates.iter().map(|kind| self.name(*kind));
        let names = names.map(str::to_owned).reduce(|all, name| {
            let name = name.to_lowercase();
            fill(self.either, &[("a", &all), ("b", &name)])
        });
        names.unwrap_or_default()
    }

    fn name(&self, kind: Kind) -> &'static str {
        let rank = self.ranks.iter().find(|rank| rank.kind == kind);
        rank.map_or(self.none, |rank| rank.name)
    }

    /// What speaks for the kind.
    pub(crate) fn reason(&self, why: Why) -> String {
        let (text, address) = match why {
            Why::NoSign => (self.no_sign, None),
            Why::Named(address) => (self.named, Some(address)),
            Why::NobodyNamed => (self.nobody_named, None),
            Why::PerhapsTrusted => (self.perhaps_trusted, None),
            Why::OwnConnection(address) => (self.own_connection, Some(address)),
            Why::OwnConnectionAndClaims(address) => (self.own_connection_and_claims, Some(address)),
            Why::RealNamed(address) => (self.real_named, Some(address)),
            Why::OtherNamed(address) => (self.other_named, Some(address)),
            Why::OtherConnected(address) => (self.other_connected, Some(address)),
            Why::NobodySeen => (self.nobody_seen, None),
        };
        match address {
            Some(address) => fill(text, &[("address", &address.to_string())]),
            None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use site::Texts as _;

    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        site::testing::check_texts::<Texts>();
    }

    #[test]
    fn both_languages_have_the_tutorials_order() {
        for texts in [Texts::ENGLISH, Texts::CHINESE] {
            let kinds = texts.ranks.each_ref().map(|rank| rank.kind);
            let want = [
                Kind::Elite,
                Kind::Distorting,
                Kind::Anonymous,
                Kind::Transparent,
            ];
            assert_eq!(kinds, want);
        }
    }
}
