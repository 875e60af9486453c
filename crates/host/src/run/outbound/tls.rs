//! Whom a component trusts, and as whom it logs in.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context as _;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Host;

use crate::{
    load::runtime_config::ClientTls,
    tls::{self, PROTOCOLS},
};

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
        for root in tls::certificates(file)? {
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
            builder.with_client_auth_cert(tls::certificates(cert)?, tls::private_key(key)?)?
        }
    };
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}
