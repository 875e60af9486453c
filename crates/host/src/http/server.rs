//! The HTTP server in front of an application.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use http::StatusCode;
use tokio::{
    net::{TcpListener, TcpStream},
    pin,
    sync::{Semaphore, watch},
    time::sleep,
};

use crate::{
    App, Log,
    http::{
        access_log::Access,
        connection::Connection,
        cores::Cores,
        current::Current,
        listener::Listener,
        places::{FreePlace, Places},
        refusal::Refusal,
        socket,
    },
    run::clocks::{ConnectionClock, SHUTDOWN_GRACE, linger, shut_down},
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
/// wait to be accepted. An address that has four in five of them already is answered 503; over TLS its
/// connection is closed.
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
    listener: impl Into<Listener>,
    app: Arc<App>,
    access: Option<Log>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (_, apps) = watch::channel(app);
    serve_newest(listener, apps, access, shutdown).await
}

/// The same for an application that is replaced by a newer one whenever that is sent. Requests that have begun
/// end on the older one. The limits of the server are those of the first.
pub(crate) async fn serve_newest(
    listener: impl Into<Listener>,
    apps: watch::Receiver<Arc<App>>,
    access: Option<Log>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let app = Arc::clone(&apps.borrow());
    let listener = listener.into();
    let scheme = listener.scheme();
    let Listener {
        socket: listener,
        tls,
    } = listener;
    let (stop, stopped) = watch::channel(());
    let mut cores = Cores::start(app.cores(), || {
        let app = Arc::new(Current::new(apps.clone(), scheme.clone()));
        let (access, tls, stopped) = (access.clone(), tls.clone(), stopped.clone());
        move |stream, client| {
            let connection = Connection {
                client,
                app: Arc::clone(&app),
                log: access.clone(),
                stopped: stopped.clone(),
                clock: ConnectionClock::start(),
            };
            connection.open(stream, tls.clone())
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
                        if tls.is_none() {
                            refuse(stream, places.per_address(), &leaving);
                        }
                        if let Some(log) = access.clone() {
                            Access::without_request(client, log)
                                .answered(StatusCode::SERVICE_UNAVAILABLE);
                        }
                        continue;
                    };
                    match stream.into_std() {
                        Ok(stream) => cores.give(stream, client, place),
                        Err(error) => app.log().line(&socket::not_served(&error)),
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

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Places>,
) -> (FreePlace, io::Result<(TcpStream, SocketAddr)>) {
    (places.free().await, listener.accept().await)
}

/// Answers a client that has too many connections already, whatever it asks for. It gets a moment to read
/// the answer, unless too many refused clients linger.
fn refuse(stream: TcpStream, most: usize, leaving: &Arc<Semaphore>) {
    socket::send_last(&stream, &Refusal::too_many_connections(most).into_bytes());
    if let Ok(one) = Arc::clone(leaving).try_acquire_owned() {
        tokio::spawn(async move {
            linger(socket::read_away(&stream)).await;
            drop((stream, one));
        });
    }
}
