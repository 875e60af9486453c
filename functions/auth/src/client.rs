//! What is kept of a client's address, to count what comes from it.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::accounts::Key;

/// How many bits of an IPv6 address are a client's: it has the other half to itself.
const IPV6_CLIENT_BITS: u32 = 64;

/// What stands for an address: no list of addresses is kept.
pub(crate) fn hash(address: IpAddr) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(client(address)))
}

/// What stands for an account's name and an address. Neither can be read from it: people type their password
/// where their name belongs, and an address is a person's.
pub(crate) fn pair(key: &Key, address: IpAddr) -> String {
    let mut hash = Sha256::new();
    hash.update(client(address));
    hash.update(&key.0);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// `Retry-After` for so many seconds left, of a window that has so many.
pub(crate) fn retry_after(left_secs: i64, window_secs: i64) -> u32 {
    u32::try_from(left_secs.clamp(1, window_secs)).unwrap_or(1)
}

/// The part of an address that is one client's.
fn client(address: IpAddr) -> [u8; 16] {
    let bits = match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() & (u128::MAX << (u128::BITS - IPV6_CLIENT_BITS)),
    };
    bits.to_be_bytes()
}
