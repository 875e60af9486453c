//! Every text of the pages, in both languages. A text that one of them lacks does not compile.
//!
//! A name in braces, such as `{n}`, is a place for a value; see [`site::fill`]. The scripts get their
//! texts from here as well, in the page; see [`Texts::for_scripts`].

mod chinese;
mod english;
mod flaws;

use site::Counted;

pub(crate) use flaws::{max_mib, max_words};

/// The texts of one language.
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
    pub(crate) adding: &'static str,
    pub(crate) added: &'static str,
    pub(crate) keys_add: &'static str,
    pub(crate) nobodys: &'static str,
    pub(crate) log_in_to_add: &'static str,
    pub(crate) log_in_to_import: &'static str,

    pub(crate) words_heading: &'static str,
    pub(crate) search: &'static str,
    pub(crate) search_hint: &'static str,
    pub(crate) clear_search: &'static str,
    pub(crate) count: Counted,
    pub(crate) matches: Counted,
    pub(crate) matches_over: &'static str,
    pub(crate) older: &'static str,
    pub(crate) actions: &'static str,
    pub(crate) more: &'static str,
    pub(crate) more_loading: &'static str,
    pub(crate) more_shown: Counted,
    pub(crate) newest: &'static str,

    pub(crate) empty_heading: &'static str,
    pub(crate) empty_text: &'static str,
    pub(crate) empty_import: &'static str,
    pub(crate) no_match_heading: &'static str,
    pub(crate) no_match_text: &'static str,
    pub(crate) show_all: &'static str,
    pub(crate) add_this: &'static str,

    pub(crate) edit: &'static str,
    pub(crate) edit_word: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) delete_word: &'static str,
    pub(crate) save: &'static str,
    pub(crate) saving: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) cancelled: &'static str,
    pub(crate) keys_edit: &'static str,

    pub(crate) notices: &'static str,
    pub(crate) deleted: &'static str,
    pub(crate) undo: &'static str,
    pub(crate) undo_word: &'static str,
    pub(crate) restored: &'static str,
    pub(crate) not_deleted: &'static str,
    pub(crate) dismiss: &'static str,

    pub(crate) exists: &'static str,
    pub(crate) show_existing: &'static str,
    pub(crate) changed: &'static str,
    pub(crate) theirs: &'static str,
    pub(crate) empty_value: &'static str,
    pub(crate) keep_mine: &'static str,
    pub(crate) take_theirs: &'static str,
    pub(crate) changed_before_delete: &'static str,
    pub(crate) gone: &'static str,
    pub(crate) fix_fields: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) server_failed: &'static str,
    pub(crate) not_allowed: &'static str,
    pub(crate) log_in_again: &'static str,
    pub(crate) refused: &'static str,

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
    pub(crate) uploading: &'static str,
    pub(crate) processing: &'static str,
    pub(crate) import_offline: &'static str,
    pub(crate) choose_again: &'static str,
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

    /// What can be wrong; see [`flaws`].
    flaws: flaws::Texts,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

impl Texts {
    /// What the scripts say, by the names that they use.
    pub(crate) fn for_scripts(&self) -> Vec<(&'static str, String)> {
        let texts = [
            ("adding", self.adding),
            ("added", self.added),
            ("count-one", self.count.one),
            ("count-many", self.count.many),
            ("matches-one", self.matches.one),
            ("matches-many", self.matches.many),
            ("matches-over", self.matches_over),
            ("more", self.more),
            ("more-loading", self.more_loading),
            ("more-shown-one", self.more_shown.one),
            ("more-shown-many", self.more_shown.many),
            ("no-match-heading", self.no_match_heading),
            ("add-this", self.add_this),
            ("edit-word", self.edit_word),
            ("delete-word", self.delete_word),
            ("saving", self.saving),
            ("saved", self.saved),
            ("cancelled", self.cancelled),
            ("deleted", self.deleted),
            ("undo-word", self.undo_word),
            ("restored", self.restored),
            ("not-deleted", self.not_deleted),
            ("exists", self.exists),
            ("show-existing", self.show_existing),
            ("changed", self.changed),
            ("keep-mine", self.keep_mine),
            ("empty-value", self.empty_value),
            ("changed-before-delete", self.changed_before_delete),
            ("gone", self.gone),
            ("fix-fields", self.fix_fields),
            ("offline", self.offline),
            ("server-failed", self.server_failed),
            ("not-allowed", self.not_allowed),
            ("log-in-again", self.log_in_again),
            ("refused", self.refused),
            ("uploading", self.uploading),
            ("processing", self.processing),
            ("import-offline", self.import_offline),
            ("choose-file", self.flaws.no_file),
            ("file-empty", self.flaws.file_empty),
            ("choose-again", self.choose_again),
        ];
        let mut texts = texts.map(|(name, text)| (name, text.to_owned())).to_vec();
        texts.push(("file-too-large", self.file_too_large()));
        texts
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use kit::Language;
    use site::{OFFERED, Texts as _};

    use super::*;
    use crate::page::book::MODULES;

    /// The names of the places of a text.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> = text
            .split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').unwrap().0)
            .collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn one_is_not_many() {
        let count = Texts::in_language(Language::English).count.of(1);
        assert!(
            count.starts_with("1 word") && !count.starts_with("1 words"),
            "{count}"
        );
        assert!(
            Texts::in_language(Language::English)
                .count
                .of(1_234)
                .starts_with("1,234 words")
        );
    }

    #[test]
    fn both_languages_have_the_same_places() {
        let [english, chinese] = OFFERED.map(|language| Texts::in_language(language).for_scripts());
        for ((name, english), (_, chinese)) in english.into_iter().zip(chinese) {
            assert!(!english.is_empty() && !chinese.is_empty(), "{name}");
            if !name.ends_with("-one") {
                assert_eq!(places(&english), places(&chinese), "{name}");
            }
        }
    }

    #[test]
    fn the_scripts_have_the_texts_that_they_ask_for_and_no_others() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static/js");
        let mut used = BTreeSet::new();
        // Of this component's pages; the others have texts of their own.
        for name in MODULES.iter().chain(&["words", "edit-page"]) {
            let script = fs::read_to_string(folder.join(format!("{name}.js"))).unwrap();
            for (call, suffixes) in [("text(\"", &[""][..]), ("counted(\"", &["-one", "-many"])] {
                let names = script.split(call).skip(1);
                let names = names.filter_map(|rest| Some(rest.split_once('"')?.0));
                used.extend(
                    names.flat_map(|name| suffixes.iter().map(move |end| format!("{name}{end}"))),
                );
            }
        }
        let texts = Texts::in_language(Language::English).for_scripts();
        let there: BTreeSet<String> = texts.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(used, there);
        assert_eq!(texts.len(), there.len(), "a name is there twice");
    }
}
