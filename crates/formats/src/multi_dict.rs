//! Several values to a key, in the order that Werkzeug's `MultiDict` has.

use indexmap::IndexMap;

use crate::{
    error::{Error, Result},
    python::{list_repr, push_repr},
};

/// What a query or a form holds: each key with all of its values.
///
/// Keys are in the order of their first appearance, and a key's values stay together in theirs, as
/// in Werkzeug's `ImmutableMultiDict`.
///
/// # Example
/// ```
/// let form: flask_formats::MultiDict = [("a", "1"), ("b", "2"), ("a", "3")].into_iter().collect();
///
/// assert_eq!(form.get("a"), Some("1"));
/// assert_eq!(form.getlist("a"), ["1", "3"]);
/// assert_eq!(form.repr(), "ImmutableMultiDict([('a', '1'), ('a', '3'), ('b', '2')])");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MultiDict {
    values: IndexMap<String, Vec<String>>,
}

impl MultiDict {
    /// The first value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.getlist(key).first().map(String::as_str)
    }

    /// All values of a key; none where the key is absent.
    pub fn getlist(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    /// The first value of a key that must be there, as `request.form["name"]` is in Flask.
    ///
    /// # Errors
    /// [`Error::MissingField`] where the key is absent.
    pub fn require(&self, key: &str) -> Result<&str> {
        self.get(key)
            .ok_or_else(|| Error::MissingField(key.to_owned()))
    }

    /// Every key with every value, grouped by key: Werkzeug's `items(multi=True)`.
    pub fn items(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(key, values)| {
            values
                .iter()
                .map(move |value| (key.as_str(), value.as_str()))
        })
    }

    /// Adds a value behind those that the key has.
    pub fn add(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.values
            .entry(key.into())
            .or_default()
            .push(value.into());
    }

    /// What Python's `repr()` prints for it.
    pub fn repr(&self) -> String {
        let mut out = String::from("ImmutableMultiDict([");
        for (index, (key, value)) in self.items().enumerate() {
            out.push_str(if index == 0 { "(" } else { ", (" });
            push_repr(&mut out, key);
            out.push_str(", ");
            push_repr(&mut out, value);
            out.push(')');
        }
        out.push_str("])");
        out
    }

    /// A key's values as Python prints the list of them: `['1', '2']`.
    pub fn list_repr(&self, key: &str) -> String {
        list_repr(self.getlist(key).iter().map(String::as_str))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for MultiDict {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut dict = Self::default();
        for (key, value) in pairs {
            dict.add(key, value);
        }
        dict
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dict(pairs: &[(&str, &str)]) -> MultiDict {
        pairs.iter().copied().collect()
    }

    #[test]
    fn an_absent_key_has_no_values() {
        let dict = dict(&[("a", "1")]);
        assert_eq!(dict.get("b"), None);
        assert!(dict.getlist("b").is_empty());
        assert!(matches!(dict.require("b"), Err(Error::MissingField(name)) if name == "b"));
    }

    #[test]
    fn an_empty_value_is_a_value() {
        assert_eq!(dict(&[("a", "")]).require("a").unwrap(), "");
    }

    #[test]
    fn repr_is_that_of_werkzeug() {
        for (pairs, want) in [
            (&[][..], "ImmutableMultiDict([])"),
            (
                &[("username", "wristwaking"), ("password", "5201314")],
                "ImmutableMultiDict([('username', 'wristwaking'), ('password', '5201314')])",
            ),
            (
                &[("a", "1"), ("b", "it's"), ("a", "\u{a0}")],
                "ImmutableMultiDict([('a', '1'), ('a', '\\xa0'), ('b', \"it's\")])",
            ),
        ] {
            assert_eq!(dict(pairs).repr(), want, "{pairs:?}");
        }
    }

    proptest! {
        #[test]
        fn keys_are_ordered_by_first_appearance_and_values_stay_together(
            pairs in prop::collection::vec(("[a-d]", "[0-9]"), 0..20),
        ) {
            let dict: MultiDict = pairs.clone().into_iter().collect();
            let mut keys: Vec<&String> = Vec::new();
            for (key, _) in &pairs {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            let want: Vec<(&str, &str)> = keys
                .into_iter()
                .flat_map(|key| pairs.iter().filter(move |(other, _)| other == key))
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect();
            prop_assert_eq!(dict.items().collect::<Vec<_>>(), want);
        }
    }
}
