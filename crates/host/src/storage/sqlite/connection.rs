//! One connection of a guest.

use std::{collections::HashSet, sync::Arc};

use tokio::{
    sync::{Mutex, OwnedMutexGuard, oneshot},
    task::spawn_blocking,
};

use super::{
    cancel::Witness,
    database::Database,
    error::{Error, internal},
    open::Open,
    rows,
    short::Short,
    statement::{Kind, Query},
    threads::{Place, Threads},
    turns::Turn,
};
use crate::{
    run::bindings::spin::sqlite::sqlite::{QueryResult, Value},
    storage::event_loop::{EventLoop, HeldId},
};

/// What a row stream is there for, and what a call that waits for its connection uses, as
/// others are told.
const STATEMENT: &str = "run a statement";
const CONNECTION: &str = "the database connection";

/// How many statements are remembered that are not short.
const MAX_LONG: usize = 64;

/// A connection: opened when it is first used, and used by one statement at a time.
#[derive(Clone)]
#[allow(unreachable_pub, reason = "the generated bindings export it once more")]
pub struct Connection {
    database: Arc<Database>,
    slot: Arc<Mutex<Slot>>,
    /// What an open row stream holds.
    held: HeldId,
    event_loop: Arc<EventLoop>,
    threads: Threads,
    instance: Witness,
}

/// A result on its way: its columns, its rows, and how it ends.
pub(super) struct Streamed {
    pub(super) columns: Vec<String>,
    pub(super) rows: rows::Receiver,
    pub(super) end: oneshot::Receiver<Result<(), Error>>,
}

/// The connection itself, once there is one.
struct Slot {
    database: Arc<Database>,
    open: Option<Open>,
    /// Statements that turned out not to be short.
    long: HashSet<String>,
}

/// All that a statement needs to run.
struct Ready {
    slot: OwnedMutexGuard<Slot>,
    turn: Option<Turn>,
    place: Place,
}

/// Why a statement will not run.
enum Refused {
    /// There is no connection.
    ToOpen(Error),
    /// There is one, but it has no use for the statement, or no time.
    ToStart(Error),
}

impl Slot {
    fn connection(&mut self) -> Result<&mut rusqlite::Connection, Error> {
        self.open_now();
        let open = match self.open.take() {
            Some(open) => open,
            None => self.database.open()?,
        };
        Ok(&mut self.open.insert(open).connection)
    }

    /// Whether no transaction is open.
    fn is_autocommit(&self) -> bool {
        let open = self.open.as_ref();
        open.is_none_or(|open| open.connection.is_autocommit())
    }

    /// The connection, if it takes no time to have one.
    fn open_now(&mut self) -> Option<&mut Open> {
        if self.open.is_none() {
            self.open = self.database.idle_connection();
        }
        self.open.as_mut()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            self.database.take_back(open);
        }
    }
}

impl Connection {
    pub(super) fn new(
        database: Arc<Database>,
        threads: Threads,
        instance: Witness,
        event_loop: Arc<EventLoop>,
    ) -> Self {
        let slot = Slot {
            database: Arc::clone(&database),
            open: None,
            long: HashSet::new(),
        };
        Self {
            database,
            slot: Arc::new(Mutex::new(slot)),
            held: HeldId::new(),
            event_loop,
            threads,
            instance,
        }
    }

    /// Runs a statement to its end, while nothing else of the instance goes on.
    ///
    /// # Errors
    ///
    /// SQLite's; and where rows of the same connection are still to be read.
    pub(super) async fn execute(
        &self,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        self.check(STATEMENT).await?;
        let query = self.query(sql, parameters);
        let ready = self.ready(&query).await;
        let Ready {
            mut slot,
            turn,
            place,
        } = ready.map_err(Refused::into_error)?;
        let run = move || query.collect(slot.connection()?, turn);
        place.run(run).await
    }

