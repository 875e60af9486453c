//! `spin:sqlite`, as components import it.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::oneshot;
use wasmtime::{
    StoreContextMut,
    component::{
        Accessor, Destination, FutureReader, HasData, Resource, StreamProducer, StreamReader,
        StreamResult, VecBuffer,
    },
};

use super::{Connection, connection::Streamed, io, rows, threads::internal};
use crate::{
    bindings::spin::sqlite::sqlite::{
        Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
    },
    state::State,
};

/// Connections that an instance may have open at the same time; Spin's number.
const MAX_CONNECTIONS: usize = 256;

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
        let Some(database) = databases.get(label) else {
            return Err(Error::AccessDenied);
        };
        if self.connections == MAX_CONNECTIONS {
            return Err(io("too many connections opened"));
        }
        let connection = Connection::new(
            Arc::clone(database),
            databases.threads.clone(),
            self.life.witness(),
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
        Ok(connection
            .ask(rusqlite::Connection::last_insert_rowid)
            .await?)
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        let connection = self.connection(&connection)?;
        Ok(connection.ask(rusqlite::Connection::changes).await?)
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
            let rows = StreamReader::new(&mut access, rows).map_err(io)?;
            let end = FutureReader::new(&mut access, ended(end)).map_err(io)?;
            Ok((columns, rows, end))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<State, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        Ok(connection
            .ask(rusqlite::Connection::last_insert_rowid)
            .await?)
    }

    async fn changes_async(
        accessor: &Accessor<State, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&connection))?;
        Ok(connection.ask(rusqlite::Connection::changes).await?)
    }
}

/// How a result ends; the outer result is for what would end the guest.
async fn ended(end: oneshot::Receiver<Result<(), Error>>) -> wasmtime::Result<Result<(), Error>> {
    Ok(end.await.unwrap_or_else(|_panicked| Err(internal())))
}

/// The rows of a result, given to a guest as it reads them.
impl StreamProducer<State> for rows::Receiver {
    type Item = RowResult;
    type Buffer = VecBuffer<RowResult>;

    fn poll_produce(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        mut destination: Destination<'_, RowResult, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let wanted = destination.remaining(store).unwrap_or(1);
        if wanted == 0 {
            // A guest that only asks whether there are rows gets none.
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        match self.poll_rows(context, wanted) {
            Poll::Ready(rows) if rows.is_empty() => Poll::Ready(Ok(StreamResult::Dropped)),
            Poll::Ready(rows) => {
                destination.set_buffer(rows.into());
                Poll::Ready(Ok(StreamResult::Completed))
            }
            Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => Poll::Pending,
        }
    }
}
