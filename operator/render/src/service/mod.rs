//! The six services and `web`: processes of the one server image.

pub(crate) mod config_map;
pub(crate) mod deployment;
pub(crate) mod service;
pub(crate) mod service_account;
