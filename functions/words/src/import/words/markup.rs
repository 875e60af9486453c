//! HTML as flash card programs keep it, as the text that a reader sees.

/// Elements of which nothing is seen.
const HIDDEN: [&str; 3] = ["style", "script", "rp"];

/// Elements that begin a line of their own.
const BLOCKS: [&str; 9] = ["br", "div", "p", "li", "tr", "hr", "ul", "ol", "table"];

/// Elements within a line by which markup is told from text.
const INLINE: [&str; 8] = ["b", "i", "u", "em", "strong", "span", "font", "img"];

/// Entities by name, as editors write them.
const ENTITIES: [(&str, &str); 17] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("hellip", "…"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("middot", "·"),
];

/// The longest entity that is looked for, in bytes between `&` and `;`.
const MAX_ENTITY_BYTES: usize = 10;

/// The text: without tags and media, entities resolved, and line breaks where a block or `<br>` makes one.
pub(crate) fn text(html: &str) -> String {
    let html = behind_question(html);
    let mut out = Text::default();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&', '[', '{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push(before);
        rest = match from.as_bytes().first() {
            Some(b'<') => tag(from, &mut out),
            Some(b'&') => entity(from, &mut out),
            Some(b'[') => media(from),
            _ => cloze(from, &mut out),
        }
        .unwrap_or_else(|| literal(from, &mut out));
    }
    out.push(rest);
    out.0.trim_end().to_owned()
}

/// Whether a text has what nobody writes who does not mean markup.
pub(crate) fn is_in(text: &str) -> bool {
    text.contains("&nbsp;")
        || text.match_indices('<').any(|(at, _)| {
            let rest = text.get(at..).unwrap_or_default();
            let known = |name: &str| BLOCKS.contains(&name) || INLINE.contains(&name);
            tag_of(rest).is_some_and(|(name, _)| known(&name))
        })
}

/// Text without superfluous white space.
#[derive(Default)]
struct Text(String);

impl Text {
    fn push(&mut self, text: &str) {
        for char in text.chars() {
            if matches!(char, ' ' | '\t' | '\r' | '\n' | '\u{a0}') {
                if !self.0.is_empty() && !self.0.ends_with([' ', '\n']) {
                    self.0.push(' ');
                }
            } else {
                self.0.push(char);
            }
        }
    }

    fn end_line(&mut self) {
        let kept = self.0.trim_end().len();
        self.0.truncate(kept);
        if kept > 0 {
            self.0.push('\n');
        }
    }
}

/// The first character as it is, and what follows.
fn literal<'a>(text: &'a str, out: &mut Text) -> &'a str {
    let mut chars = text.chars();
    if let Some(char) = chars.next() {
        out.push(char.encode_utf8(&mut [0; 4]));
    }
    chars.as_str()
}

/// The answer of a card, which begins with its question.
fn behind_question(html: &str) -> &str {
    let marks = ["<hr id=answer>", "<hr id=\"answer\">"];
    let found = marks.iter().find_map(|mark| html.split_once(mark));
    found.map_or(html, |(_, answer)| answer)
}

/// What follows a tag or a comment, if the text begins with one.
///
/// Here and below, the search for an end stops where the next tag, entity or gap begins. Without that, a text with
/// millions of beginnings and no end would be searched to its end for each of them.
fn tag<'a>(text: &'a str, out: &mut Text) -> Option<&'a str> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return Some(comment.split_once("-->").map_or("", |(_, rest)| rest));
    }
    let (name, rest) = tag_of(text)?;
    if HIDDEN.contains(&name.as_str()) {
        let hidden_until = rest.find(&format!("</{name}"));
        let end = hidden_until.and_then(|at| rest.get(at..)?.split_once('>'));
        return Some(end.map_or("", |(_, rest)| rest));
    }
    if BLOCKS.contains(&name.trim_start_matches('/')) {
        out.end_line();
    }
    Some(rest)
}

/// The longest name of a tag that is looked for.
const MAX_TAG_NAME_CHARS: usize = 16;

