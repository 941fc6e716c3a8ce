//! MySQL or MariaDB, a single instance.

pub(crate) mod config_map;
pub(crate) mod secret;
pub(crate) mod service;
pub(crate) mod service_account;
pub(crate) mod stateful_set;

/// The volume; data is in a folder of it, because some servers refuse a folder that is not empty.
const DATA: &str = "/data";
/// What the server runs before it serves the first client.
const INIT_FILE: &str = "init.sql";
/// How the probe signs in.
const PROBE_FILE: &str = "probe.cnf";
const PROBE_USER: &str = "securechat_probe";
