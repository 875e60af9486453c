//! Every text of the pages, in both languages. A text that one of them lacks does not compile.
//!
//! A name in braces, such as `{n}`, is a place for a value; see [`site::fill`]. The scripts get their
//! texts from here as well, in the page; see [`Texts::for_scripts`].

mod chinese;
mod english;
mod flaws;

use std::collections::BTreeMap;

use serde::Serialize;
use site::Counted;

use crate::draft::{Field, Flaw};

pub(crate) use flaws::{max_mib, max_words};

/// The texts of one language.
#[derive(Serialize)]
pub(crate) struct Texts {
    pub(crate) title: &'static str,
    /// The title in the other language.
    pub(crate) title_aside: &'static str,
    pub(crate) tagline: &'static str,
    pub(crate) go_to_pictures: &'static str,
    pub(crate) go_to_import: &'static str,

    pub(crate) english: &'static str,
    pub(crate) chinese: &'static str,
    pub(crate) sentence_eng: &'static str,
    pub(crate) sentence_chi: &'static str,
    pub(crate) optional: &'static str,

    pub(crate) add_heading: &'static str,
    pub(crate) add: &'static str,
    pub(crate) keys_add: &'static str,
    pub(crate) nobodys: &'static str,
    pub(crate) log_in_to_add: &'static str,
    pub(crate) log_in_to_import: &'static str,

    pub(crate) words_heading: &'static str,
    pub(crate) search: &'static str,
    pub(crate) search_hint: &'static str,
    pub(crate) clear_search: &'static str,
    pub(crate) older: &'static str,
    pub(crate) actions: &'static str,
    pub(crate) newest: &'static str,

    pub(crate) empty_heading: &'static str,
    pub(crate) empty_text: &'static str,
    pub(crate) empty_import: &'static str,
    pub(crate) no_match_text: &'static str,
    pub(crate) show_all: &'static str,

