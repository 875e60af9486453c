//! Pages of words, newest first.

use kit::{
    Result,
    db::{Database, Page, PageRequest, params},
};

use super::{
    Words, all,
    search::{Filter, MAX_BEGINNINGS, Search},
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
    pub(super) async fn page(&self, request: PageRequest, q: &str) -> Result<Listing> {
        let filter = match Search::parse(q) {
            None => return self.list_all(request).await,
            Some(Search::Long(filter)) => filter,
            Some(Search::Short { needle, to }) => {
                let trigrams = self.trigrams(&needle, &to).await?;
                if trigrams.is_empty() {
                    return Ok(Listing {
                        page: Page::new(Vec::new(), request, |word: &Word| word.id),
                        total: Some(0),
                    });
                }
                Filter::beginning(needle, &trigrams)
            }
        };
        self.matches(request, filter).await
    }

    /// A page of all words, by one statement: most of what a short one takes is taking its lock.
    async fn list_all(&self, request: PageRequest) -> Result<Listing> {
        let select = format!(
            "SELECT (SELECT coalesce(sum(total), 0) FROM words_total) AS n, {} \
             FROM words WHERE id < ? ORDER BY id DESC LIMIT {}",
            Word::selected(),
            request.rows_to_select()
        );
        let before = request.after.unwrap_or(i64::MAX);
        let rows = self.db().execute(&select, params![before]).await?;
        let total = match rows.iter().next() {
            Some(row) => row.get("n")?,
            None => self.total().await?,
        };
        Ok(Listing {
            page: Page::new(all(&rows)?, request, |word| word.id),
            total: Some(total),
        })
    }

    /// How many words there are.
    async fn total(&self) -> Result<i64> {
        let select = "SELECT coalesce(sum(total), 0) AS total FROM words_total";
        let rows = self.db().execute(select, params![]).await?;
        Ok(rows.one()?.get("total")?)
    }

    /// The different trigrams from `from` to before `to`, up to one more than [`MAX_BEGINNINGS`]. Each is
    /// looked for behind the one before, so it does not matter in how many words they are.
    async fn trigrams(&self, from: &str, to: &str) -> Result<Vec<String>> {
        // No trigram begins with another one, so the next is the first behind it.
        let next = |from: &str| {
            format!(
                "(SELECT term FROM words_by_trigram WHERE term >= {from} AND term < ?2 \
                 ORDER BY term LIMIT 1)"
            )
        };
        let select = format!(
            "WITH RECURSIVE found (trigram) AS (SELECT {} UNION ALL \
             SELECT {} FROM found WHERE trigram IS NOT NULL LIMIT {}) \
             SELECT trigram FROM found WHERE trigram IS NOT NULL",
            next("?1"),
            next("found.trigram || char(1)"),
            MAX_BEGINNINGS + 1
        );
        let rows = self.db().execute(&select, params![from, to]).await?;
        let trigrams = rows.iter().map(|row| row.get("trigram"));
        Ok(trigrams.collect::<std::result::Result<_, _>>()?)
    }

    /// The words that a filter lets through.
    async fn matches(&self, request: PageRequest, filter: Filter) -> Result<Listing> {
        // The index alone knows which words, as long as nothing has to be compared.
        let (from, id) = match (&filter.expression, &filter.needle) {
            (Some(_), None) => (
                "words_trigrams WHERE words_trigrams MATCH ?",
                "words_trigrams.rowid",
            ),
            (Some(_), Some(_)) => (
                "words_trigrams JOIN words ON words.id = words_trigrams.rowid \
                 WHERE words_trigrams MATCH ? AND instr(words.folded, ?)",
                "words_trigrams.rowid",
            ),
            (None, _) => ("words WHERE instr(words.folded, ?)", "words.id"),
        };
        let texts = filter.expression.into_iter().chain(filter.needle);
        let texts: Vec<_> = texts.map(kit::db::Value::Text).collect();
        // Looked for once, counted and shown: what is in no word may take long to be looked for.
        let select = format!(
            "WITH found AS MATERIALIZED (SELECT {id} AS found_id FROM {from} \
             AND {id} < ? ORDER BY {id} DESC LIMIT {}) \
             SELECT (SELECT count(*) FROM found) AS n, {} FROM found \
             JOIN words ON id = found_id ORDER BY found_id DESC LIMIT {}",
            MAX_COUNTED + 1,
            Word::selected(),
            request.rows_to_select()
        );
        // No word has the largest integer: SQLite gives an id only above those that were there.
        let before = request.after.unwrap_or(i64::MAX);
        let mut values = texts.clone();
        values.extend(params![before]);
        let rows = self.db().execute(&select, values).await?;
        let first = rows.iter().next();
        let mut n: i64 = first.map_or(Ok(0), |row| row.get("n"))?;
        if let Some(after) = request.after.filter(|_| n <= MAX_COUNTED) {
            let newer = format!(
                "SELECT count(*) AS n FROM (SELECT 1 FROM {from} AND {id} >= ? LIMIT {})",
                MAX_COUNTED + 1
            );
            let mut values = texts;
            values.extend(params![after]);
            let rows = self.db().execute(&newer, values).await?;
            n += rows.one()?.get::<i64>("n")?;
        }
        Ok(Listing {
            page: Page::new(all(&rows)?, request, |word| word.id),
            total: Some(n).filter(|n| *n <= MAX_COUNTED),
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::db::TestDatabase;
    use proptest::prelude::*;

    use super::*;
    use crate::{draft::Draft, text::fold};

    fn words(rows: &[[&str; 4]]) -> Words<TestDatabase> {
        let words = block_on(Words::new(TestDatabase::in_memory())).unwrap();
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
        let listing = block_on(words.page(request, q)).unwrap();
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
        let id = block_on(words.page(
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
        let count = 4_005;
        let words = words(&[]);
        // Three characters that many others follow: in every word, in some, and in some very often.
        let varied = |begin: char, n: usize, times: usize| -> String {
            let other = |n: usize| char::from_u32(0x6000 + (n % 500) as u32).unwrap();
            (0..times)
                .flat_map(|time| [begin, other(n / 5 + time)])
                .collect()
        };
        let rows: Vec<String> = (0..count)
            .map(|n| {
                let chinese = if n % 2 == 0 { "偶" } else { "奇数" };
                let mut sentence = varied('丿', n, 3);
                if n % 5 == 0 {
                    sentence += &varied('乀', n, 1);
                    sentence += &varied('乁', n, 13);
                }
                format!("[\"word {n}\",\"{chinese}\",\"{sentence}\"]")
            })
            .collect();
        let insert = "INSERT INTO words (english, chinese, sentence_eng, sentence_chi, created_at, updated_at, english_key, chinese_key, folded) \
                      SELECT value ->> 0, value ->> 1, '', value ->> 2, '', '', value ->> 0, value ->> 1, \
                      (value ->> 0) || char(31) || (value ->> 1) || char(31, 31) || (value ->> 2) || char(31, 31) FROM json_each(?)";
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
            ("丿", Box::new(|_| true), None),
            ("乀", Box::new(|n| n % 5 == 0), Some(801)),
            ("乁", Box::new(|n| n % 5 == 0), Some(801)),
        ] {
            let mut want: Vec<usize> = (0..count).filter(|n| wanted(*n)).collect();
            want.reverse();
            let mut request = PageRequest {
                limit: 100,
                after: None,
            };
            let mut got = Vec::new();
            loop {
                let listing = block_on(words.page(request, q)).unwrap();
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
            let all = block_on(words.page(PageRequest { limit: 100, after: None }, "")).unwrap();
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
