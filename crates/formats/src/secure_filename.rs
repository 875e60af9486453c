//! Names that are safe wherever a file is kept.

use unicode_normalization::UnicodeNormalization;

/// A version of a client's file name that is safe as a file's name, a key and part of a URL (Werkzeug's
/// `secure_filename`): only ASCII letters, digits, `_`, `.` and `-`, and neither `.` nor `_` at its ends.
///
/// Empty if no character is left. There is no limit to its length, and `唤醒.png` becomes `png`: the caller decides
/// what to do about both.
///
/// # Example
/// ```
/// use flask_formats::secure_filename;
///
/// assert_eq!(secure_filename("My cool movie.mov"), "My_cool_movie.mov");
/// assert_eq!(secure_filename("../../../etc/passwd"), "etc_passwd");
/// assert_eq!(secure_filename("唤醒"), "");
/// ```
pub fn secure_filename(filename: &str) -> String {
    // Python's str.split() knows U+001C to U+001F as well; what else is space is ASCII's by now, or gone.
    let is_space = |c: char| matches!(c, '\t'..='\r' | '\x1c'..='\x1f' | ' ' | '/');
    let ascii: String = filename.nfkd().filter(char::is_ascii).collect();
    let words: Vec<&str> = ascii
        .split(is_space)
        .filter(|word| !word.is_empty())
        .collect();
    let mut joined = words.join("_");
    joined.retain(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    joined.trim_matches(['.', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_what_werkzeug_makes_of_them() {
        for (filename, want) in [
            ("", ""),
            ("a.png", "a.png"),
            ("My cool movie.mov", "My_cool_movie.mov"),
            ("../../../etc/passwd", "etc_passwd"),
            ("i contain cool ümläuts.txt", "i_contain_cool_umlauts.txt"),
            ("ﬁ①ｘ.png", "fi1x.png"),
            (r"C:\Users\duke\a.png", "CUsersdukea.png"),
            (".png", "png"),
            ("中文.png", "png"),
            ("中文", ""),
            ("..", ""),
            ("._.", ""),
            ("a/b\u{3000}c\u{a0}d\u{1c}e\u{b}f", "a_b_c_d_e_f"),
            ("a\u{85}b\u{2028}c", "abc"),
            ("  a  .png  ", "a_.png"),
            ("-a-", "-a-"),
            ("a\0b\r\nc\"d", "ab_cd"),
            ("CON.png", "CON.png"),
            ("a.PNG", "a.PNG"),
        ] {
            assert_eq!(secure_filename(filename), want, "{filename:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_safe_and_stays_what_it_is(filename in any::<String>()) {
            let safe = secure_filename(&filename);
            prop_assert!(safe.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)));
            prop_assert!(!safe.starts_with(['.', '_']) && !safe.ends_with(['.', '_']));
            prop_assert_eq!(secure_filename(&safe), safe);
        }
    }
}
