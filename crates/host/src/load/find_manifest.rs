//! Finding the manifest, and the address to listen on.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

/// The manifest's name in a folder.
pub(crate) const MANIFEST: &str = "spin.toml";

/// What marks the root of a Git repository: the search for a manifest ends there.
const GIT: &str = ".git";

/// The manifest where none was named: in `folder`, or in the nearest one above that has one,
/// up to the root of a Git repository; `None` where there is none. As Spin does, it goes on above a
/// repository in whose root it starts.
pub(crate) fn manifest_above(folder: &Path) -> Option<PathBuf> {
    for (distance, folder) in folder.ancestors().enumerate() {
        let manifest = folder.join(MANIFEST);
        if manifest.is_file() {
            return Some(manifest);
        }
        if distance > 0 && folder.join(GIT).is_dir() {
            return None;
        }
    }
    None
}

/// Parses `--listen`: an address or a name, and a port. If a name has several addresses, 127.0.0.1 is
/// preferred, as by Spin, otherwise the first.
///
/// # Errors
///
/// No port, or a name without an address.
pub(crate) fn listen_address(text: &str) -> io::Result<SocketAddr> {
    let addresses: Vec<_> = text.to_socket_addrs()?.collect();
    let usual = addresses
        .iter()
        .find(|address| address.ip() == Ipv4Addr::LOCALHOST);
    let address = usual.or(addresses.first()).copied();
    address.ok_or_else(|| io::Error::other("the name has no address"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_manifest_above_counts_up_to_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("app/a/b")).unwrap();
        fs::create_dir_all(at("app/repository/.git")).unwrap();
        fs::create_dir_all(at("app/repository/c")).unwrap();
        fs::write(at("app/spin.toml"), "").unwrap();
        // No file, so no manifest.
        fs::create_dir(at("app/a/spin.toml")).unwrap();
        for (from, want) in [
            ("app", Some("app/spin.toml")),
            ("app/a/b", Some("app/spin.toml")),
            ("app/repository", Some("app/spin.toml")),
            ("app/repository/c", None),
        ] {
            assert_eq!(manifest_above(&at(from)), want.map(at), "{from}");
        }
        fs::write(at("app/repository/spin.toml"), "").unwrap();
        assert_eq!(
            manifest_above(&at("app/repository/c")),
            Some(at("app/repository/spin.toml"))
        );
    }

    #[test]
    fn an_address_may_be_a_name() {
        for (text, want) in [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            ("[::1]:0", "[::1]:0"),
            ("localhost:3000", "127.0.0.1:3000"),
        ] {
            let address = listen_address(text).unwrap();
            assert_eq!(address.to_string(), want, "{text}");
        }
        for text in ["", "localhost", "127.0.0.1", "localhost:port", ":x"] {
            assert!(listen_address(text).is_err(), "{text}");
        }
    }
}
