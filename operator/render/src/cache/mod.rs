//! Valkey or Redis. It keeps nothing on disk: what it holds may be lost.

pub(crate) mod config_map;
pub(crate) mod secret;
pub(crate) mod service;
pub(crate) mod service_account;
pub(crate) mod stateful_set;

/// Users with hashed passwords.
const ACL_FILE: &str = "users.acl";
