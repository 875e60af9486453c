//! Reads JSON into values of any kind (see [`Build`]).

use serde_json::Number;

use crate::{
    error::{Error, Result},
    limits::{MAX_INTEGER_DIGITS, MAX_JSON_DEPTH},
};

/// What can be made of JSON. A body becomes `serde_json`'s values, a session's cookie values with Python's types.
pub(crate) trait Build: Sized {
    /// The members of an object while they are read. Of two with one name the last counts.
    type Members: Default + Extend<(String, Self)>;

    /// A value that holds no other.
    ///
    /// # Errors
    /// Why there is no such value.
    fn scalar(scalar: Scalar<'_>) -> Result<Self, &'static str>;

    /// An array.
    fn list(items: Vec<Self>) -> Self;

    /// An object.
    ///
    /// # Errors
    /// Why there is no such value.
    fn object(members: Self::Members) -> Result<Self, &'static str>;
}

/// A value that holds no other.
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    /// As JSON writes it, so it may be `-0`.
    Integer(&'a str),
    /// Infinite where it is too large, as in Python, or where the text says so.
    Float(f64),
    Text(String),
}

/// Reads a whole text.
///
/// # Errors
/// [`Error::Json`].
pub(crate) fn read<B: Build>(text: &str) -> Result<B> {
    let mut reader = Reader { text, rest: text };
    let value = reader.value(0)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.missing("the end")),
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value<B: Build>(&mut self, depth: usize) -> Result<B> {
        match self.peek() {
            Some(b'[' | b'{') if depth == MAX_JSON_DEPTH => Err(self.flaw(
                self.rest,
                &format!("it is nested deeper than {MAX_JSON_DEPTH} levels"),
            )),
            Some(b'[') => self.array(depth + 1),
            Some(b'{') => self.object(depth + 1),
            Some(b'"') => {
                let from = self.rest;
                let text = Scalar::Text(self.string()?);
                B::scalar(text).map_err(|why| self.flaw(from, why))
            }
            _ => {
                let from = self.rest;
                let scalar = self.word()?;
                B::scalar(scalar).map_err(|why| self.flaw(from, why))
            }
        }
    }

    fn array<B: Build>(&mut self, depth: usize) -> Result<B> {
        let mut items = Vec::new();
        self.take(b'[');
        if self.take(b']') {
            return Ok(B::list(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']') {
                return Ok(B::list(items));
            }
            if !self.take(b',') {
                return Err(self.missing("a comma or ]"));
            }
        }
    }

    fn object<B: Build>(&mut self, depth: usize) -> Result<B> {
        let from = self.rest;
        let mut members = B::Members::default();
        self.take(b'{');
        if !self.take(b'}') {
            loop {
                if self.peek() != Some(b'"') {
                    return Err(self.missing("a name in double quotes"));
                }
                let name = self.string()?;
                if !self.take(b':') {
                    return Err(self.missing("a colon"));
                }
                members.extend([(name, self.value(depth)?)]);
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return Err(self.missing("a comma or }"));
                }
            }
        }
        B::object(members).map_err(|why| self.flaw(from, why))
    }

    /// The text that begins here. What is in its quotes is left to `serde_json`.
    fn string(&mut self) -> Result<String> {
        let from = self.rest;
        let mut escaped = false;
        let inner = from.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let Some(inner) = inner else {
            return Err(self.flaw(from, "the text is not closed that begins"));
        };
        serde_json::from_str(self.skip(inner + 2)).map_err(|_| {
            self.flaw(
                from,
                "a text has a control character, an unknown escape or half a surrogate pair",
            )
        })
    }

    /// A number, or a literal such as `null`. Python writes `NaN` and infinities, too.
    fn word(&mut self) -> Result<Scalar<'a>> {
        let from = self.rest;
        let of_word = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let end = from.find(|c| !of_word(c)).unwrap_or(from.len());
        let word = self.skip(end);
        Ok(match word {
            "null" => Scalar::Null,
            "true" => Scalar::Bool(true),
            "false" => Scalar::Bool(false),
            "NaN" => Scalar::Float(f64::NAN),
            "Infinity" => Scalar::Float(f64::INFINITY),
            "-Infinity" => Scalar::Float(f64::NEG_INFINITY),
            // The grammar of numbers is left to `serde_json`, which keeps their digits.
            _ if serde_json::from_str::<Number>(word).is_err() => {
                return Err(self.flaw(from, "a value should be"));
            }
            _ if word.contains(['.', 'e', 'E']) => match word.parse() {
                Ok(float) => Scalar::Float(float),
                Err(_) => return Err(self.flaw(from, "a value should be")),
            },
            _ if word.trim_start_matches('-').len() > MAX_INTEGER_DIGITS => {
                let why = format!("an integer has more than {MAX_INTEGER_DIGITS} digits");
                return Err(self.flaw(from, &why));
            }
            _ => Scalar::Integer(word),
        })
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.bytes().next()
    }

    /// Steps over the next byte if it is this one, and says whether it was.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.skip(1);
        }
        is_next
    }

    /// Steps over so many bytes, and returns them.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        skipped
    }

    fn missing(&self, what: &str) -> Error {
        self.flaw(self.rest, &format!("{what} should be"))
    }

    /// What is wrong where `from` begins.
    fn flaw(&self, from: &str, why: &str) -> Error {
        let (before, _) = self.text.split_at(self.text.len() - from.len());
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Error::Json(format!("{why} at line {line} column {column}"))
    }
}
