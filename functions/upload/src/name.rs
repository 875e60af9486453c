//! The name under which a picture is kept.

use kit::{
    Error, Result,
    formats::{hex, secure_filename},
};
use sha2::{Digest, Sha256};

use crate::picture;

/// The most bytes that a name has.
const MAX_NAME_BYTES: usize = 190;

/// How much of a hash tells long names apart that begin alike.
const HASH_BYTES: usize = 8;

/// The name for a picture that its client calls `filename`, as the tutorial has it (`secure_filename`).
///
/// Where nothing but the extension is left of it, as of `唤醒.png`, it gets a random one: in the tutorial, all
/// such pictures replace one another under the name `png`. Where it is too long, a part of its hash
/// stands for the rest.
///
/// # Errors
/// 500 where there is no randomness.
pub(crate) fn keep_as(filename: &str, extension: &str) -> Result<String> {
    let name = secure_filename(filename);
    if picture::extension(&name).is_none() {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| Error::internal(error.to_string()))?;
        return Ok(format!(
            "{}.{}",
            hex(&random),
            extension.to_ascii_lowercase()
        ));
    }
    if name.len() <= MAX_NAME_BYTES {
        return Ok(name);
    }
    let hash = hex(&Sha256::digest(filename)[..HASH_BYTES]);
    let end = format!("-{hash}.{extension}");
    // It is ASCII, so it can be cut anywhere.
    let mut begin = name;
    begin.truncate(MAX_NAME_BYTES - end.len());
    Ok(begin + &end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(filename: &str) -> String {
        keep_as(filename, picture::extension(filename).unwrap()).unwrap()
    }

    #[test]
    fn a_name_is_the_tutorials_where_that_is_one() {
        for (filename, want) in [
            ("Lenna.jpg", "Lenna.jpg"),
            ("a b.PNG", "a_b.PNG"),
            ("../../etc/passwd.png", "etc_passwd.png"),
            ("唤醒a.png", "a.png"),
            ("a.b.gif", "a.b.gif"),
            ("png.png", "png.png"),
        ] {
            assert_eq!(name(filename), want, "{filename}");
        }
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_another_each_time() {
        for filename in ["唤醒.png", ".png", "..png", "/.png", "中.文.PNG", " .png"] {
            let (one, other) = (name(filename), name(filename));
            assert_ne!(one, other);
            assert!(
                one.len() == 20 && one.ends_with(".png"),
                "{filename}: {one}"
            );
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_is_not_taken_for_another() {
        let long = "n".repeat(300);
        let one = name(&format!("{long}a.jpeg"));
        assert_eq!(one.len(), MAX_NAME_BYTES);
        assert!(one.ends_with(".jpeg"));
        assert_eq!(one, name(&format!("{long}a.jpeg")));
        assert_ne!(one, name(&format!("{long}b.jpeg")));
        let most = format!("{}.png", "n".repeat(MAX_NAME_BYTES - 4));
        assert_eq!(name(&most), most);
    }

    proptest! {
        #[test]
        fn any_name_can_be_kept(stem in "\\PC{0,300}", extension in "(?i)png|jpg|jpeg|gif") {
            let name = keep_as(&format!("{stem}.{extension}"), &extension).unwrap();
            prop_assert!((5..=MAX_NAME_BYTES).contains(&name.len()));
            prop_assert_eq!(&secure_filename(&name), &name);
            let kept = picture::extension(&name).unwrap();
            prop_assert!(kept.eq_ignore_ascii_case(&extension));
        }
    }
}
