//! The WebAssembly engine: how components are compiled and where they run.

use std::path::Path;

use wasmtime::{
    Cache, Config, InstanceAllocationStrategy, PoolingAllocationConfig, Store, UpdateDeadline,
    component::{Component, InstancePre, Linker},
};

use crate::{
    load::options::Options,
    log::Log,
    run::{
        clocks::compute,
        imports,
        limits::{Limits, MAX_TABLE_ELEMENTS},
        state::State,
    },
};

/// Instances that may exist at the same time (Spin: 1,000): one for each request, where none of them can
/// share one.
const MAX_INSTANCES: u32 = 1_250;

/// Bytes of what wasmtime keeps for an instance of a component, and of a module in it, beside
/// its memories; Spin's numbers, ten times wasmtime's own.
const MAX_INSTANCE_BYTES: usize = 10 << 20;

/// Instances of modules, memories and tables of a component, so of all components that it was
/// composed of; Spin's numbers.
const MAX_MODULES_PER_COMPONENT: u32 = 200;
const MAX_MEMORIES_PER_COMPONENT: u32 = 32;
const MAX_TABLES_PER_COMPONENT: u32 = 64;

/// Memories and tables of one module in a component; Spin's numbers.
const MAX_MEMORIES_PER_MODULE: u32 = 2;
const MAX_TABLES_PER_MODULE: u32 = 2;

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
    /// Makes an engine whose guests stay within the limits of `options`.
    pub(crate) fn new(options: &Options) -> anyhow::Result<Self> {
        let Options { limits, log, .. } = options;
        let cache = if options.disable_cache {
            None
        } else {
            // Wasmtime's own cache, in the folder and with the configuration file that
            // its command line and Spin use.
            Cache::from_file(None).map(Some).unwrap_or_else(|error| {
                log.line(&format!(
                    "compiled code is not cached, so each start compiles again: {error:#}"
                ));
                None
            })
        };
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
                    "instances are not pooled and start more slowly: {error:#}"
                ));
                config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
                wasmtime::Engine::new(&config)?
            }
        };
        compute::tick(&engine);
        let linker = imports::linker(&engine)?;
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

    /// A store for one instance, whose guest is held to its limits.
    pub(crate) fn store(&self, state: State) -> Store<State> {
        let mut store = Store::new(&self.engine, state);
        store.limiter(State::memory);
        store.call_hook(|mut store, hook| {
            store.data_mut().compute_clock().call(hook);
            Ok(())
        });
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            let turns = store.data_mut().compute_clock().tick()?;
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(turns)))
        });
        store
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
        .max_component_instance_size(MAX_INSTANCE_BYTES)
        .max_core_instance_size(MAX_INSTANCE_BYTES)
        .max_core_instances_per_component(MAX_MODULES_PER_COMPONENT)
        .max_memories_per_component(MAX_MEMORIES_PER_COMPONENT)
        .max_tables_per_component(MAX_TABLES_PER_COMPONENT)
        .max_memories_per_module(MAX_MEMORIES_PER_MODULE)
        .max_tables_per_module(MAX_TABLES_PER_MODULE)
        .max_memory_size(limits.memory_bytes.next_multiple_of(1 << 16))
        .linear_memory_keep_resident(MEMORY_KEPT_BYTES)
        .table_keep_resident(TABLE_KEPT_BYTES);
    pool
}

#[cfg(test)]
mod tests {
    use std::fs;

    use wasm_encoder::{
        Component, ComponentBuilder, ConstExpr, GlobalSection, GlobalType, MemorySection,
        MemoryType, Module, RefType, TableSection, TableType, ValType,
    };
    use wasmtime::CacheConfig;

    use super::*;

    /// An engine without a cache on this machine.
    fn engine() -> Engine {
        Engine::with_cache(&Limits::default(), None, &Log::default()).unwrap()
    }

    /// Whether a component is taken.
    fn loads(engine: &Engine, component: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        fs::write(&file, component).unwrap();
        engine.load(&file).is_ok()
    }

    /// A component of so many instances of one module.
    fn component_of(instances: u32, module: &Module) -> Vec<u8> {
        let mut component = ComponentBuilder::default();
        let module = component.core_module(None, module);
        for _ in 0..instances {
            component.core_instantiate(None, module, []);
        }
        component.finish()
    }

    /// A module of these memories, tables and globals.
    fn module(memories: u32, tables: u32, globals: u32) -> Module {
        let mut table_section = TableSection::new();
        for _ in 0..tables {
            table_section.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum: 1,
                maximum: None,
                shared: false,
            });
        }
        let mut memory_section = MemorySection::new();
        for _ in 0..memories {
            memory_section.memory(MemoryType {
                minimum: 1,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
        }
        let mut global_section = GlobalSection::new();
        let kind = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        for _ in 0..globals {
            global_section.global(kind, &ConstExpr::i64_const(0));
        }
        let mut module = Module::new();
        module
            .section(&table_section)
            .section(&memory_section)
            .section(&global_section);
        module
    }

    #[test]
    fn a_component_may_be_as_large_as_under_spin() {
        let engine = engine();
        for (what, memories, tables, globals, instances, want) in [
            ("modules", 0, 0, 0, 200, true),
            ("more modules", 0, 0, 0, 201, false),
            ("memories", 1, 0, 0, 32, true),
            ("more memories", 1, 0, 0, 33, false),
            ("tables", 0, 1, 0, 64, true),
            ("more tables", 0, 1, 0, 65, false),
            ("memories of a module", 2, 0, 0, 1, true),
            ("more memories of a module", 3, 0, 0, 1, false),
            ("tables of a module", 0, 2, 0, 1, true),
            ("more tables of a module", 0, 3, 0, 1, false),
            // Each of these takes 16 bytes of its instance: 1.6 MB, more than wasmtime allows.
            ("globals", 0, 0, 100_000, 1, true),
        ] {
            let component = component_of(instances, &module(memories, tables, globals));
            assert_eq!(loads(&engine, &component), want, "{what}");
        }
    }

    #[test]
    fn a_second_start_does_not_compile() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("empty.wasm");
        fs::write(&file, Component::new().finish()).unwrap();
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
