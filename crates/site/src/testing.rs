//! What checks the texts of a page in its tests (feature `testing`).

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::Texts;

/// Fails where a text is empty, and where the two languages do not have the same places for values.
///
/// # Panics
/// With the name of the text.
pub fn check_texts<T: Texts + Serialize>() {
    let [english, chinese] =
        [T::ENGLISH, T::CHINESE].map(|texts| serde_json::to_value(texts).unwrap_or_default());
    assert!(
        english.is_object(),
        "the texts are a struct with a field for each"
    );
    compare("", &english, &chinese);
}

fn compare(name: &str, english: &Value, chinese: &Value) {
    match (english, chinese) {
        (Value::String(english), Value::String(chinese)) => {
            assert!(
                !english.is_empty() && !chinese.is_empty(),
                "{name} is empty"
            );
            // Where it is one, the number may be a word.
            if !name.ends_with(".one") {
                assert_eq!(places(english), places(chinese), "{name}");
            }
        }
        (Value::Object(english), Value::Object(chinese)) => {
            for (key, value) in english {
                let other = chinese.get(key).unwrap_or(&Value::Null);
                compare(&format!("{name}.{key}"), value, other);
            }
        }
        (Value::Array(english), Value::Array(chinese)) => {
            assert_eq!(english.len(), chinese.len(), "{name}");
            for (index, (english, chinese)) in english.iter().zip(chinese).enumerate() {
                compare(&format!("{name}.{index}"), english, chinese);
            }
        }
        _ => panic!("{name} is no text, or only in one language"),
    }
}

/// Fails where a page shows a place that no value was put into.
///
/// # Panics
/// With the place.
pub fn assert_filled(page: &str) {
    // What scripts fill in is no part of what is shown.
    let shown = page.split("<script type=\"application/json\"");
    let shown = shown.map(|part| part.split_once("</script>").map_or(part, |(_, rest)| rest));
    for part in shown {
        assert_eq!(places(part), BTreeSet::new(), "{part}");
    }
}

/// Fails where a script asks for a text that the page does not hand over, and where the page hands over one that no
/// script asks for. `scripts` are the contents of the files; they ask by `text("name")` and `counted("name")`.
///
/// # Panics
/// With the names that are only on one side.
pub fn check_scripts<'a>(texts: &impl Serialize, scripts: impl IntoIterator<Item = &'a str>) {
    let texts = serde_json::to_value(texts).unwrap_or_default();
    let mut used = BTreeSet::new();
    for script in scripts {
        for call in ["text(\"", "counted(\""] {
            let names = script.split(call).skip(1);
            used.extend(names.filter_map(|rest| Some(rest.split_once('"')?.0)));
        }
    }
    let there = texts.as_object().into_iter().flatten();
    let there: BTreeSet<&str> = there.map(|(name, _)| name.as_str()).collect();
    assert_eq!(used, there, "what scripts ask for, and what they get");
}

/// The names of the places of a text.
fn places(text: &str) -> BTreeSet<&str> {
    let named = text.split('{').skip(1);
    let named = named.filter_map(|rest| Some(rest.split_once('}')?.0));
    named
        .filter(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;
    use crate::Counted;

    #[derive(Serialize)]
    struct Same {
        text: &'static str,
        count: Counted,
        list: [&'static str; 1],
    }

    impl Same {
        const fn new(text: &'static str) -> Self {
            Self {
                text,
                count: Counted {
                    one: "one",
                    many: "{n}",
                },
                list: ["a"],
            }
        }
    }

    impl Texts for Same {
        const ENGLISH: &'static Self = &Self::new("{a} of {b}");
        const CHINESE: &'static Self = &Self::new("{b}的{a}");
    }

    #[derive(Serialize)]
    struct Other(Same);

    impl Texts for Other {
        const ENGLISH: &'static Self = &Self(Same::new("{a} of {b}"));
        const CHINESE: &'static Self = &Self(Same::new("{a}"));
    }

    #[derive(Serialize)]
    struct Empty(Same);

    impl Texts for Empty {
        const ENGLISH: &'static Self = &Self(Same::new("a"));
        const CHINESE: &'static Self = &Self(Same::new(""));
    }

    #[test]
    fn languages_have_the_same_places() {
        check_texts::<Same>();
        assert!(catch_unwind(check_texts::<Other>).is_err());
        assert!(catch_unwind(check_texts::<Empty>).is_err());
    }

    #[test]
    fn what_was_not_filled_in_is_found_outside_of_what_scripts_get() {
        let data = "<script type=\"application/json\" id=\"texts\">{\"a\":\"{n}\"}</script>";
        assert_filled(&format!("<p>done {{}}</p>{data}<p>"));
        assert!(catch_unwind(|| assert_filled("<p>{n} words")).is_err());
        assert!(catch_unwind(|| assert_filled(&format!("{data}<p>{{n}} words"))).is_err());
    }

    #[test]
    fn scripts_and_pages_agree_on_the_names() {
        let texts = Same::ENGLISH;
        let used = "text(\"text\", { a: 1 }); counted(\"count\", 2);";
        check_scripts(texts, [used, "text(\"list\")"]);
        assert!(catch_unwind(|| check_scripts(texts, [used])).is_err());
        let unknown = "text(\"list\"); text(\"unknown\")";
        assert!(catch_unwind(|| check_scripts(texts, [used, unknown])).is_err());
    }
}
