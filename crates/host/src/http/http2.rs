//! A connection that speaks HTTP/2, and what keeps it from being held for ever.
//!
//! hyper closes an HTTP/1.1 connection without a next request, and a socket that takes nothing
//! fails. Neither is enough here: hyper leaves an HTTP/2 connection without requests alone, and a
//! client may stop reading one response while the socket goes on.

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    pin,
    sync::watch,
};

use crate::{
    http::relay::Relayed,
    run::{
        body::{Body, BodyError},
        clocks::ConnectionClock,
    },
};

/// Requests that one connection may have open at the same time.
const MAX_STREAMS: u32 = 100;

/// Bytes of a request's body that may come in before somebody reads them. A connection has room for those of
/// all its requests, so that a body that nobody reads keeps no other waiting.
const STREAM_WINDOW_BYTES: u32 = 64 << 10;

/// Serves a connection until its client leaves it, has no request in time, or `stopped` is
/// closed; then running requests end. A response that its client does not take in time is cut
/// off. The `clock` says what is in time.
///
/// # Errors
///
/// The connection broke, or its client does not keep to the protocol.
pub(crate) async fn serve<S, A>(
    stream: S,
    answer: impl Fn(Request<Incoming>) -> A,
    mut stopped: watch::Receiver<()>,
    clock: ConnectionClock,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Future<Output = Response<Body>> + Send + 'static,
{
    let service = service_fn(|request| {
        let open = clock.request();
        let clock = clock.clone();
        let answer = answer(request);
        async move {
            let response = answer.await;
            Ok::<_, BodyError>(response.map(|body| Relayed::new(body, open, clock)))
        }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(MAX_STREAMS * STREAM_WINDOW_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = stopped.changed() => {}
        () = clock.idle() => {}
    }
    connection.as_mut().graceful_shutdown();
    clock.used();
    tokio::select! {
        ended = connection => ended,
        // The client does not even take its leave.
        () = clock.idle() => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use bytes::Bytes;
    use futures::stream;
    use http::StatusCode;
    use http_body::Frame;
    use http_body_util::{BodyExt as _, Full, StreamBody};
    use hyper::client::conn::http2::{Builder, SendRequest};
    use tokio::{
        io::{DuplexStream, duplex},
        task::JoinHandle,
        time::{sleep, timeout},
    };

    use super::*;

    const IDLE: Duration = Duration::from_secs(30);
    const STALL: Duration = Duration::from_secs(120);

    /// What fits into the socket between the two.
    const SOCKET_BYTES: usize = 16 << 10;

    /// A body that sends 1,000 chunks of 64 KiB.
    fn long() -> Body {
        let chunk = || Ok::<_, Infallible>(Frame::data(Bytes::from(vec![7; 64 << 10])));
        Body::own(StreamBody::new(stream::iter(
            (0..1_000).map(move |_| chunk()),
        )))
    }

    /// A connection whose requests are answered by `answer`, its client, and what becomes of it.
    async fn connection<A>(
        answer: impl Fn(Request<Incoming>) -> A + Send + Sync + 'static,
    ) -> (
        SendRequest<Full<Bytes>>,
        JoinHandle<hyper::Result<()>>,
        watch::Sender<()>,
    )
    where
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        connection_of(&Builder::new(TokioExecutor::new()), answer).await
    }

    /// The same, of a client that is set up in a way of its own.
    async fn connection_of<A>(
        client: &Builder<TokioExecutor>,
        answer: impl Fn(Request<Incoming>) -> A + Send + Sync + 'static,
    ) -> (
        SendRequest<Full<Bytes>>,
        JoinHandle<hyper::Result<()>>,
        watch::Sender<()>,
    )
    where
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        let (near, server): (DuplexStream, _) = duplex(SOCKET_BYTES);
        let (stop, stopped) = watch::channel(());
        let clock = ConnectionClock::start();
        let server = clock.watch(server);
        let served = tokio::spawn(serve(server, answer, stopped, clock));
        let (requests, connection) = client.handshake(TokioIo::new(near)).await.unwrap();
        tokio::spawn(connection);
        (requests, served, stop)
    }

    fn get() -> Request<Full<Bytes>> {
        Request::get("http://a/").body(Full::default()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_requests_is_closed() {
        let answer = |_| async {
            sleep(2 * IDLE).await;
            Response::new(Body::full("slow"))
        };
        let (mut requests, served, _stop) = connection(answer).await;
        for _ in 0..2 {
            let response = requests.send_request(get()).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            let body = response.into_body().collect().await.unwrap();
            assert_eq!(body.to_bytes(), "slow");
            sleep(IDLE / 2).await;
            assert!(!served.is_finished(), "it is used");
        }
        // The client leaves as soon as it is told, perhaps before the server does.
        let _ = served.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn pings_do_not_hold_a_connection() {
        let mut client = Builder::new(TokioExecutor::new());
        client
            .timer(TokioTimer::new())
            .keep_alive_interval(IDLE / 2)
            .keep_alive_while_idle(true);
        let answer = |_| async { Response::new(Body::full("")) };
        let (mut requests, served, _stop) = connection_of(&client, answer).await;
        requests.send_request(get()).await.unwrap();
        // The client leaves as soon as it is told, perhaps before the server does.
        let ended = timeout(STALL + 3 * IDLE, served).await;
        assert!(ended.is_ok(), "it is held");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_nobody_reads_keeps_no_other_waiting() {
        // One is left alone, the other is read.
        let answer = |request: Request<Incoming>| async move {
            if request.uri().path() == "/unread" {
                sleep(STALL).await;
            }
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Response::new(Body::full(body.len().to_string()))
        };
        let (requests, _served, _stop) = connection(answer).await;
        let post = |path| {
            let request = Request::post(format!("http://a{path}"));
            let body = Full::from(vec![7; 1 << 20]);
            let mut requests = requests.clone();
            async move {
                let response = requests.send_request(request.body(body).unwrap()).await;
                response.unwrap().into_body().collect().await.unwrap()
            }
        };
        let unread = tokio::spawn(post("/unread"));
        // The other has all the time that it takes to send what nobody reads.
        sleep(IDLE).await;
        let read = timeout(IDLE, post("/read"))
            .await
            .expect("it is kept waiting");
        assert_eq!(read.to_bytes(), "1048576");
        assert_eq!(unread.await.unwrap().to_bytes(), "1048576");
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_nobody_reads_is_cut_off() {
        let answer = |_| async { Response::new(long()) };
        let (mut requests, served, _stop) = connection(answer).await;
        let unread = requests.send_request(get()).await.unwrap();
        sleep(STALL + 3 * IDLE).await;
        assert!(served.is_finished(), "its connection is closed");
        assert!(
            unread.into_body().collect().await.is_err(),
            "it is not whole"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_gets_all_of_it() {
        let answer = |_| async { Response::new(long()) };
        let (mut requests, _served, _stop) = connection(answer).await;
        let mut body = requests.send_request(get()).await.unwrap().into_body();
        let mut length = 0;
        let mut pause = 0;
        while let Some(frame) = body.frame().await {
            length += frame.unwrap().into_data().unwrap().len();
            if length / (8 << 20) > pause {
                pause += 1;
                sleep(STALL / 2).await;
            }
        }
        assert_eq!(length, 1_000 * (64 << 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_chunk_may_take_as_long_as_its_reader_likes() {
        const CHUNK: usize = 512 << 10;
        const WINDOW: u32 = 64 << 10;
        let mut client = Builder::new(TokioExecutor::new());
        client
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW);
        let answer = |_| async {
            let chunk = || Ok::<_, Infallible>(Frame::data(Bytes::from(vec![7; CHUNK])));
            let chunks = stream::iter((0..3).map(move |_| chunk()));
            Response::new(Body::own(StreamBody::new(chunks)))
        };
        let (mut requests, _served, _stop) = connection_of(&client, answer).await;
        let mut body = requests.send_request(get()).await.unwrap().into_body();
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame.unwrap().into_data().unwrap().len();
            // So that a chunk takes twice the limit.
            sleep(STALL * 2 / (CHUNK / (16 << 10)) as u32).await;
        }
        assert_eq!(length, 3 * CHUNK);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_lets_running_requests_end() {
        let answer = |_| async {
            sleep(IDLE / 2).await;
            Response::new(Body::full("done"))
        };
        let (mut requests, served, stop) = connection(answer).await;
        let response = tokio::spawn(requests.send_request(get()));
        sleep(IDLE / 4).await;
        drop(stop);
        let body = response.await.unwrap().unwrap().into_body();
        assert_eq!(body.collect().await.unwrap().to_bytes(), "done");
        served.await.unwrap().unwrap();
    }
}
