//! What a component may reach: `allowed_outbound_hosts` and `block_networks`.

use std::{collections::HashMap, net::SocketAddr};

use handspun::{
    BlockedNetworks, Options, OutboundConfig, RuntimeConfig, Upstream, variables::Sources,
};
use http::Response;

use super::{
    Sender, body,
    server::{Server, echo},
};

/// A server at 127.0.0.1, and one at ::1 with the same port.
async fn two_servers() -> (Server, Server) {
    loop {
        let four = Server::answering(echo).await;
        // Rarely, somebody else has this one.
        let six = SocketAddr::new("::1".parse().unwrap(), four.address.port());
        if tokio::net::TcpListener::bind(six).await.is_ok() {
            let six = Server::at(&six.to_string(), echo).await;
            return (four, six);
        }
    }
}

#[tokio::test]
async fn each_form_of_an_entry_reaches_what_it_says() {
    let (four, six) = two_servers().await;
    let port = four.address.port();
    let after = port
        .checked_add(1)
        .expect("the system leaves the last port alone");
    let exact = format!("http://127.0.0.1:{port}");
    let below = format!("*://127.9.9.9/8:{port}");
    let range = format!("http://127.0.0.1:{port}..{after}");
    let before = format!("http://127.0.0.1:1..{port}");
    let v6 = format!("http://[::1]:{port}");
    let any_v6 = format!("*://::/0:{port}");
    for (entry, to_four, to_six) in [
        (exact.as_str(), true, false),
        ("http://127.0.0.1:*", true, false),
        (&below, true, false),
        (&range, true, false),
        (&before, false, false),
        (&v6, false, true),
        (&any_v6, false, true),
        ("*://*:*", true, true),
        ("http://*:*", true, true),
        ("https://*:*", false, false),
        ("http://127.0.0.1", false, false),
        ("http://*.localhost:*", false, false),
    ] {
        let sender = Sender::allowed(&[entry]);
        for (server, want) in [(&four, to_four), (&six, to_six)] {
            let before = server.connections();
            let told = sender.get(&server.url("/a?b")).await;
            if want {
                assert!(body(&told).starts_with("GET /a?b\n"), "{entry}: {told}");
            } else {
                assert_eq!(told, "error: ErrorCode::HttpRequestDenied", "{entry}");
                assert_eq!(server.connections(), before, "{entry}");
            }
        }
    }
}

#[tokio::test]
async fn a_denied_request_is_logged_with_what_allows_it() {
    let server = Server::answering(echo).await;
    let sender = Sender::allowed(&[]);
    let told = sender.get(&server.url("/secret?token=x")).await;
    assert_eq!(told, "error: ErrorCode::HttpRequestDenied");
    assert_eq!(server.connections(), 0);
    let entry = server.url("");
    let want = format!(
        "component sender may not send requests to {entry}; to allow it, add \
         allowed_outbound_hosts = [\"{entry}\"] to [component.sender] in the manifest"
    );
    assert_eq!(sender.log(), want);
    let told = Sender::allowed(&[&entry]).get(&server.url("/")).await;
    assert!(body(&told).starts_with("GET /\n"), "{told}");
}

#[tokio::test]
async fn what_spin_hands_to_the_application_itself_is_denied_by_name() {
    let sender = Sender::allowed(&["*://*:*"]);
    for host in ["self.alt", "sender.spin.internal"] {
        let told = sender.get(&format!("http://{host}/")).await;
        assert_eq!(told, "error: ErrorCode::HttpRequestDenied");
        let want = format!("http://{host}: Spin hands such requests to the application itself");
        assert!(sender.log().contains(&want), "{}", sender.log());
    }
}

#[tokio::test]
async fn an_entry_may_be_a_template() {
    let server = Server::answering(echo).await;
    let load = |value: &str| {
        let sources = Sources {
            arguments: HashMap::from([("upstream".to_owned(), value.to_owned())]),
            ..Sources::default()
        };
        let options = Options {
            variables: sources,
            ..Options::default()
        };
        Sender::load(&["http://{{ upstream }}"], options)
    };
    let port = server.address.port();
    let sender = load(&format!("127.0.0.1:{port}")).unwrap();
    let told = sender.get(&server.url("/")).await;
    assert!(body(&told).starts_with("GET /\n"), "{told}");
    // One that is not set allows nothing.
    let told = load("").unwrap().get(&server.url("/")).await;
    assert_eq!(told, "error: ErrorCode::HttpRequestDenied");
    // Each stays one host.
    let error = load("a,http://b").err().unwrap().to_string();
    let want = "component sender: allowed_outbound_hosts: \"http://a,http://b\": ";
    assert!(error.starts_with(want), "{error}");
}

fn blocking(networks: &[&str]) -> Options {
    Options {
        runtime_config: RuntimeConfig {
            outbound: OutboundConfig {
                blocked_networks: BlockedNetworks::new(networks).unwrap(),
                ..OutboundConfig::default()
            },
            ..RuntimeConfig::default()
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn no_connection_is_made_to_a_blocked_address_under_whatever_name() {
    let (four, six) = two_servers().await;
    let port = four.address.port();
    let sender = Sender::with(&["*://*:*"], blocking(&["private"]));
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
        "[::]",
    ] {
        let told = sender.get(&format!("http://{host}:{port}/")).await;
        assert_eq!(told, "error: ErrorCode::DestinationIpProhibited", "{host}");
    }
    assert_eq!((four.connections(), six.connections()), (0, 0));
    assert!(
        sender.log().contains("http://localhost"),
        "{}",
        sender.log()
    );
}

#[tokio::test]
async fn of_several_addresses_those_that_are_not_blocked_are_used() {
    let (four, six) = two_servers().await;
    let sender = Sender::with(&["*://*:*"], blocking(&["::1/128"]));
    let told = sender
        .get(&format!("http://localhost:{}/", four.address.port()))
        .await;
    assert!(body(&told).starts_with("GET /\n"), "{told}");
    assert_eq!((four.connections(), six.connections()), (1, 0));
}

#[tokio::test]
async fn a_name_without_an_address_is_the_error_of_spin() {
    // The host name is not resolved: it is too long for one.
    let sender = Sender::allowed(&["*://*:*"]);
    let told = sender.get(&format!("http://{}/", "a".repeat(64))).await;
    for part in ["ErrorCode::DnsError", "address not available"] {
        assert!(told.contains(part), "{told}");
    }
}

#[tokio::test]
async fn a_test_may_answer_in_place_of_the_network() {
    let upstream = Upstream::new(|request| {
        Response::builder()
            .status(201)
            .header("x-host", request.uri().host().unwrap())
            .body("made".into())
            .unwrap()
    });
    let sender = Sender::with(
        &["https://api.example.org"],
        Options {
            upstream: Some(upstream.clone()),
            ..Options::default()
        },
    );
    let request = sender
        .client
        .post("/tell?https://api.example.org/words")
        .header("send-x-token", "t")
        .body("a word");
    let response = request.await.unwrap();
    assert_eq!(
        response.text().unwrap(),
        "201\nx-host: api.example.org\n\nmade\n"
    );
    let requests = upstream.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].uri(), "https://api.example.org/words");
    assert_eq!(requests[0].headers()["x-token"], "t");
    assert_eq!(requests[0].body(), "a word");
    // What is not allowed does not reach it.
    let told = sender.get("https://example.org/").await;
    assert_eq!(told, "error: ErrorCode::HttpRequestDenied");
    assert_eq!(upstream.requests().len(), 1);
}
