//! The six services and `web`: processes of the one server image.

pub(crate) mod config_map;
pub(crate) mod deployment;
pub(crate) mod horizontal_pod_autoscaler;
pub(crate) mod pod_disruption_budget;
#[expect(clippy::module_inception, reason = "each object kind has a file of its name")]
pub(crate) mod service;
pub(crate) mod service_account;
