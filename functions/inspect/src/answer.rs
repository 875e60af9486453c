//! The answer for programs, and the one as text.

use std::net::IpAddr;

use kit::{
    Value,
    forwarded::{Forwarded, Node},
    json,
};
use site::Texts as _;

use crate::{
    page::Texts,
    seen::Seen,
    verdict::{Kind, Verdict},
};

/// The answer as JSON. An address has no port; what a proxy calls `unknown` is null; and whatever is no address is as
/// it came. An entry of `Via` or `Forwarded` that cannot be read is in `received_by` or `for`, with nothing beside it.
pub(crate) fn json(seen: &Seen, verdict: &Verdict) -> Value {
    let via: Vec<Value> = seen
        .via
        .iter()
        .map(|via| {
            json!({
                "protocol": via.protocol,
                "received_by": via.received_by,
                "comment": via.comment,
            })
        })
        .collect();
    json!({
        "remote_addr": seen.remote_addr,
        "x_forwarded_for": seen.x_forwarded_for.iter().map(known).collect::<Vec<_>>(),
        "via": via,
        "forwarded": seen.forwarded.iter().map(element).collect::<Vec<_>>(),
        "client_addr": seen.client_addr,
        "kind": verdict.kind,
        "reason": Texts::ENGLISH.reason(verdict.why),
        "candidates": verdict.candidates,
    })
}

fn element(element: &Forwarded) -> Value {
    json!({
        "for": element.client.as_ref().and_then(known),
        "by": element.by.as_ref().and_then(known),
        "host": element.host,
        "proto": element.proto,
    })
}

fn known(node: &Node) -> Option<String> {
    (*node != Node::Unknown).then(|| node.to_string())
}

/// The answer as text: the tutorial's variables, what they amount to, and why.
pub(crate) fn text(seen: &Seen, verdict: &Verdict) -> String {
    let address = |address: Option<IpAddr>| address.map(|address| address.to_string());
    let candidates: Vec<&str> = verdict.candidates.iter().copied().map(name).collect();
    let kind = match verdict.kind {
        Kind::Unknown => format!("unknown ({})", candidates.join(" or ")),
        kind => name(kind).to_owned(),
    };
    let lines = [
        ("REMOTE_ADDR", address(seen.remote_addr).unwrap_or_default()),
        ("HTTP_X_FORWARDED_FOR", list(&seen.x_forwarded_for)),
        ("HTTP_VIA", list(&seen.via)),
        ("HTTP_FORWARDED", list(&seen.forwarded)),
        ("client", address(seen.client_addr).unwrap_or_default()),
        ("kind", kind),
        ("reason", Texts::ENGLISH.reason(verdict.why)),
    ];
    let lines = lines.map(|(name, value)| format!("{name}: {value}"));
    lines.map(|line| format!("{}\n", line.trim_end())).concat()
}

fn list(entries: &[impl ToString]) -> String {
    let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
    entries.join(", ")
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::None => "none",
        Kind::Transparent => "transparent",
        Kind::Distorting => "distorting",
        Kind::Anonymous => "anonymous",
        Kind::Elite => "elite",
        Kind::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::tests::{PROXY, seen};

    #[test]
    fn what_cannot_be_read_is_shown_as_it_came() {
        let seen = seen(&[
            (
                "x-forwarded-for",
                "203.0.113.9:80, unknown, _secret, <b>, 唤醒",
            ),
            ("via", "HTTP/1.1 a:3128 (x, y), garbage"),
            (
                "forwarded",
                "for=\"[2001:db8::9]:80\";host=\"a;b\", for=unknown, garbage",
            ),
        ]);
        let answer = json(&seen, &Verdict::new(&seen, None));
        let chain = json!(["203.0.113.9", null, "_secret", "<b>", "唤醒"]);
        assert_eq!(answer["x_forwarded_for"], chain);
        let via = json!([
            { "protocol": "HTTP/1.1", "received_by": "a:3128", "comment": "x, y" },
            { "protocol": null, "received_by": "garbage", "comment": null },
        ]);
        assert_eq!(answer["via"], via);
        let forwarded = json!([
            { "for": "2001:db8::9", "by": null, "host": "a;b", "proto": null },
            { "for": null, "by": null, "host": null, "proto": null },
            { "for": "garbage", "by": null, "host": null, "proto": null },
        ]);
        assert_eq!(answer["forwarded"], forwarded);
        assert_eq!(
            (&answer["remote_addr"], &answer["client_addr"]),
            (&json!(PROXY), &json!(PROXY))
        );
        assert_eq!(answer["kind"], "unknown");
        assert_eq!(answer["candidates"], json!(["transparent", "distorting"]));
    }

    #[test]
    fn what_is_not_known_is_null() {
        let seen = Seen::default();
        let answer = json(&seen, &Verdict::new(&seen, None));
        assert_eq!(answer["remote_addr"], Value::Null);
        assert_eq!(answer["client_addr"], Value::Null);
        assert_eq!(answer["x_forwarded_for"], json!([]));
    }

    #[test]
    fn the_text_has_a_line_for_each() {
        let seen = seen(&[("x-forwarded-for", "unknown"), ("via", "1.1 a (b), 1.0 c")]);
        let text = text(&seen, &Verdict::new(&seen, None));
        let want = "REMOTE_ADDR: 198.51.100.7\nHTTP_X_FORWARDED_FOR: unknown\nHTTP_VIA: 1.1 a (b), 1.0 c\n\
            HTTP_FORWARDED:\nclient: 198.51.100.7\nkind: anonymous\nreason: ";
        assert!(text.starts_with(want), "{text}");
        assert_eq!(text.lines().count(), 7);
    }
}
