//! `spin:sqlite`, as components import it.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::oneshot;
use wasmtime::component::{Accessor, FutureReader, HasData, Resource, StreamReader};

use super::{
    connection::{Connection, Streamed},
    error::{Error, internal, io},
    rows,
};
use crate::{
    run::{
        bindings::spin::sqlite::sqlite::{
            Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
        },
        state::State,
    },
    storage::stream::{Produced, Source},
};

/// Connections that an instance may have open at the same time; Spin's number.
const MAX_CONNECTIONS: usize = 256;

/// What is asked of a connection, in words.
const LAST_ID: &str = "ask for the last row id";
const CHANGES: &str = "ask for the number of changes";

/// Ties `spin:sqlite` to the state.
pub(crate) struct Sqlite;

impl HasData for Sqlite {
    type Data<'a> = &'a mut State;
}

/// A result as `execute-async` returns it.
type Answer = (
    Vec<String>,
    StreamReader<RowResult>,
    FutureReader<Result<(), Error>>,
);

impl Host for State {}

impl State {
    /// Opens a database. That it is granted but stands for none is an error at the
    /// start, so nobody is told `no-such-database`.
    fn open_database(&mut self, label: &str) -> Result<Resource<Connection>, Error> {
        let databases = Arc::clone(&self.databases);
        let Some(database) = databases.by_label().get(label) else {
            return Err(Error::AccessDenied);
        };
        if self.connections == MAX_CONNECTIONS {
            return Err(io("too many connections opened"));
        }
        let connection = Connection::new(
            Arc::clone(database),
            databases.threads.clone(),
            self.life.witness(),
            Arc::clone(&self.event_loop),
        );
        let connection = self.table.push(connection).map_err(io)?;
        self.connections += 1;
        Ok(connection)
    }

    fn connection(&self, connection: &Resource<Connection>) -> Result<Connection, Error> {
        let connection = self.table.get(connection);
        connection.cloned().map_err(|_| Error::InvalidConnection)
    }
}

impl HostConnection for State {
    async fn open(&mut self, database: String) -> Result<Resource<Connection>, Error> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        let connection = self.connection(&connection)?;
        connection.execute(statement, parameters).await
    }

    async fn last_insert_rowid(
        &mut self,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = self.connection(&connection)?;
        let ask = connection.ask(LAST_ID, rusqlite::Connection::last_insert_rowid);
        Ok(ask.await?)
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        let connection = self.connection(&connection)?;
        let ask = connection.ask(CHANGES, rusqlite::Connection::changes);
        Ok(ask.await?)
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        self.connections -= 1;
        Ok(())
    }
}

impl HostConnectionWithStore<State> for Sqlite {
    async fn open_async(
        accessor: &Accessor<State, Self>,
        database: String,
    ) -> Result<Resource<Connection>, Error> {
        accessor.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        accessor: &Accessor<State, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<Answer, Error> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        let Streamed { columns, rows, end } =
            connection.execute_async(statement, parameters).await?;
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, Produced(rows)).map_err(io)?;
            let end = FutureReader::new(&mut access, ended(end)).map_err(io)?;
            Ok((columns, rows, end))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<State, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        let ask = connection.ask(LAST_ID, rusqlite::Connection::last_insert_rowid);
        Ok(ask.await?)
    }

    async fn changes_async(
        accessor: &Accessor<State, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        let ask = connection.ask(CHANGES, rusqlite::Connection::changes);
        Ok(ask.await?)
    }
}

/// How a result ends; the outer result is for what would end the guest.
async fn ended(end: oneshot::Receiver<Result<(), Error>>) -> wasmtime::Result<Result<(), Error>> {
    Ok(end.await.unwrap_or_else(|_panicked| Err(internal())))
}

impl Source for rows::Receiver {
    type Item = RowResult;

    fn poll_items(&mut self, context: &mut Context<'_>, count: usize) -> Poll<Vec<RowResult>> {
        self.poll_rows(context, count)
    }
}
