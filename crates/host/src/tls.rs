//! What a server and a client of TLS share: files in PEM, and the names of protocols.

use std::{fs, path::Path};

use anyhow::Context as _;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject as _},
};

/// HTTP/2, as TLS calls it.
pub(crate) const HTTP_2: &[u8] = b"h2";

/// What both speak; the first is preferred.
pub(crate) const PROTOCOLS: [&[u8]; 2] = [HTTP_2, b"http/1.1"];

/// The certificates of a file, of which there must be one at least.
///
/// # Errors
///
/// The file cannot be read, or is not PEM, or has no certificate in it.
pub(crate) fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let text = read(file)?;
    let certificates = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.with_context(|| format!("{} is not PEM", file.display()))?;
    anyhow::ensure!(
        !certificates.is_empty(),
        "{} has no certificate in PEM (-----BEGIN CERTIFICATE-----)",
        file.display()
    );
    Ok(certificates)
}

/// The first private key of a file.
///
/// # Errors
///
/// The file cannot be read, or is not PEM, or has no key in it, or the key is encrypted.
pub(crate) fn private_key(file: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    let text = read(file)?;
    let name = file.display();
    match PrivateKeyDer::from_pem_slice(&text) {
        Ok(key) => Ok(key),
        Err(_) if is_encrypted(&text) => anyhow::bail!(
            "the private key in {name} is encrypted, and there is nobody to ask for its password; \
             write it without one: openssl pkey -in {name} -out decrypted.pem"
        ),
        Err(pem::Error::NoItemsFound) => {
            anyhow::bail!("{name} has no private key in PEM (-----BEGIN PRIVATE KEY-----)")
        }
        Err(error) => Err(error).with_context(|| format!("{name} is not PEM")),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Whether a key is encrypted, in the form of PKCS #8 or in OpenSSL's older one.
fn is_encrypted(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text.contains("Proc-Type: 4,ENCRYPTED")
}
