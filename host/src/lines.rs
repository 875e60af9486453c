//! In which lines of a TOML file its fields stand.

use std::collections::HashMap;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The lines of a file's fields, by path: `component.a.files[1].source`.
pub(crate) struct Lines {
    ends: Vec<usize>,
    by_path: HashMap<String, usize>,
}

impl Lines {
    /// The lines of a file that is TOML; nothing is known of another.
    pub(crate) fn of(text: &str) -> Self {
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

    /// Puts the line in front of a message that begins with a field's path. What is missing is
    /// told where its table stands.
    pub(crate) fn located(&self, message: &str) -> String {
        let mut path = message.split_once(": ").map_or(message, |(path, _)| path);
        loop {
            if let Some(line) = self.by_path.get(path) {
                return format!("line {line}: {message}");
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return message.to_owned(),
            }
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
        let lines = Lines::of(text);
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
            assert_eq!(lines.located(message), want);
        }
        assert_eq!(Lines::of("[a").located("a: wrong"), "a: wrong");
    }
}
