//! The line of each field in a TOML file.

use std::collections::HashMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The lines of a file's fields, by path: `component.a.files[1].source`.
pub(crate) struct FieldLines {
    ends: Vec<usize>,
    by_path: HashMap<String, usize>,
}

impl FieldLines {
    /// The lines of a file that is TOML; nothing is known of another.
    pub(crate) fn parse(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        let mut lines = Self {
            ends,
            by_path: HashMap::new(),
        };
        if let Ok(table) = DeTable::parse(text) {
            lines.table("", table.get_ref());
        }
        lines
    }

    /// Sorts messages that begin with a field's path by line, and puts the line in front of each. A
    /// missing field has the line of its table; messages without a line come first.
    pub(crate) fn located(&self, messages: Vec<String>) -> Vec<String> {
        let mut located: Vec<_> = messages
            .into_iter()
            .map(|message| (self.line_of(&message), message))
            .collect();
        located.sort_by_key(|(line, _)| *line);
        let texts = located.into_iter().map(|(line, message)| match line {
            Some(line) => format!("line {line}: {message}"),
            None => message,
        });
        texts.collect()
    }

    fn line_of(&self, message: &str) -> Option<usize> {
        let mut path = message.split_once(": ").map_or(message, |(path, _)| path);
        loop {
            if let Some(line) = self.by_path.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    fn table(&mut self, path: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let path = match path {
                "" => name.get_ref().to_string(),
                _ => format!("{path}.{}", name.get_ref()),
            };
            self.note(&path, name.span().start);
            self.value(&path, value);
        }
    }

    fn value(&mut self, path: &str, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(path, table),
            DeValue::Array(array) => {
                for (number, item) in array.iter().enumerate() {
                    let path = format!("{path}[{number}]");
                    self.note(&path, item.span().start);
                    self.value(&path, item);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, path: &str, at: usize) {
        let line = self.ends.partition_point(|end| *end < at) + 1;
        self.by_path.insert(path.to_owned(), line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_where_its_field_stands() {
        let text = "\
a = 1
[b]
c = { d = [
  7,
  { e = 2 },
] }
f.g = 3

[[h]]
[[h]]
i = 4
[b.j]
";
        let lines = FieldLines::parse(text);
        for (message, want) in [
            ("a: wrong", "line 1: a: wrong"),
            ("b: wrong", "line 2: b: wrong"),
            ("b.missing: missing", "line 2: b.missing: missing"),
            ("b.c.d: wrong", "line 3: b.c.d: wrong"),
            ("b.c.d[0]: wrong", "line 4: b.c.d[0]: wrong"),
            ("b.c.d[1].e: x: y", "line 5: b.c.d[1].e: x: y"),
            ("b.f.g: wrong", "line 7: b.f.g: wrong"),
            ("h[0].i: missing", "line 9: h[0].i: missing"),
            ("h[1].i: wrong", "line 11: h[1].i: wrong"),
            ("b.j.k: missing", "line 12: b.j.k: missing"),
            ("k: missing", "k: missing"),
            ("no path", "no path"),
        ] {
            assert_eq!(lines.located(vec![message.to_owned()]), [want]);
        }
        let nothing = FieldLines::parse("[a");
        assert_eq!(nothing.located(vec!["a: wrong".to_owned()]), ["a: wrong"]);
    }

    #[test]
    fn messages_come_in_the_order_of_their_lines() {
        let messages = ["b: 1", "a: 1", "c: 1", "a: 2"].map(str::to_owned);
        let located = FieldLines::parse("a = 1\nb = 2\n").located(messages.into());
        assert_eq!(
            located,
            ["c: 1", "line 1: a: 1", "line 1: a: 2", "line 2: b: 1"]
        );
    }
}
