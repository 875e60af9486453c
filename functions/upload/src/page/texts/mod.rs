//! Every text of the page, in both languages. A text that one of them lacks does not compile.

mod chinese;
mod english;

use kit::Error;
use serde::Serialize;

/// The texts of one language.
#[derive(Serialize)]
pub(super) struct Texts {
    pub(super) title: &'static str,
    pub(super) title_aside: &'static str,
    pub(super) tagline: &'static str,
    pub(super) words: &'static str,
    pub(super) upload_heading: &'static str,
    pub(super) file: &'static str,
    pub(super) drop_hint: &'static str,
    pub(super) limits: &'static str,
    pub(super) info: &'static str,
    pub(super) optional: &'static str,
    pub(super) upload: &'static str,
    pub(super) log_in_first: &'static str,
    pub(super) try_again: &'static str,
    pub(super) log_in_elsewhere: &'static str,
    pub(super) pictures: &'static str,
    pub(super) empty_heading: &'static str,
    pub(super) empty_text: &'static str,
    pub(super) by: &'static str,
    pub(super) delete: &'static str,
    pub(super) delete_name: &'static str,
    pub(super) delete_sure: &'static str,
    pub(super) more: &'static str,
    pub(super) first: &'static str,
    pub(super) newest_first: &'static str,
    pub(super) by_name: &'static str,
    pub(super) too_many_fields: &'static str,
    /// What the scripts say, too.
    pub(super) scripts: Scripts,
}

/// What the page hands over to its scripts.
#[derive(Serialize)]
pub(super) struct ForScripts<'a> {
    texts: &'a Scripts,
}

/// What the scripts say, by the names that they use.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scripts {
    pub(super) missing: &'static str,
    pub(super) unauthorized: &'static str,
    pub(super) forbidden: &'static str,
    pub(super) too_slow: &'static str,
    pub(super) too_large: &'static str,
    pub(super) no_picture: &'static str,
    pub(super) info_too_large: &'static str,
    pub(super) unavailable: &'static str,
    pub(super) full: &'static str,
    pub(super) waiting: &'static str,
    pub(super) uploading: &'static str,
    pub(super) processing: &'static str,
    pub(super) kept: &'static str,
    pub(super) renamed: &'static str,
    pub(super) uploaded: &'static str,
    pub(super) uploaded_as: &'static str,
    pub(super) deleted: &'static str,
    pub(super) not_deleted: &'static str,
    pub(super) log_in_to_delete: &'static str,
    pub(super) offline: &'static str,
    pub(super) failed: &'static str,
    pub(super) choose_again: &'static str,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

impl Texts {
    /// What the page hands over to its scripts.
    pub(super) fn for_scripts(&self) -> ForScripts<'_> {
        ForScripts {
            texts: &self.scripts,
        }
    }

    /// Why a picture was not kept, where that is due to the picture or to who sent it.
    pub(super) fn flaw(&self, error: &Error) -> Option<&'static str> {
        Some(match error {
            Error::MissingField(_) => self.scripts.missing,
            Error::TooLarge { .. } => self.scripts.too_large,
            Error::TooMuch { code, .. } => match *code {
                "file-too-large" => self.scripts.too_large,
                "field-too-large" => self.scripts.info_too_large,
                _ => return None,
            },
            Error::Unprocessable { .. } => self.scripts.info_too_large,
            Error::TooManyFields(_) => self.too_many_fields,
            Error::UnsupportedMediaType { .. } => self.scripts.no_picture,
            Error::Unauthorized { .. } => self.scripts.unauthorized,
            Error::Forbidden { .. } => self.scripts.forbidden,
            Error::InsufficientStorage(_) => self.scripts.full,
            Error::Unavailable { .. } => self.scripts.unavailable,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use site::Texts as _;

    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        site::testing::check_texts::<Texts>();
    }

    #[test]
    fn the_scripts_have_the_texts_that_they_ask_for_and_no_others() {
        let script = include_str!("../../../../../static/js/uploads.js");
        site::testing::check_scripts(&Texts::ENGLISH.scripts, [script]);
    }
}
