//! Running components: the engine, the instances, a request's way through one, its clocks, and the requests
//! that components send.

pub(crate) mod body;
mod carry_on;
pub(crate) mod clocks;
pub(crate) mod dispatch;
pub(crate) mod engine;
mod imports;
pub(crate) mod instances;
pub(crate) mod limits;
pub(crate) mod outbound;
pub(crate) mod requests;
pub(crate) mod state;

/// This side of Spin's interfaces, generated from `wit/`.
pub(crate) mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "handspun:host/host",
        imports: {
            "spin:key-value/key-value.[method]store.get-keys": async | trappable,
            "spin:sqlite/sqlite.[method]connection.changes": async | trappable,
            "spin:sqlite/sqlite.[method]connection.changes-async": async | trappable,
            "spin:sqlite/sqlite.[method]connection.last-insert-rowid": async | trappable,
            "spin:sqlite/sqlite.[method]connection.last-insert-rowid-async": async | trappable,
            default: async,
        },
        with: {
            "spin:key-value/key-value.store": crate::storage::key_value::Store,
            "spin:sqlite/sqlite.connection": crate::storage::sqlite::Connection,
        },
    });
}
