//! What a guest can import.

use std::sync::Arc;

use wasmtime::{
    Engine,
    component::{Accessor, HasData, Linker},
};
use wasmtime_wasi_http::{
    WasiHttp, WasiHttpView as _,
    p3::bindings::http::{client, types},
};

use crate::{
    load::variables::VariableError,
    run::{
        bindings::spin::{key_value::key_value, sqlite::sqlite, variables::variables},
        state::State,
    },
    storage::{key_value::KeyValue, sqlite::Sqlite},
};

/// Everything that a guest can import: WASI 0.3 for the component itself, 0.2 for
/// the Rust standard library in it, and Spin's own interfaces.
pub(crate) fn linker(engine: &Engine) -> anyhow::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    types::add_to_linker::<_, WasiHttp>(&mut linker, State::http)?;
    client::add_to_linker::<_, WasiHttp>(&mut linker, State::messages)?;
    variables::add_to_linker::<_, Variables>(&mut linker, |state| state)?;
    key_value::add_to_linker::<_, KeyValue>(&mut linker, |state| state)?;
    sqlite::add_to_linker::<_, Sqlite>(&mut linker, |state| state)?;
    Ok(linker)
}

/// Ties `spin:variables` to the state.
struct Variables;

impl HasData for Variables {
    type Data<'a> = &'a mut State;
}

impl variables::Host for State {}

impl variables::HostWithStore<State> for Variables {
    async fn get(
        accessor: &Accessor<State, Self>,
        name: String,
    ) -> Result<String, variables::Error> {
        let variables = accessor.with(|mut access| Arc::clone(&access.get().variables));
        match variables.get(&name) {
            Ok(value) => Ok(value.to_owned()),
            Err(VariableError::InvalidName(why)) => Err(variables::Error::InvalidName(why)),
            Err(VariableError::Undefined(why)) => Err(variables::Error::Undefined(why)),
        }
    }
}
