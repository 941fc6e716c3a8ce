//! Envoy.

pub(crate) mod config_map;
pub(crate) mod deployment;
pub(crate) mod edge;
pub(crate) mod service;
pub(crate) mod service_account;

/// The only file that is read once; the others are watched.
const BOOTSTRAP: &str = "bootstrap.json";
const CDS: &str = "cds.json";
const LDS: &str = "lds.json";
const RDS: &str = "rds.json";
