//! Where the pages are.

/// Where one logs in.
pub(crate) const LOG_IN: &str = "/auth/login";

/// Where one registers.
pub(crate) const REGISTER: &str = "/auth/register";

/// Where an account is seen, by who is logged in.
pub(crate) const ME: &str = "/auth/me";
