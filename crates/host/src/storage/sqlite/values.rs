//! Values on their way between a guest and SQLite.

use rusqlite::{Row, types};

use super::error::{Error, io};
use crate::run::bindings::spin::sqlite::sqlite::{RowResult, Value};

/// Bytes of a result that is collected, or of one row of a result that is streamed;
/// Spin's number.
pub(super) const MAX_RESULT_BYTES: usize = 128 << 20;

/// A parameter of a statement.
pub(super) fn parameter(value: &Value) -> types::ToSqlOutput<'_> {
    types::ToSqlOutput::Borrowed(match value {
        Value::Null => types::ValueRef::Null,
        Value::Integer(integer) => types::ValueRef::Integer(*integer),
        Value::Real(real) => types::ValueRef::Real(*real),
        Value::Text(text) => types::ValueRef::Text(text.as_bytes()),
        Value::Blob(blob) => types::ValueRef::Blob(blob),
    })
}

/// One row, and the bytes that it takes.
///
/// # Errors
///
/// Text that is not UTF-8, where Spin panics, and a row over [`MAX_RESULT_BYTES`].
pub(super) fn row(row: &Row<'_>) -> Result<(RowResult, usize), Error> {
    let columns = row.as_ref().column_count();
    let mut bytes = 0;
    let mut values = Vec::with_capacity(columns);
    for column in 0..columns {
        let value = row.get_ref(column).map_err(io)?;
        // Looked at before it is copied: SQLite allows values far larger than this.
        bytes += size(value);
        if bytes > MAX_RESULT_BYTES {
            return Err(too_large());
        }
        values.push(result(value, column)?);
    }
    Ok((RowResult { values }, bytes))
}

fn result(value: types::ValueRef<'_>, column: usize) -> Result<Value, Error> {
    Ok(match value {
        types::ValueRef::Null => Value::Null,
        types::ValueRef::Integer(integer) => Value::Integer(integer),
        types::ValueRef::Real(real) => Value::Real(real),
        types::ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(error) => return Err(io(format_args!("text in column {column}: {error}"))),
        },
        types::ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
    })
}

/// As Spin counts: what a text or a blob holds, and the place for any value.
fn size(value: types::ValueRef<'_>) -> usize {
    let held = match value {
        types::ValueRef::Text(bytes) | types::ValueRef::Blob(bytes) => bytes.len(),
        _ => 0,
    };
    size_of::<Value>() + held
}

/// The error for a result over the limit, in Spin's words.
pub(super) fn too_large() -> Error {
    io(format_args!(
        "query result exceeds limit of {MAX_RESULT_BYTES} bytes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_a_limit_of_bytes() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let most = MAX_RESULT_BYTES - size_of::<Value>();
        for (bytes, fits) in [(most, true), (most + 1, false)] {
            let mut statement = connection.prepare("SELECT zeroblob(?)").unwrap();
            let mut rows = statement.query([i64::try_from(bytes).unwrap()]).unwrap();
            let row = row(rows.next().unwrap().unwrap());
            match row {
                Ok((_, size)) => assert!(fits && size == MAX_RESULT_BYTES, "{bytes}: {size}"),
                Err(Error::Io(text)) => {
                    let want = "query result exceeds limit of 134217728 bytes";
                    assert!(!fits && text == want, "{bytes}: {text}");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}
