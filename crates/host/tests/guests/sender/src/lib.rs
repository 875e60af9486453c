//! A component that sends requests as the host's tests ask it to: the query is where to, the path how, and
//! each header `send-NAME` becomes `NAME` there.
//!
//! What became of a request is told as text: the status, the headers, the body and the trailers of the
//! response, or the error.

use std::fmt::{Debug, Write as _};

use bytes::Bytes;
use futures::SinkExt as _;
use http_body::Body;
use http_body_util::{BodyExt as _, StreamBody};
use spin_sdk::{
    http::{
        self, BoxBody, EmptyBody, FullBody, HeaderMap, HeaderName, HeaderValue, IntoResponse as _,
        Request, Response, Uri, body, box_body,
    },
    http_service, time,
    wasip3::{
        self,
        http::client,
        http::types::{
            ErrorCode, Fields, Request as WasiRequest, RequestOptions, Response as WasiResponse,
        },
        http_compat::RequestOptionsExtension,
        wit_bindgen::FutureReader,
        wit_future,
    },
};

/// What a generated body consists of.
const PIECE: usize = 64 << 10;

const CONTENT_LENGTH: HeaderName = HeaderName::from_static("content-length");

/// The trailer that [`with_trailers`] sends.
const TRAILER: HeaderName = HeaderName::from_static("checksum");

#[http_service]
async fn handle(request: Request) -> Result<WasiResponse, ErrorCode> {
    // Hands both bodies to the runtime, which takes them from one to the other itself.
    if request.uri().path() == "/hand-over" {
        return hand_over(request).await;
    }
    behave(request).await.into_response()
}

async fn behave(request: Request) -> Response<BoxBody> {
    let path = request.uri().path().to_owned();
    match path.as_str() {
        // Sends what it gets, and tells what comes back.
        "/tell" => text(tell(send(request).await).await),
        // The same without a body.
        "/get" => text(tell(send(request.map(|_| box_body(EmptyBody::new()))).await).await),
        // Sends what it gets, and passes on the body that comes back, of the length that it comes with.
        "/pass" => match send(request).await {
            Ok(mut response) => {
                let length = response.headers_mut().remove(CONTENT_LENGTH);
                let mut passed = Response::new(box_body(response.into_body()));
                passed
                    .headers_mut()
                    .extend(length.map(|length| (CONTENT_LENGTH, length)));
                passed
            }
            Err(error) => text(told(&error)),
        },
        // Sends a body of so many bytes, and tells what comes back.
        "/generate" => {
            let bytes = number(&request, "bytes");
            text(tell(send(request.map(|_| generated(bytes))).await).await)
        }
        // Tells how long the body is that comes back.
        "/count" => text(count(send(request).await).await),
        "/with-trailers" => text(tell(send(request.map(|_| with_trailers())).await).await),
        // Sends the beginning of a body, and traps once the answer has begun.
        "/trap" => {
            let (mut sender, body) = body::stream::<&'static str>();
            wasip3::spawn(async move {
                let _ = sender.send("beginning").await;
                time::sleep(std::time::Duration::from_secs(3600)).await;
            });
            let _response = send(request.map(|_| box_body(body))).await;
            panic!("the test asked for it")
        }
        other => text(format!("no behaviour for {other}")),
    }
}

/// Sends a request with the method and the body of another, to where its query says.
async fn send<B>(request: Request<B>) -> Result<Response, ErrorCode>
where
    B: Body + 'static,
    B::Data: Into<Vec<u8>>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let options = RequestOptions::new();
    let milliseconds = |name| {
        number(&request, name)
            .checked_mul(1_000_000)
            .filter(|n| *n > 0)
    };
    let _ = options.set_connect_timeout(milliseconds("connect"));
    let _ = options.set_first_byte_timeout(milliseconds("first-byte"));
    let _ = options.set_between_bytes_timeout(milliseconds("between-bytes"));
    let mut sent = Request::builder()
        .method(request.method().clone())
        .uri(request.uri().query().unwrap_or_default())
        .extension(RequestOptionsExtension(options));
    for (name, value) in request.headers() {
        if let Some(name) = name.as_str().strip_prefix("send-") {
            sent = sent.header(name, value);
        }
    }
    let sent = sent.body(request.into_body());
    let sent = sent.map_err(|error| ErrorCode::InternalError(Some(error.to_string())))?;
    http::send(sent).await
}

