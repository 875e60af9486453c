//! The passwords that are tried first.

/// One in a line, without letter case. Shorter ones than a password may be are left out.
const COMMON: &str = include_str!("common.txt");

/// Whether a password is one of them, given its key (`kit::login::name_key`).
pub(crate) fn has(key: &str) -> bool {
    COMMON.lines().any(|line| line == key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use kit::login::name_key;

    use super::*;
    use crate::credentials::MIN_PASSWORD_CHARS;

    #[test]
    fn each_is_its_own_key_long_enough_and_there_once() {
        let lines: Vec<&str> = COMMON.lines().collect();
        for line in &lines {
            assert_eq!(name_key(line), *line);
            assert!(line.chars().count() >= MIN_PASSWORD_CHARS, "{line}");
        }
        assert_eq!(lines.iter().collect::<HashSet<_>>().len(), lines.len());
        assert!(has("password") && !has("") && !has("password\n12345678"));
    }
}
