//! The WebAssembly engine: how components are compiled and where they run.

use std::{path::Path, thread, time::Duration};

use wasmtime::{
    Cache, Config, InstanceAllocationStrategy, PoolingAllocationConfig,
    component::{Component, InstancePre, Linker},
};

use crate::{limits::Limits, limits::MAX_TABLE_ELEMENTS, log::Log, state::State};

/// How often a running guest is interrupted to let others run and to look at its
/// limits; Spin's interval.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Instances that may exist at the same time; Spin's number.
const MAX_INSTANCES: u32 = 1_000;

/// Bytes of a memory or table that stay resident when an instance is gone, so
/// that the next one need not ask the kernel for them; Spin's numbers.
const MEMORY_KEPT_BYTES: usize = 2 << 20;
const TABLE_KEPT_BYTES: usize = 512 << 10;

/// An engine and what its guests can import.
pub(crate) struct Engine {
    engine: wasmtime::Engine,
    linker: Linker<State>,
}

impl Engine {
    /// Makes an engine whose guests stay within `limits`.
    pub(crate) fn new(limits: &Limits, log: &Log) -> anyhow::Result<Self> {
        // Wasmtime's own cache, in the folder and with the configuration file that
        // its command line and Spin use.
        let cache = Cache::from_file(None).map(Some).unwrap_or_else(|error| {
            log.line(&format!(
                "no cache for compiled code ({error:#}), every start will compile"
            ));
            None
        });
        Self::with_cache(limits, cache, log)
    }

    fn with_cache(limits: &Limits, cache: Option<Cache>, log: &Log) -> anyhow::Result<Self> {
        let mut config = Config::new();
        config
            .wasm_component_model(true)
            .wasm_component_model_async(true)
            .epoch_interruption(true)
            .cache(cache);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
        let engine = match wasmtime::Engine::new(&config) {
            Ok(engine) => engine,
            // The pool reserves some terabytes of addresses. Where those are
            // rationed (`ulimit -v`, 39-bit machines), memory on demand is slower
            // and works.
            Err(error) => {
                log.line(&format!(
                    "no pool for instances ({error:#}), going on without"
                ));
                config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
                wasmtime::Engine::new(&config)?
            }
        };
        tick(&engine);
        let linker = crate::state::linker(&engine)?;
        Ok(Self { engine, linker })
    }

    /// Compiles a component, or takes it compiled from the cache, and resolves
    /// its imports.
    ///
    /// # Errors
    ///
    /// No file, no component, or an import that this runtime does not have.
    pub(crate) fn load(&self, file: &Path) -> anyhow::Result<InstancePre<State>> {
        let component = Component::from_file(&self.engine, file)?;
        Ok(self.linker.instantiate_pre(&component)?)
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.engine
    }
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(MAX_INSTANCES)
        .total_memories(MAX_INSTANCES)
        .total_tables(2 * MAX_INSTANCES)
        .total_stacks(MAX_INSTANCES)
        .total_core_instances(4 * MAX_INSTANCES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .max_memory_size(limits.memory_bytes.next_multiple_of(1 << 16))
        .linear_memory_keep_resident(MEMORY_KEPT_BYTES)
        .table_keep_resident(TABLE_KEPT_BYTES);
    pool
}

/// Lets the engine's epoch advance until the engine is gone.
fn tick(engine: &wasmtime::Engine) {
    let engine = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::fs;

    use wasmtime::CacheConfig;

    use super::*;

    #[test]
    fn a_second_start_does_not_compile() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("empty.wasm");
        // The smallest component: its magic number and version.
        fs::write(&file, b"\0asm\x0d\0\x01\0").unwrap();
        for (start, want) in [("first", (0, 1)), ("second", (1, 0))] {
            let mut config = CacheConfig::new();
            config.with_directory(folder.path().join("cache"));
            let cache = Cache::new(config).unwrap();
            let limits = Limits::default();
            let engine = Engine::with_cache(&limits, Some(cache.clone()), &Log::default()).unwrap();
            engine.load(&file).unwrap();
            assert_eq!(
                (cache.cache_hits(), cache.cache_misses()),
                want,
                "{start} start"
            );
        }
    }
}
