//! What a component may send, and how.

use std::{sync::Arc, time::Duration};

use super::{connect::Network, tls::TlsConfigs, upstream::Upstream};
use crate::{load::allowed_hosts::AllowedHosts, log::Log};

/// How long each step may take where the component does not say; Spin's number.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Where one component may send requests, and how.
pub(crate) struct Grant {
    pub(crate) component: Arc<str>,
    pub(crate) allowed: AllowedHosts,
    pub(crate) network: Arc<Network>,
    pub(crate) tls: TlsConfigs,
    /// Answers in place of the network.
    pub(crate) upstream: Option<Upstream>,
    pub(crate) log: Log,
}
