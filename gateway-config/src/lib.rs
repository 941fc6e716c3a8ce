//! The edge: one route table, and the Envoy configuration that is rendered from it. What Envoy would silently ignore
//! — an unknown filter, a mistyped requirement, a route that can never match — is refused here.
//!
//! [`RouteTable::built_in`] is `routes.yaml`; [`envoy`] renders it for one [`EdgeSettings`].

mod envoy;
mod settings;
mod table;

pub use envoy::{EnvoyFiles, envoy};
pub use settings::{EdgeSettings, EdgeTls, Upstream};
pub use table::{Rate, Route, RouteTable, TableError, Target};
