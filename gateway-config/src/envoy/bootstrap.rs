use super::{source, type_url};
use crate::EdgeSettings;
use serde_json::{Value, json};

/// Without a bound, connections are unlimited.
const CONNECTIONS_MAX: u32 = 18_000;

pub(super) fn bootstrap(settings: &EdgeSettings) -> Value {
    json!({
        "node": { "id": "edge", "cluster": "securechat" },
        "admin": {
            "address": address(settings.admin),
            // What can change the edge is not offered, only what tells of it and what drains it.
            "allow_paths": [
                { "prefix": "/ready" }, { "prefix": "/stats" }, { "prefix": "/drain_listeners" },
                { "prefix": "/healthcheck/fail" },
            ],
        },
        "dynamic_resources": {
            "lds_config": source(settings, "lds.json"),
            "cds_config": source(settings, "cds.json"),
        },
        "overload_manager": {
            "resource_monitors": [{
                "name": "envoy.resource_monitors.global_downstream_max_connections",
                "typed_config": {
                    "@type": type_url("envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"),
                    "max_active_downstream_connections": CONNECTIONS_MAX,
                },
            }],
        },
    })
}

pub(super) fn address(address: std::net::SocketAddr) -> Value {
    json!({ "socket_address": { "address": address.ip(), "port_value": address.port() } })
}
