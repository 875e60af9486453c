//! Keys on their way from a store to a guest.

use std::task::{Context, Poll};

use tokio::{
    sync::{mpsc, oneshot},
    task::spawn_blocking,
};

use super::{
    error::{Error, internal, other},
    faults::KeyValueOperation,
    store::{LIST, Store},
};
use crate::storage::{
    event_loop::{CHANNEL_ITEMS, Maker, Reader},
    stream::Source,
};

/// Keys under way; Spin's number. A store with so few is free again even if nobody
/// reads them, as under Spin.
const KEYS: usize = CHANNEL_ITEMS as usize;

/// Where keys come from.
pub(super) struct Receiver {
    keys: mpsc::Receiver<String>,
    reader: Reader,
}

/// The keys of a store on their way.
pub(super) struct Keys {
    pub(super) keys: Receiver,
    pub(super) end: oneshot::Receiver<Result<(), Error>>,
}

impl Store {
    /// Starts to list the keys. As under Spin, whatever goes wrong is the end of the
    /// list.
    pub(super) fn keys(&self) -> Keys {
        let (keys_to, keys) = mpsc::channel(KEYS);
        let (end_to, end) = oneshot::channel();
        let (maker, reader) = self.event_loop.stream(self.database.held(), LIST);
        let store = self.clone();
        tokio::spawn(async move {
            // Whoever sees the end finds the store free.
            let result = store.list(keys_to, maker).await;
            let _ = end_to.send(result);
        });
        let keys = Receiver { keys, reader };
        Keys { keys, end }
    }

    async fn list(self, keys: mpsc::Sender<String>, maker: Maker) -> Result<(), Error> {
        let held = tokio::select! {
            held = self.hold(LIST) => held?,
            // Nobody wants them any more.
            () = keys.closed() => return Err(other(mpsc::error::SendError(()))),
        };
        let list = move || {
            self.ask(KeyValueOperation::GetKeys)?;
            held.keys(|key| {
                maker.made();
                keys.blocking_send(key).map_err(other)?;
                held.moved();
                Ok(())
            })
        };
        let listed = spawn_blocking(list).await;
        listed.unwrap_or_else(|_panicked| Err(internal()))
    }
}

impl Source for Receiver {
    type Item = String;

    fn poll_items(&mut self, context: &mut Context<'_>, count: usize) -> Poll<Vec<String>> {
        let mut keys = Vec::new();
        let received = self.keys.poll_recv_many(context, &mut keys, count);
        received.map(|count| {
            self.reader.read(count);
            keys
        })
    }
}
