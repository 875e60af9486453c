//! The HTTP server: sockets, connections, the two protocols, and what the host itself
//! says to a client.

pub(crate) mod access_log;
mod connection;
mod cores;
mod current;
pub(crate) mod headers;
mod http2;
pub(crate) mod listener;
pub(crate) mod open_files;
pub(crate) mod places;
mod protocol;
pub(crate) mod refusal;
mod relay;
pub(crate) mod server;
mod socket;
pub(crate) mod tls;
