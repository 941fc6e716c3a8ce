//! Envoy's configuration: a bootstrap that never changes, and watched files for the rest.

mod bootstrap;
mod clusters;
mod filters;
mod listener;
mod replies;
mod routes;
mod tls;

use crate::{EdgeSettings, RouteTable};
use serde_json::{Value, json};

/// The files of one Envoy. `bootstrap` is given at its start; the others are watched, and written by rename in the order
/// `cds`, `sds`, `lds`, `rds`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvoyFiles {
    /// `bootstrap.json`
    pub bootstrap: String,
    /// `cds.json`: upstreams.
    pub cds: String,
    /// `lds.json`: the listener and its filters.
    pub lds: String,
    /// `rds.json`: routes.
    pub rds: String,
    /// `sds.json`: where the certificate is; absent without TLS.
    pub sds: Option<String>,
}

/// Renders `table` for one edge.
pub fn envoy(table: &RouteTable, settings: &EdgeSettings) -> EnvoyFiles {
    EnvoyFiles {
        bootstrap: text(&bootstrap::bootstrap(settings)),
        cds: text(&discovered(clusters::clusters(settings))),
        lds: text(&discovered(listener::listeners(table, settings))),
        rds: rds(table, settings.public_url.scheme() == "https"),
        sds: settings.tls.as_ref().map(|tls| text(&discovered(vec![tls::certificate(tls)]))),
    }
}

fn rds(table: &RouteTable, https: bool) -> String {
    let made = if https { &table.rds.https } else { &table.rds.http };
    made.get_or_init(|| text(&discovered(vec![routes::route_configuration(table, https)]))).clone()
}

const T: &str = "type.googleapis.com/";

/// The `@type` of `name`.
fn type_url(name: &str) -> String {
    format!("{T}{name}")
}

fn discovered(resources: impl Into<Value>) -> Value {
    let resources: Value = resources.into();
    json!({ "resources": resources })
}

/// A file source whose folder is watched, so that a rename is seen.
fn source(settings: &EdgeSettings, file: &str) -> Value {
    json!({
        "path_config_source": {
            "path": settings.folder.join(file),
            "watched_directory": { "path": settings.folder },
        },
        "resource_api_version": "V3",
    })
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}
