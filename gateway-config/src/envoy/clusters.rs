use super::{bootstrap::address, type_url};
use crate::{EdgeSettings, Upstream};
use securechat_contracts::{ServiceName, calls::IDLE_KEPT};
use serde_json::{Value, json};

/// The name of a service's cluster.
pub(super) fn name(service: ServiceName) -> String {
    service.to_string()
}

pub(super) const WEB: &str = "web";
pub(super) const JWKS: &str = "jwks";

pub(super) fn clusters(settings: &EdgeSettings) -> Vec<Value> {
    let services = settings
        .services
        .iter()
        .map(|(service, upstream)| cluster(&name(*service), upstream, *service == ServiceName::Messaging));
    services.chain([cluster(WEB, &settings.web, false), cluster(JWKS, &settings.auth_internal, false)]).collect()
}

fn cluster(name: &str, upstream: &Upstream, holds_connections: bool) -> Value {
    let endpoints: Vec<Value> = match upstream {
        Upstream::Addresses(all) => all.iter().map(|one| json!({ "endpoint": { "address": address(*one) } })).collect(),
        Upstream::Name { host, port } => vec![json!({
            "endpoint": { "address": { "socket_address": { "address": host, "port_value": port } } }
        })],
    };
    let connections = if holds_connections { 18_000 } else { 1_024 };
    let mut cluster = json!({
        "@type": type_url("envoy.config.cluster.v3.Cluster"),
        "name": name,
        "type": if matches!(upstream, Upstream::Name { .. }) { "STRICT_DNS" } else { "STATIC" },
        "connect_timeout": "0.5s",
        "lb_policy": "LEAST_REQUEST",
        "load_assignment": { "cluster_name": name, "endpoints": [{ "lb_endpoints": endpoints }] },
        "typed_extension_protocol_options": { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": type_url("envoy.extensions.upstreams.http.v3.HttpProtocolOptions"),
            "common_http_protocol_options": { "idle_timeout": format!("{}s", IDLE_KEPT.as_secs()) },
            "explicit_http_config": { "http_protocol_options": {} },
        } },
        "circuit_breakers": { "thresholds": [{
            "max_connections": connections, "max_pending_requests": 1_024, "max_requests": connections.max(2_048),
            "max_retries": 16,
        }] },
        // A replica that is down is left out for a moment; never all of them, so that an outage is answered by the
        // services' own Problem.
        "outlier_detection": {
            "consecutive_5xx": 1_000_000, "consecutive_gateway_failure": 3, "enforcing_consecutive_gateway_failure": 100,
            "interval": "1s", "base_ejection_time": "2s", "max_ejection_time": "10s", "max_ejection_percent": 50,
        },
    });
    if matches!(upstream, Upstream::Name { .. }) {
        cluster["dns_refresh_rate"] = json!("2s");
        cluster["respect_dns_ttl"] = json!(false);
    }
    cluster
}
