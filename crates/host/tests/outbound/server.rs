//! Servers that the tests make.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

/// The body of a response.
pub(super) type Body = UnsyncBoxBody<Bytes, String>;

/// A server on this machine. It ends when it is dropped, and its connections with it.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: AbortHandle,
}

impl Server {
    /// Answers requests.
    pub(super) async fn answering<F>(
        answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        Self::at("127.0.0.1:0", answer).await
    }

    /// The same at an address of the test's choice.
    pub(super) async fn at<F>(
        address: &str,
        answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        Self::accepting(address, move |stream| {
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answered = answer(request);
                async { Ok::<_, std::convert::Infallible>(answered.await) }
            });
            async move {
                // Its end is the test's matter.
                let _ = http1::Builder::new()
                    .half_close(true)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            }
        })
        .await
    }

    /// Reads the head of a request on each connection, sends these bytes, and closes the connection.
    pub(super) async fn sending(bytes: &'static [u8]) -> Self {
        Self::accepting("127.0.0.1:0", move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(bytes).await.unwrap();
        })
        .await
    }

    /// Serves each connection so.
    pub(super) async fn accepting<F>(
        address: &str,
        serve: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (address, count) = (listener.local_addr().unwrap(), Arc::clone(&connections));
        let accept = async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Relaxed);
                open.spawn(serve(stream));
            }
        };
        Self {
            address,
            connections,
            task: tokio::spawn(accept).abort_handle(),
        }
    }

    /// How many connections it has had.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }

    /// Where it is.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads a request's head, and no body.
pub(super) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A response of this text.
pub(super) fn text(content: impl Into<String>) -> Response<Body> {
    let body = Full::new(Bytes::from(content.into()));
    Response::new(body.map_err(|never| match never {}).boxed_unsync())
}

/// Answers with the method, the path and the headers of a request, and with its body.
pub(super) async fn echo(request: Request<Incoming>) -> Response<Body> {
    let mut told = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        told += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    }
    match request.into_body().collect().await {
        Ok(body) => {
            let trailers = body.trailers().cloned().unwrap_or_default();
            told += &String::from_utf8_lossy(&body.to_bytes());
            for (name, value) in &trailers {
                told += &format!("\n{name}: {}", String::from_utf8_lossy(value.as_bytes()));
            }
        }
        Err(error) => told += &format!("cut off: {error}"),
    }
    text(told)
}
