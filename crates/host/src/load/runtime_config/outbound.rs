//! What an operator says about outgoing requests.
//!
//! ```toml
//! [outbound_networking]
//! block_networks = ["private", "203.0.113.0/24"]
//!
//! [outbound_http]
//! connection_pooling = true
//! max_connections = 100
//!
//! [[client_tls]]
//! component_ids = ["reverse"]
//! hosts = ["upstream.example.org"]
//! ca_roots_file = "our-ca.pem"
//! client_cert_file = "us.pem"
//! client_private_key_file = "us.key"
//! ```

use std::path::{Path, PathBuf};

use http::uri::Authority;
use toml::Table;

use crate::load::{
    blocked_networks::BlockedNetworks,
    fields::{Fields, Problems},
};

/// What holds for the outgoing requests of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundConfig {
    /// `block_networks`: to no address in these is a connection made.
    pub blocked_networks: BlockedNetworks,
    /// Whether connections are kept for the next requests.
    pub connection_pooling: bool,
    /// How many connections may be open at the same time, kept ones included. `None` is as many as the
    /// process may serve connections.
    pub max_connections: Option<usize>,
    /// `[[client_tls]]`; for a component and a host the first holds that names both.
    pub client_tls: Vec<ClientTls>,
}

/// Whom some components trust at some hosts, and as whom they log in there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientTls {
    /// The components.
    pub component_ids: Vec<String>,
    /// The hosts, without ports.
    pub hosts: Vec<String>,
    /// A file in PEM with certificates of authorities that are trusted.
    pub ca_roots_file: Option<PathBuf>,
    /// Whether those that browsers trust are trusted, too.
    pub ca_use_webpki_roots: bool,
    /// Files in PEM with the client's own certificate and its key.
    pub client_cert: Option<(PathBuf, PathBuf)>,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            blocked_networks: BlockedNetworks::default(),
            connection_pooling: true,
            max_connections: None,
            client_tls: Vec::new(),
        }
    }
}

/// Reads `[outbound_networking]`, `[outbound_http]` and `[[client_tls]]`. Relative paths start from `folder`.
pub(super) fn outbound(top: &mut Fields<'_>, folder: &Path, problems: &Problems) -> OutboundConfig {
    let mut config = OutboundConfig::default();
    if let Some(table) = top.table("outbound_networking") {
        let mut fields = Fields::new("outbound_networking", table, problems);
        match BlockedNetworks::new(fields.strings("block_networks")) {
            Ok(networks) => config.blocked_networks = networks,
            Err(why) => fields.problem("block_networks", why),
        }
        fields.finish(&["max_socket_connections", "max_total_connections"]);
    }
    if let Some(table) = top.table("outbound_http") {
        let mut fields = Fields::new("outbound_http", table, problems);
        if table.contains_key("connection_pooling") {
            config.connection_pooling = fields.boolean("connection_pooling");
        }
        config.max_connections = fields.number("max_connections");
        fields.finish(&["max_concurrent_requests"]);
    }
    let entries = top.tables("client_tls").into_iter().enumerate();
    config.client_tls = entries
        .map(|(number, table)| client_tls(format!("client_tls[{number}]"), table, folder, problems))
        .collect();
    config
}

fn client_tls(path: String, table: &Table, folder: &Path, problems: &Problems) -> ClientTls {
    let mut fields = Fields::new(path, table, problems);
    let mut required = |name| {
        let list = fields.strings(name);
        if list.is_empty() {
            fields.problem(name, "must have at least one entry");
        }
        list
    };
    let component_ids = required("component_ids");
    let hosts = required("hosts");
    for host in &hosts {
        let authority = host.parse::<Authority>();
        if !authority.is_ok_and(|authority| authority.host() == host) {
            fields.problem(
                "hosts",
                format_args!("must be names or addresses without a port, is {host:?}"),
            );
        }
    }
    if fields.boolean("ca_use_platform_roots") {
        fields.only_in_spin("ca_use_platform_roots", "the system's certificates");
    }
    let mut file = |name| fields.string(name).map(|file| folder.join(file));
    let ca_roots_file = file("ca_roots_file");
    let client_cert = match (file("client_cert_file"), file("client_private_key_file")) {
        (Some(cert), Some(key)) => Some((cert, key)),
        (None, None) => None,
        (Some(_), None) => {
            fields.problem("client_cert_file", "needs client_private_key_file as well");
            None
        }
        (None, Some(_)) => {
            fields.problem("client_private_key_file", "needs client_cert_file as well");
            None
        }
    };
    let ca_use_webpki_roots = fields.boolean("ca_use_webpki_roots");
    if ca_roots_file.is_none() && !ca_use_webpki_roots {
        fields.problem(
            "ca_roots_file",
            "missing; without it Spin trusts the system's certificates, which this runtime does not. \
             ca_use_webpki_roots = true trusts those that browsers trust",
        );
    }
    fields.finish(&[]);
    ClientTls {
        component_ids,
        hosts,
        ca_roots_file,
        ca_use_webpki_roots,
        client_cert,
    }
}
