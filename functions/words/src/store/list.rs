//! Pages of words, newest first.

use kit::{
    Result,
    db::{Database, Page, PageRequest, Value, params},
};

use super::{
    Words, all,
    search::{Kind, MAX_LOOKED_UP, Search},
};
use crate::word::Word;

/// Matches are counted up to here; of more it is only said that there are more.
pub(crate) const MAX_COUNTED: i64 = 1_000;

/// One page of words, and how many there are in all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) page: Page<Word>,
    /// Of a search, only where there are at most [`MAX_COUNTED`].
    pub(crate) total: Option<i64>,
}

impl<D: Database> Words<D> {
    /// A page of the words that have `q` in any field, or of all.
    pub(crate) async fn list(&self, request: PageRequest, q: &str) -> Result<Listing> {
        let Some(search) = Search::of(q) else {
            return Ok(Listing {
                total: Some(self.total().await?),
                page: self.page(request, "TRUE", params![]).await?,
            });
        };
        match &search.kind {
            Kind::Short { to } => self.list_short(request, &search.needle, to).await,
            Kind::Phrase {
                expression,
                compare,
            } => {
                let needle = compare.then_some(search.needle.as_str());
                self.list_phrase(request, expression, needle).await
            }
        }
    }

    /// How many words there are.
    async fn total(&self) -> Result<i64> {
        let select = "SELECT coalesce(sum(total), 0) AS total FROM words_total";
        let rows = self.db().execute(select, params![]).await?;
        Ok(rows.one()?.get("total")?)
    }

    async fn list_short(&self, request: PageRequest, from: &str, to: &str) -> Result<Listing> {
        let matches = "SELECT DISTINCT doc FROM words_by_trigram WHERE term >= ? AND term < ?";
        let count = format!(
            "SELECT count(*) AS n FROM ({matches} LIMIT {})",
            MAX_LOOKED_UP + 1
        );
        let found = self.count(&count, params![from, to]).await?;
        let page = if found > MAX_LOOKED_UP as i64 {
            self.page(request, "instr(folded, ?)", params![from])
                .await?
        } else {
            self.page(request, &format!("id IN ({matches})"), params![from, to])
                .await?
        };
        Ok(Listing {
            page,
            total: counted(found),
        })
    }

    async fn list_phrase(
        &self,
        request: PageRequest,
        expression: &str,
        needle: Option<&str>,
    ) -> Result<Listing> {
        let mut values = params![expression];
        values.extend(needle.map(Value::from));
        let compare = needle.map_or("", |_| " AND instr(words.folded, ?)");
        let limit = MAX_COUNTED + 1;
        // The index alone knows how many, as long as nothing has to be compared.
        let count = match needle {
            None => format!(
                "SELECT count(*) AS n FROM (SELECT 1 FROM words_trigrams \
                 WHERE words_trigrams MATCH ? LIMIT {limit})"
            ),
            Some(_) => format!(
                "SELECT count(*) AS n FROM (SELECT 1 FROM words_trigrams \
                 JOIN words ON words.id = words_trigrams.rowid \
                 WHERE words_trigrams MATCH ?{compare} LIMIT {limit})"
            ),
        };
        let found = self.count(&count, values.clone()).await?;
        let columns = Word::COLUMNS.replace(", ", ", words.");
        let select = format!(
            "SELECT words.{columns} FROM words_trigrams \
             JOIN words ON words.id = words_trigrams.rowid \
             WHERE words_trigrams MATCH ?{compare} AND words_trigrams.rowid < ? \
             ORDER BY words_trigrams.rowid DESC LIMIT ?"
        );
        Ok(Listing {
            page: self.select_page(request, &select, values).await?,
            total: counted(found),
        })
    }

    async fn count(&self, statement: &str, values: Vec<Value>) -> Result<i64> {
        let rows = self.db().execute(statement, values).await?;
        Ok(rows.one()?.get("n")?)
    }

