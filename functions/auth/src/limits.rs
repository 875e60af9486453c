//! Limits of what a client may do within some time, kept in the database, so that they hold for all instances.
//!
//! What a client does is a row, with hashes of its address (`?1` in a statement) and of its network (`?2`). It is
//! recorded before anything is computed for it, in the statement that counts those before it: so however many come
//! at the same time, only as many as may be are looked at.

use kit::{
    Result,
    db::{Database, Value},
};

/// How many of a kind there may be.
pub(crate) struct Limit {
    /// Which rows are of the kind, as SQL.
    pub(crate) of: &'static str,
    pub(crate) max: i64,
}

/// The limits of a table.
pub(crate) struct Limits {
    pub(crate) table: &'static str,
    /// The columns of what is recorded, in the order of its values.
    pub(crate) columns: &'static [&'static str],
    /// For how long a row counts, in seconds.
    pub(crate) window_secs: i64,
    pub(crate) limits: &'static [Limit],
}

/// What became of something to be recorded.
pub(crate) enum Recorded {
    /// It is, with this id.
    Row(i64),
    /// It is not, as a limit is reached: for so many seconds.
    Full(u32),
}

impl Limits {
    /// Records something, where each limit has room for it. What counts no longer is deleted.
    pub(crate) async fn record(&self, db: &impl Database, values: Vec<Value>) -> Result<Recorded> {
        let (table, window) = (self.table, self.window_secs);
        let over = format!("DELETE FROM {table} WHERE at <= unixepoch() - {window}");
        db.execute(&over, Vec::new()).await?;
        let parameters: Vec<String> = (1..=self.columns.len()).map(|n| format!("?{n}")).collect();
        let room = self.each(|Limit { of, max }| {
            format!(
                "(SELECT count(*) FROM {table} WHERE {of} AND at > unixepoch() - {window}) < {max}"
            )
        });
        let insert = format!(
            "INSERT INTO {table} ({}, at) SELECT {}, unixepoch() WHERE {} RETURNING id",
            self.columns.join(", "),
            parameters.join(", "),
            room.join(" AND ")
        );
        let rows = db.execute(&insert, values.clone()).await?;
        if let Some(row) = rows.at_most_one()? {
            return Ok(Recorded::Row(row.get("id")?));
        }
        Ok(Recorded::Full(self.seconds_left(db, values).await?))
    }

    /// When each limit has room again.
    async fn seconds_left(&self, db: &impl Database, values: Vec<Value>) -> Result<u32> {
        let (table, window) = (self.table, self.window_secs);
        // The row that has to go first: as many as may be, less one, are younger.
        let over = self.each(|Limit { of, max }| {
            format!(
                "coalesce((SELECT at FROM {table} WHERE {of} ORDER BY at DESC LIMIT 1 OFFSET {}), 0)",
                max - 1
            )
        });
        let select = format!(
            "SELECT max({}) + {window} - unixepoch() AS left",
            over.join(", ")
        );
        let left: i64 = db.execute(&select, values).await?.one()?.get("left")?;
        Ok(u32::try_from(left.clamp(1, window)).unwrap_or(1))
    }

    fn each(&self, sql: impl Fn(&Limit) -> String) -> Vec<String> {
        self.limits.iter().map(sql).collect()
    }
}
