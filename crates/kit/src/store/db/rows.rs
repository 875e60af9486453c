//! Rows, read by the names of their columns.

use std::sync::Arc;

use super::{DbError, Value};

/// The whole result of a statement.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    columns: Arc<[String]>,
    rows: Vec<Vec<Value>>,
}

/// One row of a result.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    values: &'a [Value],
}

impl Rows {
    /// A result of rows that each have a value for every column.
    pub(super) fn new(columns: Vec<String>, rows: Vec<Vec<Value>>) -> Self {
        Self {
            columns: columns.into(),
            rows,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, in the statement's order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row {
            columns: &self.columns,
            values,
        })
    }

    /// The only row.
    ///
    /// # Errors
    /// [`DbError::NotOneRow`] where there is none, or more than one.
    pub fn one(&self) -> Result<Row<'_>, DbError> {
        self.at_most_one()?.ok_or(DbError::NotOneRow(0))
    }

    /// The only row, where there is one.
    ///
    /// # Errors
    /// [`DbError::NotOneRow`] where there are several.
    pub fn at_most_one(&self) -> Result<Option<Row<'_>>, DbError> {
        match self.len() {
            0 | 1 => Ok(self.iter().next()),
            several => Err(DbError::NotOneRow(several)),
        }
    }
}

impl<'a> Row<'a> {
    /// The value of a column, by its name.
    ///
    /// # Errors
    /// [`DbError::NoColumn`] and [`DbError::Column`], both of which name the column.
    ///
    /// # Example
    /// ```
    /// # use kit::db::{DbError, Row};
    /// fn owner(row: Row<'_>) -> Result<Option<String>, DbError> {
    ///     row.get("owner")
    /// }
    /// ```
    pub fn get<T: FromValue<'a>>(&self, column: &str) -> Result<T, DbError> {
        let value = self
            .columns
            .iter()
            .position(|name| name == column)
            .and_then(|index| self.values.get(index))
            .ok_or_else(|| DbError::NoColumn(column.to_owned()))?;
        T::from_value(value).ok_or_else(|| DbError::Column {
            column: column.to_owned(),
            want: T::NAME,
            got: type_name(value),
        })
    }
}

/// A type that a column's value is read as. Nothing is converted: an integer is no text, and NULL
/// is nothing but `None`.
pub trait FromValue<'a>: Sized {
    /// What the type is called in an error.
    const NAME: &'static str;

    /// The value, where it is of this type.
    fn from_value(value: &'a Value) -> Option<Self>;
}

impl FromValue<'_> for i64 {
    const NAME: &'static str = "an integer";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(integer) => Some(*integer),
            _ => None,
        }
    }
}

impl FromValue<'_> for f64 {
    const NAME: &'static str = "a float";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Real(float) => Some(*float),
            _ => None,
        }
    }
}

impl FromValue<'_> for bool {
    const NAME: &'static str = "0 or 1";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl<'a> FromValue<'a> for &'a str {
    const NAME: &'static str = "text";

    fn from_value(value: &'a Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromValue<'_> for String {
    const NAME: &'static str = "text";

    fn from_value(value: &Value) -> Option<Self> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'a> FromValue<'a> for &'a [u8] {
    const NAME: &'static str = "bytes";

    fn from_value(value: &'a Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    const NAME: &'static str = T::NAME;

    fn from_value(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Integer(_) => i64::NAME,
        Value::Real(_) => f64::NAME,
        Value::Text(_) => <&str>::NAME,
        Value::Blob(_) => <&[u8]>::NAME,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Rows {
        let values = [
            ("integer", Value::Integer(1)),
            ("large", Value::Integer(i64::MAX)),
            ("float", Value::Real(0.5)),
            ("text", Value::text("唤醒")),
            ("bytes", Value::blob([0, 255])),
            ("null", Value::Null),
        ];
        let (columns, values) = values
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .unzip();
        Rows::new(columns, vec![values])
    }

    #[test]
    fn a_value_is_read_as_what_it_is() {
        let rows = row();
        let row = rows.one().unwrap();
        assert_eq!(row.get("integer"), Ok(1_i64));
        assert_eq!(row.get("integer"), Ok(true));
        assert_eq!(row.get("large"), Ok(i64::MAX));
        assert_eq!(row.get("float"), Ok(0.5));
        assert_eq!(row.get("text"), Ok("唤醒"));
        assert_eq!(row.get("text"), Ok("唤醒".to_owned()));
        assert_eq!(row.get("bytes"), Ok(&[0, 255][..]));
        assert_eq!(row.get("null"), Ok(None::<i64>));
        assert_eq!(row.get("text"), Ok(Some("唤醒")));
    }

    #[test]
    fn what_cannot_be_read_names_its_column() {
        let rows = row();
        let row = rows.one().unwrap();
        let errors = [
            row.get::<i64>("text").unwrap_err(),
            row.get::<&str>("null").unwrap_err(),
            row.get::<bool>("large").unwrap_err(),
            row.get::<f64>("integer").unwrap_err(),
            row.get::<Option<i64>>("bytes").unwrap_err(),
            row.get::<i64>("nothing").unwrap_err(),
        ];
        assert_eq!(
            errors.map(|error| error.to_string()),
            [
                "the column text holds text where an integer is read",
                "the column null holds NULL where text is read",
                "the column large holds an integer where 0 or 1 is read",
                "the column integer holds an integer where a float is read",
                "the column bytes holds bytes where an integer is read",
                "the result has no column nothing",
            ]
        );
    }

    #[test]
    fn one_row_is_neither_none_nor_two() {
        let rows = |count| Rows::new(vec!["a".to_owned()], vec![vec![Value::Null]; count]);
        assert_eq!(rows(0).one().unwrap_err(), DbError::NotOneRow(0));
        assert!(rows(0).at_most_one().unwrap().is_none());
        assert!(rows(1).one().is_ok());
        assert_eq!(rows(2).one().unwrap_err(), DbError::NotOneRow(2));
        assert_eq!(rows(2).at_most_one().unwrap_err(), DbError::NotOneRow(2));
    }
}