    /// A page of the words for which a condition holds.
    async fn page(
        &self,
        request: PageRequest,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Page<Word>> {
        let select = format!(
            "SELECT {} FROM words WHERE {condition} AND id < ? ORDER BY id DESC LIMIT ?",
            Word::COLUMNS
        );
        self.select_page(request, &select, values).await
    }

    async fn select_page(
        &self,
        request: PageRequest,
        select: &str,
        mut values: Vec<Value>,
    ) -> Result<Page<Word>> {
        // No word has the largest integer: SQLite gives an id only above those that were there.
        let rows = i64::try_from(request.rows_to_select()).unwrap_or(i64::MAX);
        values.extend(params![request.after.unwrap_or(i64::MAX), rows]);
        let rows = self.db().execute(select, values).await?;
        Ok(Page::new(all(&rows)?, request, |word| word.id))
    }
}

fn counted(found: i64) -> Option<i64> {
    Some(found).filter(|found| *found <= MAX_COUNTED)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::db::TestDatabase;
    use proptest::prelude::*;

    use super::*;
    use crate::{draft::Draft, text::fold};

    fn words(rows: &[[&str; 4]]) -> Words<TestDatabase> {
        let words = block_on(Words::of(TestDatabase::in_memory())).unwrap();
        for [english, chinese, sentence_eng, sentence_chi] in rows {
            let draft = Draft {
                english: (*english).to_owned(),
                chinese: (*chinese).to_owned(),
                sentence_eng: (*sentence_eng).to_owned(),
                sentence_chi: (*sentence_chi).to_owned(),
            };
            block_on(words.insert(&draft, None)).unwrap();
        }
        words
    }

    fn found(words: &Words<TestDatabase>, q: &str) -> Vec<String> {
        let request = PageRequest {
            limit: 100,
            after: None,
        };
        let listing = block_on(words.list(request, q)).unwrap();
        assert_eq!(listing.total, Some(listing.page.items.len() as i64), "{q}");
        let items = listing.page.items.into_iter();
        items.map(|word| word.draft.english).collect()
    }

    #[test]
    fn a_search_finds_a_part_of_any_field_in_either_script() {
        let words = words(&[
            ["Wake up", "唤醒手腕", "", ""],
            ["rise", "起", "I rise at six, 100% awake_ly.", ""],
            ["six", "六", "", "我六点起床"],
            ["q\"uote", "引'号", "* AND NOT (a OR b) NEAR", ""],
        ]);
        for (q, want) in [
            ("", &["q\"uote", "six", "rise", "Wake up"][..]),
            ("wake", &["rise", "Wake up"]),
            ("WAKE U", &["Wake up"]),
            ("up", &["Wake up"]),
            ("p", &["Wake up"]),
            ("醒手", &["Wake up"]),
            ("手腕", &["Wake up"]),
            ("腕", &["Wake up"]),
            ("唤醒手", &["Wake up"]),
            ("唤醒手腕", &["Wake up"]),
            ("六点起床", &["six"]),
            ("床", &["six"]),
            ("起", &["six", "rise"]),
            ("six", &["six", "rise"]),
            ("0%", &["rise"]),
            ("100%", &["rise"]),
            ("%", &["rise"]),
            ("_", &["rise"]),
            ("w%e", &[]),
            ("w_ke", &[]),
            ("q\"u", &["q\"uote"]),
            ("\"", &["q\"uote"]),
            ("'", &["q\"uote"]),
            ("* and not (a or b) near", &["q\"uote"]),
            ("up唤", &[]),
            ("up\u{1f}唤", &[]),
            ("  ", &[]),
            ("x", &["six"]),
            ("\u{10ffff}", &[]),
        ] {
            let want: Vec<&str> = match q {
                // A letter may be in a sentence as well.
                "x" => vec!["six", "rise"],
                _ => want.to_vec(),
            };
            assert_eq!(found(&words, q), want, "{q:?}");
        }
    }

    #[test]
    fn an_edit_and_a_deletion_are_found_at_once() {
        let words = words(&[["wake", "唤醒", "", ""], ["rise", "起床", "", ""]]);
        let id = block_on(words.list(
            PageRequest {
                limit: 1,
                after: None,
            },
            "wake",
        ))
        .unwrap()
        .page
        .items[0]
            .id;
        block_on(words.update(id, |_| {
            Ok(Draft {
                english: "sleep".to_owned(),
                chinese: "睡".to_owned(),
                ..Draft::default()
            })
        }))
        .unwrap();
        assert!(found(&words, "wake").is_empty());
        assert!(found(&words, "唤").is_empty());
        assert_eq!(found(&words, "lee"), ["sleep"]);
        assert_eq!(found(&words, "睡"), ["sleep"]);
        block_on(words.delete(id, |_| Ok(()))).unwrap();
        assert!(found(&words, "lee").is_empty());
        assert!(found(&words, "睡").is_empty());
        assert_eq!(found(&words, ""), ["rise"]);
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_repetition() {
        let count = 2 * MAX_LOOKED_UP + 5;
        let words = words(&[]);
        let rows: Vec<String> = (0..count)
            .map(|n| {
                format!(
                    "[\"word {n}\",\"{}\"]",
                    if n % 2 == 0 { "偶" } else { "奇数" }
                )
            })
            .collect();
        let insert = "INSERT INTO words (english, chinese, sentence_eng, sentence_chi, created_at, updated_at, english_key, chinese_key, folded) \
                      SELECT value ->> 0, value ->> 1, '', '', '', '', value ->> 0, value ->> 1, (value ->> 0) || char(31) || (value ->> 1) || char(31, 31, 31, 31) FROM json_each(?)";
        block_on(
            words
                .db()
                .execute(insert, params![format!("[{}]", rows.join(","))]),
        )
        .unwrap();
        let number = |word: &Word| -> usize { word.draft.english[5..].parse().unwrap() };
        for (q, wanted, total) in [
            (
                "",
                Box::new(|_: usize| true) as Box<dyn Fn(usize) -> bool>,
                Some(count as i64),
            ),
            ("word", Box::new(|_| true), None),
            ("wo", Box::new(|_| true), None),
            ("偶", Box::new(|n| n % 2 == 0), None),
            ("奇数", Box::new(|n| n % 2 == 1), None),
            (
                "word 123",
                Box::new(|n| n.to_string().starts_with("123")),
                Some(11),
            ),
        ] {
            let mut want: Vec<usize> = (0..count).filter(|n| wanted(*n)).collect();
            want.reverse();
            let mut request = PageRequest {
                limit: 100,
                after: None,
            };
            let mut got = Vec::new();
            loop {
                let listing = block_on(words.list(request, q)).unwrap();
                assert_eq!(listing.total, total, "{q}");
                got.extend(listing.page.items.iter().map(number));
                match listing.page.next {
                    Some(next) => request.after = Some(next.parse().unwrap()),
                    None => break,
                }
            }
            assert_eq!(got, want, "{q}");
        }
    }

    proptest! {
        #[test]
        fn a_search_finds_what_contains_it_and_nothing_else(
            rows in prop::collection::vec(["[aAbé唤醒%\" ]{0,6}", "[aAbé唤醒_' ]{0,6}"], 0..12),
            q in "[aAbBé唤醒%_\"' ]{1,5}",
        ) {
            let rows: Vec<[&str; 4]> = rows
                .iter()
                .map(|[word, sentence]| [word.as_str(), "", sentence.as_str(), ""])
                .collect();
            let words = words(&rows);
            let all = block_on(words.list(PageRequest { limit: 100, after: None }, "")).unwrap();
            let want: Vec<String> = all
                .page
                .items
                .iter()
                .filter(|word| {
                    [&word.draft.english, &word.draft.sentence_eng]
                        .iter()
                        .any(|text| fold(text).contains(&fold(&q)))
                })
                .map(|word| word.draft.english.clone())
                .collect();
            prop_assert_eq!(found(&words, &q), want);
        }
    }
}
