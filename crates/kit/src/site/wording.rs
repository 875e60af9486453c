//! Texts with places for values.

/// A text that says how many. `{n}` is the place of the number.
pub struct Counted {
    /// Where it is one.
    pub one: &'static str,
    /// Where it is any other number.
    pub many: &'static str,
}

impl Counted {
    /// The text for this many, with `{n}` filled in.
    pub fn of(&self, n: i64) -> String {
        self.with(n, &[])
    }

    /// The same, with other values as well.
    pub fn with(&self, n: i64, values: &[(&str, &str)]) -> String {
        let text = if n == 1 { self.one } else { self.many };
        let n = grouped(n);
        let mut all = vec![("n", n.as_str())];
        all.extend(values);
        fill(text, &all)
    }
}

/// A text with values in its places, each a name in braces. A place without a value is left empty, and
/// what a value holds is not looked into.
///
/// # Example
/// ```
/// assert_eq!(kit::site::fill("Added {word}.", &[("word", "wake")]), "Added wake.");
/// ```
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(own, _)| *own == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// A number with a comma before every three digits, as both languages write it.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = if n < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_their_places_and_not_looked_into() {
        for (text, want) in [
            ("{n} of {q}", "7 of {n}"),
            ("{q}{q}", "{n}{n}"),
            ("no place", "no place"),
            ("{unknown}.", "."),
            ("{n", "7"),
        ] {
            assert_eq!(fill(text, &[("n", "7"), ("q", "{n}")]), want, "{text}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (n, want) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
        ] {
            assert_eq!(grouped(n), want);
        }
    }

    #[test]
    fn one_is_not_many() {
        let words = Counted {
            one: "{n} {what}",
            many: "{n} {what}s",
        };
        for (n, want) in [(0, "0 words"), (1, "1 word"), (1_234, "1,234 words")] {
            assert_eq!(words.with(n, &[("what", "word")]), want);
        }
    }
}
