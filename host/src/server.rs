//! The HTTP/1.1 server in front of an application.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use http::StatusCode;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    pin,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    App, Log,
    access::Access,
    descriptors,
    places::{FreePlace, Places},
    refusal::Refusal,
    socket,
    stall::StallLimit,
};

/// How long running requests may go on once the server is told to stop.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// How long a client may take over the head of a request, or leave a connection
/// without a next one, before the connection is closed.
const HEAD_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of a response before its connection is closed. The
/// system of one that reads slowly, with megabytes of room, tells us of what was read only
/// when a good part of that is free again: at 40 KB/s, after more than a minute.
const STALL_LIMIT: Duration = Duration::from_secs(120);

/// The pause after a connection could not be accepted, so that a process out of
/// file descriptors waits for some to be closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers the connections of `listener` until `shutdown` is ready.
///
/// For each request a line is written to `access`, where there is one: its client,
/// its request line and its status, as Flask's development server writes them.
///
/// Has as many connections at the same time as the process may have files open for; more
/// wait to be accepted. An address that has half of them already is answered 503.
///
/// Then accepts no more, lets running requests end, and returns when they have, at
/// the latest after [`SHUTDOWN_GRACE`].
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    access: Option<Log>,
    shutdown: impl Future<Output = ()>,
) {
    let mut connections = JoinSet::new();
    let (stop, stopped) = watch::channel(());
    pin!(shutdown);
    let places = Places::new(descriptors::max_connections(app.log()));
    let mut failing = false;
    loop {
        tokio::select! {
            (place, accepted) = accept(&listener, &places) => match accepted {
                Ok((stream, client)) => {
                    failing = false;
                    let Some(place) = place.give(client.ip()) else {
                        refuse(stream, client, places.per_address(), access.clone());
                        continue;
                    };
                    let connection =
                        connection(stream, client, Arc::clone(&app), access.clone(), stopped.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    // Once is enough: it is tried again ten times a second.
                    if !failing {
                        app.log()
                            .line(&format!("a connection was not accepted: {error}"));
                    }
                    failing = true;
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            // Reaps those that have ended, so that the set stays small.
            Some(_) = connections.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    drop(stop);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(SHUTDOWN_GRACE, all_ended).await.is_err() {
        app.log().line(&format!(
            "requests that still ran {SHUTDOWN_GRACE:?} after the stop were cut off"
        ));
    }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Places>,
) -> (FreePlace, io::Result<(TcpStream, SocketAddr)>) {
    (places.free().await, listener.accept().await)
}

/// Answers a client that has too many connections already, whatever it asks for.
fn refuse(stream: TcpStream, client: SocketAddr, most: usize, log: Option<Log>) {
    socket::send_last(stream, &Refusal::too_many_connections(most).into_bytes());
    if let Some(log) = log {
        Access::without_request(client, log).answered(StatusCode::SERVICE_UNAVAILABLE);
    }
}

async fn connection(
    stream: TcpStream,
    client: SocketAddr,
    app: Arc<App>,
    log: Option<Log>,
    mut stopped: watch::Receiver<()>,
) {
    socket::prepare(&stream);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let app = Arc::clone(&app);
        let access = log.clone().map(|log| Access::of(&request, client, log));
        async move {
            let response = app.handle(request, client).await;
            if let Some(access) = access {
                access.answered(response.status());
            }
            Ok::<_, io::Error>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_READ_TIMEOUT)
        .serve_connection(TokioIo::new(StallLimit::new(stream, STALL_LIMIT)), service);
    pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // The client is gone, or sent what is not HTTP and has its 400.
    if let (Err(error), Some(log)) = (ended, log.clone()) {
        drop(Access::refused(&error, client, log));
    }
}
