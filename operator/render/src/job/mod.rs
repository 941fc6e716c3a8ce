//! Provisioning and migrations.

pub(crate) mod config_map;
#[expect(clippy::module_inception, reason = "each object kind has a file of its name")]
pub(crate) mod job;
pub(crate) mod service_account;
