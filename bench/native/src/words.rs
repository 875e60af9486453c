//! The word book: the tutorial's /data, and the words as a REST resource.

use anyhow::Result;
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::{State as Shared, failure::Failure};

/// How many words a page has.
const PAGE: usize = 20;

/// Matches of a search are counted up to here.
const MAX_COUNTED: i64 = 1_000;

const COLUMNS: &str =
    "words.id, english, chinese, sentence_eng, sentence_chi, created_at, updated_at, owner";

#[derive(Serialize)]
pub(crate) struct Word {
    id: i64,
    english: String,
    chinese: String,
    sentence_eng: String,
    sentence_chi: String,
    created_at: String,
    updated_at: String,
    owner: Option<String>,
}

impl Word {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            english: row.get("english")?,
            chinese: row.get("chinese")?,
            sentence_eng: row.get("sentence_eng")?,
            sentence_chi: row.get("sentence_chi")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            owner: row.get("owner")?,
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
pub(crate) struct Listing {
    words: Vec<Word>,
    total: Option<i64>,
    /// Of the last word on the page, where there is another page.
    next: Option<String>,
}

impl Listing {
    fn new(mut words: Vec<Word>, total: i64) -> Self {
        let more = words.len() > PAGE;
        words.truncate(PAGE);
        Self {
            next: words
                .last()
                .filter(|_| more)
                .map(|last| last.id.to_string()),
            words,
            total: Some(total).filter(|total| *total <= MAX_COUNTED),
        }
    }
}

/// GET /words: the first page, of all words or of those that have a text of three characters or more.
pub(crate) async fn list(
    State(shared): State<Shared>,
    Query(search): Query<Search>,
) -> Result<Json<Listing>, Failure> {
    let listing = shared.database.read(|db| {
        if search.q.is_empty() {
            newest(db)
        } else {
            found(db, &search.q.to_lowercase())
        }
    });
    Ok(Json(listing?))
}

fn newest(db: &Connection) -> Result<Listing> {
    let select = format!(
        "SELECT {COLUMNS} FROM words ORDER BY id DESC LIMIT {}",
        PAGE + 1
    );
    let mut statement = db.prepare_cached(&select)?;
    let words: rusqlite::Result<Vec<_>> = statement.query_map([], Word::from_row)?.collect();
    let mut total = db.prepare_cached("SELECT coalesce(sum(total), 0) FROM words_total")?;
    let total = total.query_row([], |row| row.get(0))?;
    Ok(Listing {
        total: Some(total),
        ..Listing::new(words?, total)
    })
}

fn found(db: &Connection, text: &str) -> Result<Listing> {
    let select = format!(
        "WITH found AS MATERIALIZED (SELECT rowid AS id FROM words_trigrams \
         WHERE words_trigrams MATCH ? ORDER BY rowid DESC LIMIT {}) \
         SELECT {COLUMNS}, (SELECT count(*) FROM found) AS total FROM found JOIN words ON words.id = found.id \
         ORDER BY found.id DESC LIMIT {}",
        MAX_COUNTED + 1,
        PAGE + 1
    );
    let mut statement = db.prepare_cached(&select)?;
    let phrase = format!("\"{}\"", text.replace('"', "\"\""));
    let mut total = 0;
    let words = statement.query_map([phrase], |row| {
        total = row.get("total")?;
        Word::from_row(row)
    })?;
    let words = words.collect::<rusqlite::Result<_>>()?;
    Ok(Listing::new(words, total))
}

/// GET /words/ID.
pub(crate) async fn read(
    State(shared): State<Shared>,
    Path(id): Path<i64>,
) -> Result<Json<Word>, Failure> {
    let word = shared.database.read(|db| {
        let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM words WHERE id = ?"))?;
        Ok(select.query_row([id], Word::from_row).optional()?)
    })?;
    word.map(Json).ok_or(Failure::Refused(
        StatusCode::NOT_FOUND,
        "there is no such word",
    ))
}

#[derive(Deserialize)]
pub(crate) struct Draft {
    english: String,
    chinese: String,
    #[serde(default)]
    sentence_eng: String,
    #[serde(default)]
    sentence_chi: String,
}

/// POST /words.
pub(crate) async fn create(
    State(shared): State<Shared>,
    Json(draft): Json<Draft>,
) -> Result<Response, Failure> {
    let inserted = shared.database.write(move |db| insert(db, &draft)).await?;
    let taken = Failure::Refused(StatusCode::CONFLICT, "the same pair is there already");
    let word = inserted.ok_or(taken)?;
    let location = HeaderValue::try_from(format!("/words/{}", word.id))?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(word),
    )
        .into_response())
}

/// GET /data.
pub(crate) async fn data(
    State(shared): State<Shared>,
    Query(draft): Query<Draft>,
) -> Result<impl IntoResponse, Failure> {
    shared.database.write(move |db| insert(db, &draft)).await?;
    Ok((StatusCode::FOUND, [(header::LOCATION, "/")]))
}

/// The new word; none where the pair is there already.
fn insert(db: &Connection, draft: &Draft) -> Result<Option<Word>> {
    let Draft {
        english,
        chinese,
        sentence_eng,
        sentence_chi,
    } = draft;
    let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO words (english, chinese, sentence_eng, sentence_chi, created_at, updated_at, \
         english_key, chinese_key, folded) VALUES (?, ?, ?, ?, {now}, {now}, ?, ?, ?) \
         ON CONFLICT (english_key, chinese_key) DO NOTHING RETURNING {COLUMNS}"
    ))?;
    let keys = [english, chinese].map(|text| text.trim().to_lowercase());
    let folded = [english, chinese, sentence_eng, sentence_chi]
        .map(|text| text.to_lowercase() + "\u{1f}")
        .concat()
        + "\u{1f}";
    let values = params![
        english,
        chinese,
        sentence_eng,
        sentence_chi,
        keys[0],
        keys[1],
        folded
    ];
    // Read to its end, or it would be rolled back.
    let words: rusqlite::Result<Vec<_>> = insert.query_map(values, Word::from_row)?.collect();
    Ok(words?.pop())
}
