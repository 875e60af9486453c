//! JSON: what GET /words answers, with all words in it.

use kit::{BoxError, Result};

use super::Format;
use crate::word::Word;

/// How many words are written.
#[derive(Default)]
pub(super) struct Json(usize);

impl Format for Json {
    const CONTENT_TYPE: &'static str = "application/json";
    const FILE_NAME: &'static str = "words.json";

    fn begin(&mut self) -> Vec<u8> {
        b"{\"words\":[".to_vec()
    }

    fn words(&mut self, words: &[Word]) -> Result<Vec<u8>, BoxError> {
        let mut file = String::new();
        for word in words {
            file.push_str(if self.0 == 0 { "\n" } else { ",\n" });
            file.push_str(&word.to_json().to_string());
            self.0 += 1;
        }
        Ok(file.into())
    }

    fn end(&mut self) -> Vec<u8> {
        format!("\n],\"total\":{},\"next\":null}}\n", self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use kit::{Value, json};

    use super::{
        super::tests::{text, word},
        *,
    };

    #[test]
    fn it_is_json_however_many_words_and_pages_there_are() {
        let words = |ids: &[i64]| -> Vec<Word> {
            ids.iter()
                .map(|id| word(*id, ["a\"\n", "唤", "", ""]))
                .collect()
        };
        for pages in [vec![], vec![vec![1]], vec![vec![3, 2], vec![1]]] {
            let ids: Vec<i64> = pages.concat();
            let file = text(
                Json::default(),
                pages.iter().map(|ids| words(ids)).collect(),
            );
            let got: Value = serde_json::from_str(&file).unwrap();
            let want: Vec<Value> = words(&ids).iter().map(Word::to_json).collect();
            assert_eq!(
                got,
                json!({ "words": want, "total": ids.len(), "next": null })
            );
        }
    }
}