    pub(crate) edit: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) save: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) keys_edit: &'static str,

    pub(crate) notices: &'static str,
    pub(crate) undo: &'static str,
    pub(crate) dismiss: &'static str,

    pub(crate) theirs: &'static str,
    pub(crate) take_theirs: &'static str,

    pub(crate) edit_heading: &'static str,
    pub(crate) word_heading: &'static str,
    pub(crate) log_in_to_change: &'static str,
    pub(crate) only_its_owner: &'static str,
    pub(crate) only_admins: &'static str,
    pub(crate) back: &'static str,
    pub(crate) added_on: &'static str,
    pub(crate) changed_on: &'static str,
    pub(crate) added_by: &'static str,
    pub(crate) delete_heading: &'static str,
    pub(crate) delete_text: &'static str,

    pub(crate) import_heading: &'static str,
    pub(crate) import_text: &'static str,
    pub(crate) import_limits: &'static str,
    pub(crate) file: &'static str,
    pub(crate) drop_hint: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) mode_atomic: &'static str,
    pub(crate) mode_atomic_text: &'static str,
    pub(crate) mode_skip: &'static str,
    pub(crate) mode_skip_text: &'static str,
    pub(crate) import: &'static str,
    pub(crate) result_heading: &'static str,
    pub(crate) imported: Counted,
    pub(crate) left_out: Counted,
    pub(crate) there: Counted,
    pub(crate) nothing_imported: &'static str,
    pub(crate) no_lines: &'static str,
    pub(crate) read_as_charset: &'static str,
    pub(crate) read_by_separator: &'static str,
    pub(crate) read_first_line: &'static str,
    pub(crate) read_columns: &'static str,
    pub(crate) read_markup: &'static str,
    pub(crate) read_quotes: &'static str,
    /// What is between two of a list.
    pub(crate) list_comma: &'static str,
    /// Comma, semicolon, tab, pipe, colon, space, and any other character.
    pub(crate) separators: [&'static str; 7],
    pub(crate) problems: Counted,
    pub(crate) line: &'static str,
    pub(crate) field: &'static str,
    pub(crate) problem: &'static str,
    pub(crate) more_problems: Counted,
    pub(crate) whole_line: &'static str,

    pub(crate) export_heading: &'static str,
    pub(crate) export_text: &'static str,
    pub(crate) export_csv: &'static str,
    pub(crate) export_anki: &'static str,
    pub(crate) export_json: &'static str,

    /// What the scripts say, and the pages as well.
    pub(crate) scripts: ScriptTexts,
    /// What can be wrong; see [`flaws`].
    flaws: flaws::Texts,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

/// What the scripts say. They ask for a text by its name here, with `-` for `_`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ScriptTexts {
    pub(crate) adding: &'static str,
    pub(crate) added: &'static str,
    pub(crate) count: Counted,
    pub(crate) matches: Counted,
    pub(crate) matches_over: &'static str,
    pub(crate) more: &'static str,
    pub(crate) more_loading: &'static str,
    pub(crate) more_shown: Counted,
    pub(crate) no_match_heading: &'static str,
    pub(crate) add_this: &'static str,
    pub(crate) edit_word: &'static str,
    pub(crate) delete_word: &'static str,
    pub(crate) saving: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) deleted: &'static str,
    pub(crate) undo_word: &'static str,
    pub(crate) restored: &'static str,
    pub(crate) not_deleted: &'static str,
    pub(crate) exists: &'static str,
    pub(crate) show_existing: &'static str,
    pub(crate) changed: &'static str,
    pub(crate) keep_mine: &'static str,
    pub(crate) empty_value: &'static str,
    pub(crate) changed_before_delete: &'static str,
    pub(crate) gone: &'static str,
    pub(crate) fix_fields: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) server_failed: &'static str,
    pub(crate) not_allowed: &'static str,
    pub(crate) log_in_again: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) uploading: &'static str,
    pub(crate) processing: &'static str,
    pub(crate) import_offline: &'static str,
    pub(crate) choose_again: &'static str,
    pub(crate) choose_file: &'static str,
    pub(crate) file_empty: &'static str,
    pub(crate) file_too_large: &'static str,
}

/// What the page hands over to its scripts: their texts and, by field and code, what can be wrong with a field.
#[derive(Serialize)]
pub(crate) struct ScriptData {
    texts: &'static ScriptTexts,
    flaws: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
}

impl Texts {
    /// What the scripts get.
    pub(crate) fn for_scripts(&'static self) -> ScriptData {
        let by_code = |field: Field| Flaw::ALL.map(|flaw| (flaw.code(), self.flaw(field, flaw)));
        let by_field = Field::ALL.map(|field| (field.name(), by_code(field).into()));
        ScriptData {
            texts: &self.scripts,
            flaws: by_field.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use site::{
        OFFERED, Texts as _,
        testing::{check_scripts, check_texts},
    };

    use super::*;
    use crate::page::book::MODULES;

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_places() {
        check_texts::<Texts>();
    }

    #[test]
    fn the_scripts_have_the_texts_that_they_ask_for_and_no_others() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static/js");
        // Of this component's pages; the others have texts of their own.
        let names = MODULES.iter().chain(&["words", "edit-page"]);
        let scripts: Vec<String> = names
            .map(|name| fs::read_to_string(folder.join(format!("{name}.js"))).unwrap())
            .collect();
        let texts = &Texts::ENGLISH.scripts;
        check_scripts(texts, scripts.iter().map(String::as_str));
    }

    #[test]
    fn the_scripts_know_what_can_be_wrong_with_a_field() {
        for language in OFFERED {
            let texts = Texts::in_language(language);
            let flaws = texts.for_scripts().flaws;
            assert_eq!(
                flaws["sentence_eng"]["too-long"],
                texts.flaw(Field::SentenceEng, Flaw::TooLong)
            );
            assert_eq!(flaws.len(), Field::ALL.len());
        }
    }
}