    /// Starts a statement; its rows come as they are asked for.
    ///
    /// As under Spin, only a database that cannot be opened is an error here. Every
    /// other one is the end of the result.
    pub(super) async fn execute_async(
        &self,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Streamed, Error> {
        let query = self.query(sql, parameters);
        if let Some(streamed) = self.read_now(&query) {
            return Ok(streamed);
        }
        let (columns_to, columns) = oneshot::channel();
        let (maker, reader) = self.event_loop.stream(self.held, STATEMENT);
        let (rows_to, rows) = rows::channel(maker, reader);
        let (end_to, end) = oneshot::channel();
        let starting = self.clone();
        // Not on the event loop: a call there may wait for what becomes of this statement.
        tokio::spawn(async move {
            let Ready {
                mut slot,
                turn,
                place,
            } = match starting.ready(&query).await {
                Ok(ready) => ready,
                Err(Refused::ToOpen(error)) => {
                    let _ = columns_to.send(Err(error));
                    return;
                }
                Err(Refused::ToStart(error)) => {
                    let _ = columns_to.send(Ok(Vec::new()));
                    let _ = end_to.send(Err(error));
                    return;
                }
            };
            spawn_blocking(move || {
                let _place = place;
                let connection = match slot.connection() {
                    Ok(connection) => connection,
                    Err(error) => {
                        let _ = columns_to.send(Err(error));
                        return;
                    }
                };
                let result = query.stream(connection, turn, columns_to, rows_to);
                // Whoever sees the end finds the connection free.
                drop(slot);
                let _ = end_to.send(result);
            });
        });
        let columns = columns.await.unwrap_or_else(|_panicked| Err(internal()))?;
        Ok(Streamed { columns, rows, end })
    }

    /// The result of a short statement that reads, without another thread: to hand it over
    /// would take longer than most of them do. `None` where something would have to be waited
    /// for, or where the statement takes longer or changes something; then nothing of it has been seen.
    fn read_now(&self, query: &Query) -> Option<Streamed> {
        if !query.may_read() {
            return None;
        }
        let mut slot = self.slot.try_lock().ok()?;
        if slot.long.contains(&query.sql) {
            return None;
        }
        let connection = &mut slot.open_now()?.connection;
        let turns = self.database.turns().filter(|_| connection.is_autocommit());
        let _turn = match turns {
            Some(turns) => Some(turns.read_now()?),
            None => None,
        };
        let tried = query.collect_short(connection);
        if let Short::Done { is_long: true, .. } | Short::Undone { is_long: true } = tried {
            if slot.long.len() == MAX_LONG {
                slot.long.clear();
            }
            slot.long.insert(query.sql.clone());
        }
        let Short::Done { result, .. } = tried else {
            return None;
        };
        let (maker, reader) = self.event_loop.stream(self.held, STATEMENT);
        let (end_to, end) = oneshot::channel();
        let _ = end_to.send(Ok(()));
        Some(Streamed {
            columns: result.columns,
            rows: rows::complete(result.rows, &maker, reader),
            end,
        })
    }

    /// What `ask` says of the connection, which is opened for it where need be. `call` is
    /// what is asked, in words.
    ///
    /// # Errors
    ///
    /// The connection cannot be opened, or rows of it are still to be read.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        call: &str,
        ask: fn(&rusqlite::Connection) -> T,
    ) -> Result<T, Error> {
        self.check(call).await?;
        let mut slot = self.lock().await;
        if let Some(open) = slot.open_now() {
            return Ok(ask(&open.connection));
        }
        let place = self.threads.place().await?;
        place.run(move || Ok(ask(slot.connection()?))).await
    }

    /// Spin waits on the event loop where a row stream has the connection.
    async fn check(&self, call: &str) -> Result<(), Error> {
        let checked = self.event_loop.check(self.held, call, CONNECTION);
        checked.await.map_err(Error::Io)
    }

    fn query(&self, sql: String, parameters: Vec<Value>) -> Arc<Query> {
        Arc::new(Query {
            sql,
            parameters,
            instance: self.instance.clone(),
        })
    }

    /// The connection for one statement. Waiting for it takes no thread.
    async fn lock(&self) -> OwnedMutexGuard<Slot> {
        Arc::clone(&self.slot).lock_owned().await
    }

    /// Waits until a statement may run: for the connection, for its turn, for a thread.
    async fn ready(&self, query: &Arc<Query>) -> Result<Ready, Refused> {
        let mut slot = self.lock().await;
        let mut turn = None;
        // In a transaction, the connection has the lock or will keep it: others that
        // have their turn may be waiting for it to end.
        if let Some(turns) = self.database.turns()
            && slot.is_autocommit()
        {
            let mut kind = query.kind();
            if kind != Kind::Changes {
                turn = turns.read().await;
            }
            if kind == Kind::Unknown {
                (slot, kind) = self.look(query, slot).await?;
            }
            if kind == Kind::Changes {
                drop(turn);
                turn = Some(turns.change().await.map_err(Refused::ToStart)?);
            }
        }
        let place = self.threads.place().await.map_err(Refused::ToStart)?;
        Ok(Ready { slot, turn, place })
    }

    /// What kind of statement it is, from SQLite itself.
    async fn look(
        &self,
        query: &Arc<Query>,
        mut slot: OwnedMutexGuard<Slot>,
    ) -> Result<(OwnedMutexGuard<Slot>, Kind), Refused> {
        let query = Arc::clone(query);
        let place = self.threads.place().await.map_err(Refused::ToStart)?;
        let look = move || {
            let kind = query.look(slot.connection()?);
            Ok((slot, kind))
        };
        let (slot, kind) = place.run(look).await.map_err(Refused::ToOpen)?;
        Ok((slot, kind.map_err(Refused::ToStart)?))
    }
}

impl Refused {
    fn into_error(self) -> Error {
        match self {
            Self::ToOpen(error) | Self::ToStart(error) => error,
        }
    }
}
