//! A thread for each core, with a runtime and connections of its own.
//!
//! What belongs to a connection stays on its thread: the socket, its requests, and the instances that
//! answer them. Nothing is handed from thread to thread, so cores do not wait for one another. What
//! blocks a thread blocks all its connections; files and databases are left to
//! [`spawn_blocking`](tokio::task::spawn_blocking).

use std::{
    io,
    net::{SocketAddr, TcpStream},
    num::NonZeroUsize,
    sync::Arc,
};

use tokio::{
    runtime::{self, Runtime},
    sync::{mpsc, watch},
    task::{Id, JoinSet},
};

use crate::{http::places::Place, run::clocks::END_GRACE};

/// The cores of a server. Where this is dropped, they end at once, and so do their connections.
pub(crate) struct Cores<M> {
    cores: Vec<Core>,
    threads: JoinSet<()>,
    /// Makes what serves the connections of one core.
    make: M,
    /// Closed to cut off the connections of all cores.
    cut_off: watch::Sender<()>,
}

/// One core, as the server sees it.
struct Core {
    thread: Id,
    connections: mpsc::UnboundedSender<Connection>,
    /// Each of its connections has a clone.
    count: Arc<()>,
}

/// A connection on its way to a core.
struct Connection {
    stream: TcpStream,
    client: SocketAddr,
    /// Dropped when the connection has ended.
    held: (Place, Arc<()>),
}

impl<M, S, F> Cores<M>
where
    M: Fn() -> S,
    S: Fn(TcpStream, SocketAddr) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    /// Starts `number` threads. For each, `make` makes a function that serves a connection.
    ///
    /// # Errors
    ///
    /// The system has no runtime for one of them.
    pub(crate) fn start(number: NonZeroUsize, make: M) -> io::Result<Self> {
        let mut cores = Self {
            cores: Vec::new(),
            threads: JoinSet::new(),
            make,
            cut_off: watch::Sender::new(()),
        };
        for _ in 0..number.get() {
            let core = cores.start_one()?;
            cores.cores.push(core);
        }
        Ok(cores)
    }

    fn start_one(&mut self) -> io::Result<Core> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let serve = (self.make)();
        let (connections, accepted) = mpsc::unbounded_channel();
        let cut_off = self.cut_off.subscribe();
        let run = move || run(runtime, accepted, cut_off, serve);
        Ok(Core {
            thread: self.threads.spawn_blocking(run).id(),
            connections,
            count: Arc::new(()),
        })
    }

    /// Hands a connection to the core with the fewest. The place is given back when it has ended.
    pub(crate) fn give(&self, stream: TcpStream, client: SocketAddr, place: Place) {
        let cores = self.cores.iter();
        let Some(core) = cores.min_by_key(|core| Arc::strong_count(&core.count)) else {
            return;
        };
        let connection = Connection {
            stream,
            client,
            held: (place, Arc::clone(&core.count)),
        };
        // A core that has just ended loses this connection with its others.
        let _ = core.connections.send(connection);
    }

    /// Waits until a core's thread ends by a panic, and starts another in its place.
    ///
    /// # Errors
    ///
    /// The system has no runtime for it.
    pub(crate) async fn replace_ended(&mut self) -> io::Result<()> {
        let thread = match self.threads.join_next_with_id().await {
            Some(Ok((thread, ()))) => thread,
            Some(Err(panicked)) => panicked.id(),
            // There is at least one.
            None => return Ok(()),
        };
        let core = self.start_one()?;
        if let Some(ended) = self.cores.iter_mut().find(|core| core.thread == thread) {
            *ended = core;
        }
        Ok(())
    }

    /// Gives the cores no more connections.
    pub(crate) fn close(&mut self) {
        self.cores.clear();
    }

    /// Waits until all cores have ended; after [`Cores::close`] they do with their last connection.
    pub(crate) async fn ended(&mut self) {
        while self.threads.join_next().await.is_some() {}
    }

    /// Ends all connections.
    pub(crate) fn cut_off(&mut self) {
        self.cut_off = watch::Sender::new(());
    }
}

/// Serves the connections of one core until no more come and the last one has ended, or until they are
/// cut off.
fn run<F>(
    runtime: Runtime,
    accepted: mpsc::UnboundedReceiver<Connection>,
    mut cut_off: watch::Receiver<()>,
    serve: impl Fn(TcpStream, SocketAddr) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    runtime.block_on(async {
        tokio::select! {
            () = connections(accepted, serve) => {}
            _ = cut_off.changed() => {}
        }
    });
    runtime.shutdown_timeout(END_GRACE);
}