async fn hand_over(request: Request) -> Result<WasiResponse, ErrorCode> {
    let target: Uri = request
        .uri()
        .query()
        .unwrap_or_default()
        .parse()
        .unwrap_or_default();
    let method = request.method().into();
    let Some(body) = request.into_body().take_unstarted() else {
        return Err(ErrorCode::InternalError(None));
    };
    let (stream, trailers) = WasiRequest::consume_body(body, ok());
    let (sent, _) = WasiRequest::new(Fields::new(), Some(stream), trailers, None);
    sent.set_method(&method)
        .and_then(|()| sent.set_scheme(target.scheme().map(Into::into).as_ref()))
        .and_then(|()| sent.set_authority(target.authority().map(|name| name.as_str())))
        .and_then(|()| sent.set_path_with_query(Some(target.path())))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    let answer = client::send(sent).await?;
    let (stream, trailers) = WasiResponse::consume_body(answer, ok());
    Ok(WasiResponse::new(Fields::new(), Some(stream), trailers).0)
}

/// What the reader of a body says of it: that it is well.
fn ok() -> FutureReader<Result<(), ErrorCode>> {
    wit_future::new(|| Ok(())).1
}

/// The number in a header of the request to this component.
fn number<B>(request: &Request<B>, name: &str) -> u64 {
    let value = request.headers().get(name);
    let value = value.and_then(|value| value.to_str().ok()?.parse().ok());
    value.unwrap_or_default()
}

async fn tell(response: Result<Response, ErrorCode>) -> String {
    let response = match response {
        Ok(response) => response,
        Err(error) => return told(&error),
    };
    let mut told = format!("{}\n", response.status().as_u16());
    write_fields(&mut told, response.headers());
    told.push('\n');
    match response.into_body().collect().await {
        Ok(body) => {
            let trailers = body.trailers().cloned().unwrap_or_default();
            told += &String::from_utf8_lossy(&body.to_bytes());
            told.push('\n');
            write_fields(&mut told, &trailers);
        }
        Err(error) => told += &format!("cut off: {error:?}\n"),
    }
    told
}

fn told(error: &impl Debug) -> String {
    format!("error: {error:?}")
}

fn write_fields(told: &mut String, fields: &HeaderMap) {
    for (name, value) in fields {
        let value = String::from_utf8_lossy(value.as_bytes());
        let _ = writeln!(told, "{name}: {value}");
    }
}

async fn count(response: Result<Response, ErrorCode>) -> String {
    let mut body = match response {
        Ok(response) => response.into_body(),
        Err(error) => return told(&error),
    };
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Err(error) => return format!("cut off after {bytes}: {error:?}"),
        }
    }
    bytes.to_string()
}

/// A body of so many bytes, made as it is sent.
fn generated(bytes: u64) -> BoxBody {
    let pieces = futures::stream::unfold(bytes, |left| async move {
        let piece = left.min(PIECE as u64);
        let frame = http_body::Frame::data(Bytes::from(vec![b'x'; piece as usize]));
        (left > 0).then_some((Ok::<_, ErrorCode>(frame), left - piece))
    });
    box_body(StreamBody::new(Box::pin(pieces)))
}

fn with_trailers() -> BoxBody {
    let mut trailers = HeaderMap::new();
    trailers.insert(TRAILER, HeaderValue::from_static("abc"));
    let frames = [
        http_body::Frame::data(Bytes::from_static(b"body")),
        http_body::Frame::trailers(trailers),
    ];
    let frames = futures::stream::iter(frames.map(Ok::<_, ErrorCode>));
    box_body(StreamBody::new(frames))
}

fn text(content: String) -> Response<BoxBody> {
    Response::new(box_body(FullBody::new(Bytes::from(content))))
}
