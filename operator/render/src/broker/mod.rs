//! RabbitMQ, a single node.

pub(crate) mod config_map;
pub(crate) mod secret;
pub(crate) mod service;
pub(crate) mod service_account;
pub(crate) mod stateful_set;

/// Users, virtual host and permissions, read at every start.
const DEFINITIONS: &str = "definitions.json";
/// What the node's tools sign in with.
const COOKIE: &str = "cookie";
const DATA: &str = "/data";
/// Holds the cookie: Erlang wants it in the home folder and readable for its owner alone.
const HOME: &str = "/home/rabbitmq";
