//! The six services and `web`: processes of the one server image.

pub(crate) mod config_map;
pub(crate) mod deployment;
#[expect(clippy::module_inception, reason = "each object kind has a file of its name")]
pub(crate) mod service;
pub(crate) mod service_account;