/// The name of the tag that a text begins with, in small letters and with the slash of an end, and what follows
/// the tag. A `>` in a quoted attribute does not end it.
fn tag_of(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('<')?;
    let is_of_name =
        |(at, char): &(usize, char)| char.is_ascii_alphanumeric() || (*at == 0 && *char == '/');
    let chars = inner.chars().enumerate().take(MAX_TAG_NAME_CHARS);
    let name: String = chars
        .take_while(is_of_name)
        .map(|(_, char)| char.to_ascii_lowercase())
        .collect();
    let begin = name.strip_prefix('/').unwrap_or(&name);
    if !begin.starts_with(|char: char| char.is_ascii_alphabetic()) {
        return None;
    }
    let mut quote = None;
    for (at, char) in inner.char_indices() {
        match (quote, char) {
            (_, '<') => return None,
            (None, '>') => return Some((name, inner.get(at + 1..)?)),
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
    }
    None
}

/// What follows an entity, if the text begins with one.
fn entity<'a>(text: &'a str, out: &mut Text) -> Option<&'a str> {
    let inner = text.strip_prefix('&')?;
    let mut bytes = inner.bytes().take(MAX_ENTITY_BYTES + 1);
    let end = bytes.position(|byte| byte == b';')?;
    let (name, rest) = (inner.get(..end)?, inner.get(end + 1..)?);
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        out.push(char::from_u32(code)?.encode_utf8(&mut [0; 4]));
    } else {
        let (_, meant) = ENTITIES.iter().find(|(known, _)| *known == name)?;
        out.push(meant);
    }
    Some(rest)
}

/// What follows a sound or the place of a typed answer, if the text begins with one.
fn media(text: &str) -> Option<&str> {
    let inner = text
        .strip_prefix("[sound:")
        .or_else(|| text.strip_prefix("[[type:"))?;
    let end = inner.find(['[', ']'])?;
    let rest = inner.get(end..)?.strip_prefix(']')?;
    match text.starts_with("[[") {
        true => rest.strip_prefix(']'),
        false => Some(rest),
    }
}

/// What follows a gap of a cloze text, `{{c1::text::hint}}`, if it begins with one.
fn cloze<'a>(text: &'a str, out: &mut Text) -> Option<&'a str> {
    let inner = text.strip_prefix("{{c")?;
    let until = inner.find("{{").unwrap_or(inner.len());
    let end = inner.get(..until)?.find("}}")?;
    let (number, meant) = inner.get(..end)?.split_once("::")?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    out.push(meant.split("::").next().unwrap_or_default());
    inner.get(end + 2..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sees_is_left() {
        for (html, want) in [
            ("Wake&nbsp;<b>up</b>.", "Wake up."),
            ("a<br>b<br />c<BR/>d", "a\nb\nc\nd"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<p class=\"x > y\">a</p>", "a"),
            (
                "a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#x27; &#21796;",
                "a & b <c> \"d\" 'e' 唤",
            ),
            (
                "a < b, 3 > 2 & c; &bogus; &#xd800; <3",
                "a < b, 3 > 2 & c; &bogus; &#xd800; <3",
            ),
            ("<img src=\"a.jpg\">唤醒[sound:a.mp3]", "唤醒"),
            ("<style>.card { x }</style>a<!-- b -->c", "ac"),
            (
                "{{c1::wake}} up {{c2::now::hint}} {{x}}",
                "wake up now {{x}}",
            ),
            ("wake<hr id=answer>唤醒", "唤醒"),
            ("<ruby>唤<rp>(</rp><rt>huàn</rt></ruby>", "唤huàn"),
            (" a \n\n b ", "a b"),
            ("<br><br>", ""),
            ("<b", "<b"),
            ("", ""),
        ] {
            assert_eq!(text(html), want, "{html}");
        }
    }

    #[test]
    fn millions_of_beginnings_take_no_longer_than_as_many_letters() {
        for begin in ["<a\"", "<!--", "<style>", "&", "[sound:", "{{c1::", "<"] {
            let html = begin.repeat(2_000_000 / begin.len());
            assert!(text(&html).len() <= html.len(), "{begin}");
            assert!(!is_in(&html), "{begin}");
        }
    }

    #[test]
    fn markup_is_told_from_text() {
        for html in [
            "a<br>b",
            "<div>a",
            "a&nbsp;b",
            "<B>a</B>",
            "<span style=\"x\">a</span>",
        ] {
            assert!(is_in(html), "{html}");
        }
        for plain in ["a < b", "x<y>z", "a & b", "<唤>", "&amp", "<b"] {
            assert!(!is_in(plain), "{plain}");
        }
    }
}
