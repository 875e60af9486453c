//! What columns are called: in English and in both ways to write Chinese, by spreadsheet programs, flash card
//! programs and people.

use crate::draft::Field;

/// What the name of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// It has this field. Of two columns that could, the lower rank is taken: 0 says so itself, such as
    /// `chinese`; 1 is mostly so, such as `translation`; 2 could be either language, such as `definition`.
    Field(Field, u8),
    /// It has something that no word has, such as tags.
    Other,
}

/// The longest name that is looked for, in bytes.
const MAX_NAME_BYTES: usize = 64;

use Field::{Chinese, English, SentenceChi, SentenceEng};

/// The names, written as [`simplified`] leaves them.
const NAMES: [(Field, u8, &[&str]); 10] = [
    (
        English,
        0,
        &[
            "english",
            "eng",
            "en",
            "englishword",
            "englishterm",
            "wordenglish",
            "englishvocabulary",
            "英文",
            "英语",
            "英語",
            "英",
            "英文单词",
            "英文單詞",
            "英文單字",
            "英语单词",
            "英語單詞",
            "英語單字",
            "英文词汇",
            "英文詞彙",
            "英语词汇",
            "英語詞彙",
            "英文名",
            "英文词",
            "英语词",
        ],
    ),
    (
        English,
        1,
        &[
            "word",
            "words",
            "vocabulary",
            "vocab",
            "headword",
            "单词",
            "單詞",
            "單字",
            "词汇",
            "詞彙",
            "生词",
            "生詞",
            "词",
            "詞",
            "词语",
            "詞語",
            "单词本",
            "词条",
            "詞條",
            "expression",
            "phrase",
        ],
    ),
    (
        English,
        2,
        &[
            "term", "terms", "front", "question", "术语", "術語", "正面", "问题", "問題", "原文",
            "词组", "詞組", "text1", "source",
        ],
    ),
    (
        Chinese,
        0,
        &[
            "chinese",
            "chi",
            "zh",
            "cn",
            "zhcn",
            "zhtw",
            "simplified",
            "traditional",
            "mandarin",
            "simplifiedchinese",
            "traditionalchinese",
            "hanzi",
            "汉字",
            "漢字",
            "chinesemeaning",
            "meaningchinese",
            "chinesetranslation",
            "chinesedefinition",
            "chineseword",
            "中文",
            "汉语",
            "漢語",
            "华语",
            "華語",
            "国语",
            "國語",
            "中",
            "中文释义",
            "中文釋義",
            "中文意思",
            "中文翻译",
            "中文翻譯",
            "中文含义",
            "中文含義",
            "中文词义",
            "中文詞義",
            "中文解释",
            "中文解釋",
            "中文词",
            "汉语释义",
            "漢語釋義",
            "汉语意思",
            "汉译",
            "漢譯",
            "中译",
            "中譯",
        ],
    ),
    (
        Chinese,
        1,
        &[
            "meaning",
            "meanings",
            "translation",
            "translations",
            "释义",
            "釋義",
            "词义",
            "詞義",
            "意思",
            "翻译",
            "翻譯",
            "译文",
            "譯文",
            "含义",
            "含義",
            "解释",
            "解釋",
            "意义",
            "意義",
            "单词释义",
            "單詞釋義",
            "gloss",
            "translated",
        ],
    ),
    (
        Chinese,
        2,
        &[
            "definition",
            "definitions",
            "back",
            "answer",
            "定义",
            "定義",
            "背面",
            "反面",
            "答案",
            "explanation",
            "text2",
            "target",
        ],
    ),
    (
        SentenceEng,
        0,
        &[
            "sentenceeng",
            "sentenceen",
            "englishsentence",
            "englishexample",
            "sentenceenglish",
            "exampleenglish",
            "exampleeng",
            "exampleen",
            "englishexamplesentence",
            "英文例句",
            "英语例句",
            "英語例句",
            "英文句子",
            "英语句子",
            "英語句子",
            "例句英文",
            "例句英语",
            "例句英語",
        ],
    ),
    (
        SentenceEng,
        1,
        &[
            "sentence",
            "sentences",
            "example",
            "examples",
            "examplesentence",
            "examplesentences",
            "usage",
            "例句",
            "句子",
            "例子",
            "造句",
            "例",
        ],
    ),
    (
        SentenceChi,
        0,
        &[
            "sentencechi",
            "sentencezh",
            "sentencecn",
            "chinesesentence",
            "chineseexample",
            "sentencechinese",
            "examplechinese",
            "examplechi",
            "examplezh",
            "examplecn",
            "chineseexamplesentence",
            "中文例句",
            "中文句子",
            "例句中文",
            "汉语例句",
            "漢語例句",
        ],
    ),
    (
        SentenceChi,
        1,
        &[
            "sentencetranslation",
            "exampletranslation",
            "sentencemeaning",
            "translatedsentence",
            "例句翻译",
            "例句翻譯",
            "例句译文",
            "例句譯文",
            "例句释义",
            "例句釋義",
            "例句意思",
            "句子翻译",
            "句子翻譯",
            "译句",
            "譯句",
        ],
    ),
];

