//! Whom a component trusts, and as whom it logs in.

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::Context as _;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use url::Host;

use crate::load::runtime_config::ClientTls;

/// HTTP/2, as TLS calls it.
pub(super) const HTTP_2: &[u8] = b"h2";

/// HTTP/1.1, as TLS calls it.
const HTTP_1: &[u8] = b"http/1.1";

/// The TLS of one component.
#[derive(Clone)]
pub(crate) struct TlsConfigs {
    /// For all other hosts: trusts the authorities that browsers trust.
    usual: Arc<ClientConfig>,
    by_host: HashMap<String, Arc<ClientConfig>>,
}

impl TlsConfigs {
    /// The TLS of a component by the entries of the runtime configuration that name it.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or has no certificate or key.
    pub(crate) fn new(component: &str, entries: &[ClientTls]) -> anyhow::Result<Self> {
        let mut by_host = HashMap::new();
        for entry in entries {
            if !entry.component_ids.iter().any(|id| id == component) {
                continue;
            }
            let config = Arc::new(config(entry).context("[[client_tls]]")?);
            for host in &entry.hosts {
                let host =
                    Host::parse(host).with_context(|| format!("[[client_tls]]: {host:?}"))?;
                let host = by_host.entry(host.to_string());
                host.or_insert_with(|| Arc::clone(&config));
            }
        }
        let usual = ClientTls {
            ca_use_webpki_roots: true,
            ..ClientTls::default()
        };
        Ok(Self {
            usual: Arc::new(config(&usual)?),
            by_host,
        })
    }

    /// What holds for a host.
    pub(super) fn for_host(&self, host: &Host) -> Arc<ClientConfig> {
        let own = self.by_host.get(&host.to_string());
        Arc::clone(own.unwrap_or(&self.usual))
    }
}

fn config(entry: &ClientTls) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if entry.ca_use_webpki_roots {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(file) = &entry.ca_roots_file {
        for root in certificates(file)? {
            roots
                .add(root)
                .with_context(|| format!("{}", file.display()))?;
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let mut config = match &entry.client_cert {
        None => builder.with_no_client_auth(),
        Some((cert, key)) => {
            let what = || format!("{} cannot be read", key.display());
            let own_key = PrivateKeyDer::from_pem_file(key).with_context(what)?;
            builder.with_client_auth_cert(certificates(cert)?, own_key)?
        }
    };
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
    Ok(config)
}

/// The certificates of a file in PEM, of which there must be one at least.
fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let what = || format!("{} cannot be read", file.display());
    let certificates = CertificateDer::pem_file_iter(file).with_context(what)?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().with_context(what)?;
    anyhow::ensure!(
        !certificates.is_empty(),
        "{} has no certificate",
        file.display()
    );
    Ok(certificates)
}
