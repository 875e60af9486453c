//! The HTTP server in front of an application.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use http::StatusCode;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    pin,
    sync::{Semaphore, watch},
    time::sleep,
};

use crate::{
    App, Log,
    app::OnCore,
    http::{
        access_log::Access,
        cores::Cores,
        http2,
        places::{FreePlace, Places},
        protocol::{self, Protocol},
        refusal::Refusal,
        socket,
    },
    run::{
        body::Body,
        clocks::{ConnectionClock, SHUTDOWN_GRACE, linger, shut_down},
    },
};

/// How many refused clients may linger at the same time. Their sockets do not count as connections.
const MAX_LEAVING: usize = 16;

/// The pause after a connection could not be accepted, so that a process out of
/// file descriptors waits for some to be closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers the connections of `listener` until `shutdown` is ready.
///
/// For each request a line is written to `access`, where there is one: its client,
/// its request line and its status, as Flask's development server writes them.
///
/// Has as many connections at the same time as the process may have files open for; more
/// wait to be accepted. An address that has four in five of them already is answered 503.
///
/// Each connection is served on one of the threads of [`Options::cores`](crate::Options::cores).
///
/// Then accepts no more, lets running requests end, and returns when they have, at
/// the latest after [`SHUTDOWN_GRACE`].
///
/// # Errors
///
/// The system has no room for one of the threads.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    access: Option<Log>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(());
    let mut cores = Cores::start(app.cores(), || {
        let app = Arc::new(App::on_core(&app));
        let (access, stopped) = (access.clone(), stopped.clone());
        move |stream, client| {
            connection(
                stream,
                client,
                Arc::clone(&app),
                access.clone(),
                stopped.clone(),
            )
        }
    })?;
    pin!(shutdown);
    app.capacity().tell(app.log());
    let places = Places::new(app.capacity().connections);
    let leaving = Arc::new(Semaphore::new(MAX_LEAVING));
    let mut failing = false;
    loop {
        tokio::select! {
            (place, accepted) = accept(&listener, &places) => match accepted {
                Ok((stream, client)) => {
                    failing = false;
                    let Some(place) = place.give(client.ip()) else {
                        refuse(stream, client, places.per_address(), access.clone(), &leaving);
                        continue;
                    };
                    match stream.into_std() {
                        Ok(stream) => cores.give(stream, client, place),
                        Err(error) => app.log().line(&not_served(&error)),
                    }
                }
                Err(error) => {
                    // Logged once: it is tried again ten times a second.
                    if !failing {
                        app.log()
                            .line(&format!("a connection could not be accepted: {error}"));
                    }
                    failing = true;
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            replaced = cores.replace_ended() => {
                app.log().line("a thread that served connections panicked, and they are lost");
                replaced?;
            }
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    drop(stop);
    cores.close();
    if !shut_down(cores.ended()).await {
        app.log().line(&format!(
            "requests still running {SHUTDOWN_GRACE:?} after the signal to stop were cut off"
        ));
        cores.cut_off();
        cores.ended().await;
    }
    Ok(())
}

/// What the log says of a connection that was accepted in vain.
fn not_served(error: &io::Error) -> String {
    format!("a connection could not be served: {error}")
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Places>,
) -> (FreePlace, io::Result<(TcpStream, SocketAddr)>) {
    (places.free().await, listener.accept().await)
}

/// Answers a client that has too many connections already, whatever it asks for. It gets a moment to read
/// the answer, unless too many refused clients linger.
fn refuse(
    stream: TcpStream,
    client: SocketAddr,
    most: usize,
    log: Option<Log>,
    leaving: &Arc<Semaphore>,
) {
    socket::send_last(&stream, &Refusal::too_many_connections(most).into_bytes());
    if let Ok(one) = Arc::clone(leaving).try_acquire_owned() {
        tokio::spawn(async move {
            linger(socket::read_away(&stream)).await;
            drop((stream, one));
        });
    }
    if let Some(log) = log {
        Access::without_request(client, log).answered(StatusCode::SERVICE_UNAVAILABLE);
    }
}

/// Serves a connection on the thread that calls this.
async fn connection(
    stream: std::net::TcpStream,
    client: SocketAddr,
    app: Arc<OnCore>,
    log: Option<Log>,
    mut stopped: watch::Receiver<()>,
) {
    let stream = match TcpStream::from_std(stream) {
        Ok(stream) => stream,
        Err(error) => return app.log().line(&not_served(&error)),
    };
    socket::prepare(&stream);
    let clock = ConnectionClock::start();
    let reading = protocol::protocol(clock.watch(stream));
    let begun = tokio::select! {
        begun = clock.first_bytes(reading) => begun,
        _ = stopped.changed() => return,
    };
    // The client is gone, or sent nothing.
    let Some(Ok((protocol, stream))) = begun else {
        return;
    };
    let refused_log = log.clone();
    let answer = move |request| answer(Arc::clone(&app), request, client, log.clone());
    let ended = match protocol {
        Protocol::Http2 => http2::serve(stream, answer, stopped, clock).await,
        Protocol::Http1 => serve_http1(stream, answer, stopped, clock).await,
    };
    // The client is gone, or sent what is not HTTP and has its 400.
    if let (Err(error), Some(log), Protocol::Http1) = (ended, refused_log, protocol) {
        drop(Access::refused(&error, client, log));
    }
}

/// Answers a request and writes its line.
async fn answer(
    app: Arc<OnCore>,
    request: hyper::Request<Incoming>,
    client: SocketAddr,
    log: Option<Log>,
) -> hyper::Response<Body> {
    let access = log.map(|log| Access::new(&request, client, log));
    let response = app.handle(request, client).await;
    if let Some(access) = access {
        access.answered(response.status());
    }
    response
}

/// Serves a connection that speaks HTTP/1.1 until its client leaves it, has no request in time,
/// or `stopped` is closed; then the running request ends.
async fn serve_http1<S, A>(
    stream: S,
    answer: impl Fn(hyper::Request<Incoming>) -> A,
    mut stopped: watch::Receiver<()>,
    clock: ConnectionClock,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Future<Output = hyper::Response<Body>>,
{
    let service = service_fn(|request| {
        let answer = answer(request);
        async { Ok::<_, io::Error>(answer.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(clock.head_limit())
        .serve_connection(TokioIo::new(stream), service);
    pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}