/// Names of columns that no word has.
const OTHERS: &[&str] = &[
    "id",
    "no",
    "nr",
    "number",
    "index",
    "#",
    "tag",
    "tags",
    "deck",
    "notetype",
    "guid",
    "owner",
    "createdat",
    "updatedat",
    "created",
    "updated",
    "date",
    "time",
    "phonetic",
    "phonetics",
    "pronunciation",
    "ipa",
    "pinyin",
    "partofspeech",
    "pos",
    "note",
    "notes",
    "comment",
    "comments",
    "remark",
    "remarks",
    "unit",
    "lesson",
    "category",
    "audio",
    "image",
    "picture",
    "序号",
    "序號",
    "编号",
    "編號",
    "音标",
    "音標",
    "拼音",
    "词性",
    "詞性",
    "备注",
    "備註",
    "标签",
    "標籤",
    "发音",
    "發音",
    "日期",
    "时间",
    "時間",
    "单元",
    "單元",
    "分类",
    "分類",
    "课",
    "課",
    "笔记",
    "筆記",
    "注释",
    "註釋",
];

impl Name {
    /// What a column of this name has; none where the name is not known.
    pub(crate) fn parse(cell: &[u8]) -> Option<Self> {
        if cell.len() > MAX_NAME_BYTES {
            return None;
        }
        let name = simplified(str::from_utf8(cell).ok()?);
        if let Some(name) = look_up(&name) {
            return Some(name);
        }
        // In both languages, such as `Word 单词`.
        let (english, chinese): (String, String) = name.chars().partition(char::is_ascii);
        let (english, chinese) = (look_up(&english)?, look_up(&chinese)?);
        match (english, chinese) {
            (Self::Field(field, one), Self::Field(other, two)) if field == other => {
                Some(Self::Field(field, one.min(two)))
            }
            (Self::Other, Self::Other) => Some(Self::Other),
            _ => None,
        }
    }
}

/// Whether a text is a name of this field, or has one in it that says it itself: in Chinese anywhere, and in English
/// as a word of its own.
pub(crate) fn is_in(text: &[u8], own: Field) -> bool {
    let Some(text) = str::from_utf8(text)
        .ok()
        .filter(|_| text.len() <= MAX_NAME_BYTES)
    else {
        return false;
    };
    if matches!(Name::parse(text.as_bytes()), Some(Name::Field(field, _)) if field == own) {
        return true;
    }
    let text = text.to_lowercase();
    let is_in = |name: &str| match name.is_ascii() {
        true => text
            .split(|char: char| !char.is_alphanumeric())
            .any(|word| word == name),
        false => text.contains(name),
    };
    let mut own = NAMES
        .iter()
        .filter(|(field, rank, _)| (*field, *rank) == (own, 0));
    own.any(|(_, _, names)| names.iter().any(|name| is_in(name)))
}

fn look_up(name: &str) -> Option<Name> {
    let field = NAMES.iter().find_map(|(field, rank, names)| {
        names.contains(&name).then_some(Name::Field(*field, *rank))
    });
    field.or_else(|| OTHERS.contains(&name).then_some(Name::Other))
}

/// A name in small letters without what people put into it or around it.
fn simplified(name: &str) -> String {
    let chars = name.chars().filter(|char| {
        let is_mark = matches!(
            char,
            '_' | '-'
                | '.'
                | ':'
                | '：'
                | '*'
                | '"'
                | '\''
                | '('
                | ')'
                | '（'
                | '）'
                | '['
                | ']'
                | '【'
                | '】'
                | '/'
        );
        !char.is_whitespace() && !is_mark && *char != '\u{feff}'
    });
    chars.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_however_it_is_written() {
        for (name, want) in [
            ("english", Some(Name::Field(English, 0))),
            (" English ", Some(Name::Field(English, 0))),
            ("Sentence_Eng", Some(Name::Field(SentenceEng, 0))),
            ("Example (English)", Some(Name::Field(SentenceEng, 0))),
            ("中文：", Some(Name::Field(Chinese, 0))),
            ("【釋義】", Some(Name::Field(Chinese, 1))),
            ("Term", Some(Name::Field(English, 2))),
            ("No.", Some(Name::Other)),
            ("#", Some(Name::Other)),
            ("Word (单词)", Some(Name::Field(English, 1))),
            ("English释义", None),
            ("Vokabel", None),
            ("", None),
            ("wake", None),
        ] {
            assert_eq!(Name::parse(name.as_bytes()), want, "{name}");
        }
        assert_eq!(Name::parse(b"\xd3\xa2\xce\xc4"), None);
        assert_eq!(Name::parse(&[b' '; 1_000_000]), None);
    }

    #[test]
    fn no_name_has_two_meanings() {
        let mut seen: Vec<&str> = NAMES
            .iter()
            .flat_map(|(_, _, names)| *names)
            .copied()
            .collect();
        seen.extend(OTHERS);
        for name in &seen {
            assert_eq!(
                seen.iter().filter(|other| *other == name).count(),
                1,
                "{name}"
            );
            assert_eq!(simplified(name), *name);
        }
    }
}
