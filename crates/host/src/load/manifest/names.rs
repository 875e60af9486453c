//! What Spin allows as the name of a component, a variable, a database or a store.

/// Checks a component id as Spin does: words of ASCII letters and digits, each
/// starting with a letter and of one case, joined by `-`.
pub(super) fn component_id(id: &str) -> Result<(), String> {
    if id.contains('_') {
        return Err("words are joined with \"-\", not \"_\"".to_owned());
    }
    words(id, '-')
}

/// Checks the label of a database or a store as Spin does: the words of a component id, joined
/// all by `-` or all by `_`.
pub(super) fn label(label: &str) -> Result<(), String> {
    match (label.contains('-'), label.contains('_')) {
        (true, true) => Err("words are joined either with \"-\" or with \"_\"".to_owned()),
        (_, true) => words(label, '_'),
        (_, false) => words(label, '-'),
    }
}

fn words(text: &str, joint: char) -> Result<(), String> {
    for word in text.split(joint) {
        let mut chars = word.chars();
        let Some(first) = chars.next() else {
            return Err(format!(
                "a word is missing before, after or between \"{joint}\""
            ));
        };
        if !first.is_ascii_alphabetic() {
            return Err(format!("a word starts with {first:?}, not with a letter"));
        }
        if let Some(bad) = chars.clone().find(|c| !c.is_ascii_alphanumeric()) {
            return Err(format!("{bad:?} is neither an ASCII letter nor a digit"));
        }
        let upper = first.is_ascii_uppercase();
        if chars.any(|c| c.is_ascii_alphabetic() && c.is_ascii_uppercase() != upper) {
            return Err(format!("the word {word:?} mixes upper and lower case"));
        }
    }
    Ok(())
}

/// Checks a variable's name as Spin does: lower-case words joined by `_`, each
/// starting with a letter.
pub(crate) fn variable(name: &str) -> Result<(), String> {
    if let Some(bad) = name
        .chars()
        .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_'))
    {
        return Err(format!(
            "{bad:?} is neither a lower-case ASCII letter, nor a digit, nor \"_\""
        ));
    }
    match name
        .split('_')
        .find(|word| !word.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        Some("") => Err("a word is missing before, after or between \"_\"".to_owned()),
        Some(word) => Err(format!("the word {word:?} does not start with a letter")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn component_ids_are_kebab_words_of_one_case() {
        for good in ["index", "not-found", "a1-b2", "ABC-def"] {
            assert_eq!(component_id(good), Ok(()), "{good}");
        }
        for bad in ["", "-a", "a--b", "a_b", "1a", "a-1", "aB", "é", "a b"] {
            assert!(component_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_are_words_joined_in_one_way() {
        for good in ["default", "kebab-case", "snake_case", "a1_b2", "ABC_def"] {
            assert_eq!(label(good), Ok(()), "{good}");
        }
        for bad in [
            "", "-a", "a__b", "a-b_c", "1a", "a_1", "aB", "é", "a b", "b@d",
        ] {
            assert!(label(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn variable_names_are_lower_snake_words() {
        for good in ["conf", "secret_key", "a1_b2"] {
            assert_eq!(variable(good), Ok(()), "{good}");
        }
        for bad in ["", "_a", "a_", "a__b", "a-b", "1a", "a_1", "A", "é"] {
            assert!(variable(bad).is_err(), "{bad}");
        }
    }
}
