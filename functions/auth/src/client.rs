//! What is kept of a client's address, to count what comes from it.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::key::Key;

/// How many bits of an IPv6 address are a client's: it has the other half to itself.
const IPV6_CLIENT_BITS: u32 = 64;

/// How many bits of an IPv6 address are a network's. Providers give a customer up to so many addresses, each of
/// which is a client's.
const IPV6_NETWORK_BITS: u32 = 48;

/// How many clients' worth a network may have: enough for those of a provider that shares one, and by far not as
/// many as it has addresses.
pub(crate) const CLIENTS_OF_NETWORK: i64 = 4;

/// What stands for an address: no list of addresses is kept.
pub(crate) fn hash(address: IpAddr) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(client(address)))
}

/// What stands for the network that an address is of. One of IPv4 is a network by itself.
pub(crate) fn network(address: IpAddr) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(part(address, IPV6_NETWORK_BITS)))
}

/// What stands for an account's name and an address. Neither can be read from it: people type their password
/// where their name belongs, and an address is a person's.
pub(crate) fn pair(key: &Key, address: IpAddr) -> String {
    let mut hash = Sha256::new();
    hash.update(client(address));
    hash.update(&key.0);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// The part of an address that is one client's.
fn client(address: IpAddr) -> [u8; 16] {
    part(address, IPV6_CLIENT_BITS)
}

/// An address with only the first bits of it, where it is one of IPv6.
fn part(address: IpAddr, ipv6_bits: u32) -> [u8; 16] {
    let bits = match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() & (u128::MAX << (u128::BITS - ipv6_bits)),
    };
    bits.to_be_bytes()
}
