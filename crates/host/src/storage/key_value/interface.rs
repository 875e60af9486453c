//! `spin:key-value`, as components import it.

use std::sync::Arc;

use tokio::sync::oneshot;
use wasmtime::component::{Accessor, FutureReader, HasData, Resource, StreamReader};

use super::{
    error::{Error, internal},
    keys::Keys,
    store::Store,
};
use crate::{
    run::{
        bindings::spin::key_value::key_value::{Host, HostStore, HostStoreWithStore},
        state::State,
    },
    storage::stream::Produced,
};

/// Stores that an instance may have open at the same time. It is the number in Spin's
/// code, where `spin up` overrides it with 2^32 - 1.
const MAX_STORES: usize = 256;

/// Ties `spin:key-value` to the state.
pub(crate) struct KeyValue;

impl HasData for KeyValue {
    type Data<'a> = &'a mut State;
}

/// The keys of a store as `get-keys` returns them.
type Answer = (StreamReader<String>, FutureReader<Result<(), Error>>);

impl Host for State {}

impl State {
    fn store(&self, store: &Resource<Store>) -> wasmtime::Result<Store> {
        Ok(self.table.get(store)?.clone())
    }

    fn keep_store(&mut self, store: Store) -> Result<Resource<Store>, Error> {
        if self.stores == MAX_STORES {
            return Err(Error::StoreTableFull);
        }
        let store = self.table.push(store);
        let store = store.map_err(|_full| Error::StoreTableFull)?;
        self.stores += 1;
        Ok(store)
    }
}

impl HostStore for State {
    async fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        self.stores -= 1;
        Ok(())
    }
}

/// The store behind a guest's handle.
fn store(accessor: &Accessor<State, KeyValue>, store: &Resource<Store>) -> Result<Store, Error> {
    let store = accessor.with(|mut access| access.get().store(store));
    store.map_err(|_no_such_handle| Error::NoSuchStore)
}

impl HostStoreWithStore<State> for KeyValue {
    async fn open(
        accessor: &Accessor<State, Self>,
        label: String,
    ) -> Result<Resource<Store>, Error> {
        let (granted, event_loop) = accessor.with(|mut access| {
            let state = access.get();
            (Arc::clone(&state.key_value), Arc::clone(&state.event_loop))
        });
        let store = Store::open(granted, event_loop, &label).await?;
        accessor.with(|mut access| access.get().keep_store(store))
    }

    async fn get(
        accessor: &Accessor<State, Self>,
        self_: Resource<Store>,
        key: String,
    ) -> Result<Option<Vec<u8>>, Error> {
        store(accessor, &self_)?.get(key).await
    }

    async fn set(
        accessor: &Accessor<State, Self>,
        self_: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), Error> {
        store(accessor, &self_)?.set(key, value).await
    }

    async fn delete(
        accessor: &Accessor<State, Self>,
        self_: Resource<Store>,
        key: String,
    ) -> Result<(), Error> {
        store(accessor, &self_)?.delete(key).await
    }

    async fn exists(
        accessor: &Accessor<State, Self>,
        self_: Resource<Store>,
        key: String,
    ) -> Result<bool, Error> {
        store(accessor, &self_)?.exists(key).await
    }

    async fn get_keys(
        accessor: &Accessor<State, Self>,
        self_: Resource<Store>,
    ) -> wasmtime::Result<Answer> {
        let store = accessor.with(|mut access| access.get().store(&self_))?;
        let Keys { keys, end } = store.keys();
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, Produced(keys))?;
            let end = FutureReader::new(&mut access, ended(end))?;
            Ok((keys, end))
        })
    }
}

/// How a list of keys ends; the outer result is for what would end the guest.
async fn ended(end: oneshot::Receiver<Result<(), Error>>) -> wasmtime::Result<Result<(), Error>> {
    Ok(end.await.unwrap_or_else(|_panicked| Err(internal())))
}
