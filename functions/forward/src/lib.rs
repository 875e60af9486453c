//! A forward proxy (§5): `curl -x http://127.0.0.1:8080 -U :TOKEN http://...`, for any method and any body.
//!
//! It is an application of its own, `forward-proxy.toml`, as every path is the client's. A component sees a request to
//! a proxy as it sees one to its own server, with the target's name in `Host`. So what asks this server itself is taken
//! for a request to the proxy, too, and answered 407.

mod addresses;
mod hosts;
mod kind;
mod target;
mod token;

use std::time::Duration;

use kit::{
    App, Error, GatewayError, Request, Response, Result,
    client::{self, ClientError, Failure, Timeouts},
    proxy::{self, Passed},
    variable,
};

use self::{
    hosts::Hosts,
    kind::{Kind, NAME},
    target::Target,
};

kit::service!(app);

/// How long is waited for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long is waited for the head of an answer to a request without a body. It ends before the time that the runtime
/// gives the component (30 s), so that the client learns who was too slow.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(25);

fn app() -> App {
    App::new().pass("/...", pass)
}

async fn pass(mut request: Request) -> Result<Response> {
    let mut headers = proxy::client_headers(&request);
    // Before all else: the proxy has no token for itself.
    if proxy::has_passed(&headers, NAME) {
        let detail = "the request has come back to this proxy, which was its target";
        return Err(GatewayError::loop_detected(detail).into());
    }
    token::check(&variable("forward_token").await?, &headers)?;
    let kind: Kind = setting("forward_kind").await?;
    let hosts: Hosts = setting("forward_hosts").await?;
    let target = Target::new(request.host().unwrap_or_default(), request.path_and_query())?;
    target.check(&hosts)?;
    if !proxy::decrement_max_forwards(request.method(), &mut headers) {
        return Ok(proxy::final_answer(&request));
    }
    kind.apply(request.remote_addr(), &mut headers)?;

    let mut body = Passed::from_request(&mut request).await?;
    let timeouts = Timeouts {
        connect: Some(CONNECT_TIMEOUT),
        first_byte: body.is_empty().then_some(FIRST_BYTE_TIMEOUT),
    };
    let mut onward = http::Request::new(body.take());
    *onward.method_mut() = request.method().clone();
    *onward.uri_mut() = target.uri()?;
    *onward.headers_mut() = headers;
    onward.extensions_mut().insert(timeouts);
    let mut response = client::send(onward).await.map_err(failed)?;
    if kind.is_named() {
        proxy::add_via(response.headers_mut(), NAME);
    }
    Ok(response)
}

/// A variable with a syntax of its own.
async fn setting<T: std::str::FromStr<Err = String>>(name: &str) -> Result<T> {
    let value = variable(name).await?;
    value
        .parse()
        .map_err(|why| Error::Misconfigured(format!("the variable {name} is wrong: {why}")))
}

/// What a client is told of a target that gave no answer.
fn failed(error: ClientError) -> Error {
    match error.failure() {
        failure @ (Failure::Blocked | Failure::NotAllowed) => {
            Error::forbidden("target-not-allowed", failure.detail())
        }
        _ => error.into(),
    }
}