async fn connections<F>(
    mut accepted: mpsc::UnboundedReceiver<Connection>,
    serve: impl Fn(TcpStream, SocketAddr) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            connection = accepted.recv() => {
                let Some(Connection { stream, client, held }) = connection else { break };
                let serving = serve(stream, client);
                open.spawn(async move {
                    serving.await;
                    drop(held);
                });
            }
            // Reaps those that have ended, so that the set stays small.
            Some(_) = open.join_next() => {}
        }
    }
    while open.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        net::{Ipv4Addr, TcpListener},
        pin::Pin,
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering::Relaxed},
        },
        thread::{self, ThreadId},
    };

    use tokio::sync::oneshot;

    use super::*;
    use crate::http::places::Places;

    /// Connections, and who hands them over.
    struct Clients {
        listener: TcpListener,
        places: Arc<Places>,
        connected: Vec<TcpStream>,
    }

    impl Clients {
        fn new() -> Self {
            Self {
                listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(),
                places: Places::new(100),
                connected: Vec::new(),
            }
        }

        async fn connect<M, S, F>(&mut self, cores: &Cores<M>)
        where
            M: Fn() -> S,
            S: Fn(TcpStream, SocketAddr) -> F + Send + 'static,
            F: Future<Output = ()> + Send + 'static,
        {
            let client = TcpStream::connect(self.listener.local_addr().unwrap()).unwrap();
            let (stream, address) = self.listener.accept().unwrap();
            let place = self.places.wait(address.ip()).await;
            cores.give(stream, address, place);
            self.connected.push(client);
        }
    }

    fn number(cores: usize) -> NonZeroUsize {
        NonZeroUsize::new(cores).unwrap()
    }

    type Kept = Pin<Box<dyn Future<Output = ()> + Send>>;
    type Keep = Box<dyn Fn(TcpStream, SocketAddr) -> Kept + Send>;

    /// What keeps the connections of a core until `release` is dropped, and on which threads they are.
    fn keeping(
        release: &watch::Sender<()>,
    ) -> (impl Fn() -> Keep + use<>, mpsc::UnboundedReceiver<ThreadId>) {
        let (begun, threads) = mpsc::unbounded_channel();
        let release = release.subscribe();
        let make = move || {
            let (begun, release) = (begun.clone(), release.clone());
            let keep = move |_, _| -> Kept {
                begun.send(thread::current().id()).unwrap();
                let mut release = release.clone();
                Box::pin(async move {
                    let _ = release.changed().await;
                })
            };
            Box::new(keep) as Keep
        };
        (make, threads)
    }

    #[tokio::test]
    async fn each_core_gets_its_part_of_the_connections() {
        for cores in [1, 2, 3] {
            let release = watch::Sender::new(());
            let (make, mut threads) = keeping(&release);
            let mut cores_of_server = Cores::start(number(cores), make).unwrap();
            let mut clients = Clients::new();
            let mut parts = HashMap::new();
            for _ in 0..4 * cores {
                clients.connect(&cores_of_server).await;
                *parts.entry(threads.recv().await.unwrap()).or_insert(0) += 1;
            }
            assert_eq!(parts.len(), cores);
            assert!(parts.values().all(|part| *part == 4), "{parts:?}");
            drop(release);
            cores_of_server.close();
            cores_of_server.ended().await;
        }
    }

    #[tokio::test]
    async fn a_core_with_fewer_gets_the_next() {
        // Each connection ends when its own sender is dropped.
        let ends = Arc::new(Mutex::new(Vec::new()));
        let (begun, mut threads) = mpsc::unbounded_channel();
        let of_cores = Arc::clone(&ends);
        let make = move || {
            let (ends, begun) = (Arc::clone(&of_cores), begun.clone());
            move |_, _| {
                let (end, ended) = oneshot::channel::<()>();
                ends.lock().unwrap().push(end);
                begun.send(thread::current().id()).unwrap();
                async move {
                    let _ = ended.await;
                }
            }
        };
        let mut cores = Cores::start(number(2), make).unwrap();
        let mut clients = Clients::new();
        clients.connect(&cores).await;
        let first = threads.recv().await.unwrap();
        clients.connect(&cores).await;
        let second = threads.recv().await.unwrap();
        assert_ne!(first, second);
        drop(ends.lock().unwrap().remove(0));
        // It has ended when its place can be had again.
        while Arc::strong_count(&cores.cores[0].count) > 1 {
            tokio::task::yield_now().await;
        }
        clients.connect(&cores).await;
        assert_eq!(threads.recv().await.unwrap(), first);
        ends.lock().unwrap().clear();
        cores.close();
        cores.ended().await;
    }

    #[tokio::test]
    async fn a_thread_that_panics_is_replaced() {
        let served = Arc::new(AtomicUsize::new(0));
        let (begun, mut threads) = mpsc::unbounded_channel();
        let number_served = Arc::clone(&served);
        let make = move || {
            let (served, begun) = (Arc::clone(&number_served), begun.clone());
            move |_, _| {
                if served.fetch_add(1, Relaxed) == 0 {
                    std::panic::resume_unwind(Box::new("a core that panics"));
                }
                begun.send(thread::current().id()).unwrap();
                async {}
            }
        };
        let mut cores = Cores::start(number(1), make).unwrap();
        let mut clients = Clients::new();
        clients.connect(&cores).await;
        cores.replace_ended().await.unwrap();
        clients.connect(&cores).await;
        assert!(threads.recv().await.is_some());
        assert_eq!(served.load(Relaxed), 2);
        cores.close();
        cores.ended().await;
    }

    #[tokio::test]
    async fn what_still_runs_on_any_core_can_be_cut_off() {
        let release = watch::Sender::new(());
        let (make, mut threads) = keeping(&release);
        let mut cores = Cores::start(number(2), make).unwrap();
        let mut clients = Clients::new();
        for _ in 0..4 {
            clients.connect(&cores).await;
            threads.recv().await.unwrap();
        }
        cores.close();
        {
            let mut ended = Box::pin(cores.ended());
            assert!(futures::poll!(&mut ended).is_pending());
        }
        cores.cut_off();
        cores.ended().await;
        drop(cores);
        assert_eq!(release.receiver_count(), 0, "connections go on");
    }
}
