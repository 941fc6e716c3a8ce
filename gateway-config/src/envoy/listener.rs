use super::{bootstrap::address, filters, replies, routes, source, tls, type_url};
use crate::{EdgeSettings, RouteTable};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The type of what speaks HTTP on a connection.
pub(super) const MANAGER: &str = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// The one that serves and, with TLS, the one that sends on to it.
pub(super) fn listeners(table: &RouteTable, settings: &EdgeSettings) -> Vec<Value> {
    let mut chain = json!({
        "filters": [{ "name": "http", "typed_config": connection_manager(table, settings) }],
    });
    let Some(tls) = &settings.tls else { return vec![listener("public", settings.listen, &chain)] };
    chain["transport_socket"] = tls::transport_socket(settings);
    let redirect = json!({ "filters": [{ "name": "http", "typed_config": tls::redirect(settings) }] });
    vec![listener("public", settings.listen, &chain), listener("redirect", tls.redirect_from, &redirect)]
}

fn listener(name: &str, at: SocketAddr, chain: &Value) -> Value {
    json!({
        "@type": type_url("envoy.config.listener.v3.Listener"),
        "name": name,
        "address": address(at),
        "per_connection_buffer_limit_bytes": 32_768,
        "filter_chains": [chain],
    })
}

fn connection_manager(table: &RouteTable, settings: &EdgeSettings) -> Value {
    json!({
        "@type": type_url(MANAGER),
        "stat_prefix": "edge",
        "use_remote_address": true,
        "xff_num_trusted_hops": settings.trusted_proxies,
        "normalize_path": true,
        "merge_slashes": true,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "max_request_headers_kb": 16,
        "common_http_protocol_options": {
            "max_headers_count": 64, "headers_with_underscores_action": "REJECT_REQUEST", "idle_timeout": "300s",
        },
        "http2_protocol_options": { "max_concurrent_streams": 100, "allow_connect": true },
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "60s",
        "upgrade_configs": [],
        "always_set_request_id_in_response": true,
        "early_header_mutation_extensions": [{
            "name": "early",
            "typed_config": {
                "@type": type_url("envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"),
                "mutations": stripped(settings),
            },
        }],
        "local_reply_config": replies::local_replies(),
        "access_log": [access_log()],
        "rds": { "route_config_name": routes::NAME, "config_source": source(settings, "rds.json") },
        "http_filters": filters::filters(table, settings),
    })
}

/// Headers that only we may set are dropped before anything looks at them. (W-53, B-05)
fn stripped(settings: &EdgeSettings) -> Value {
    let mut mutations =
        vec![json!({ "remove_on_match": { "key_matcher": { "prefix": "x-internal-", "ignore_case": true } } })];
    mutations.extend(
        ["x-forwarded-host", "x-forwarded-port", "forwarded", "x-real-ip", "x-envoy-external-address"]
            .map(|name| json!({ "remove": name })),
    );
    if settings.trusted_proxies == 0 {
        mutations.push(json!({ "remove": "x-forwarded-for" }));
    }
    Value::Array(mutations)
}

/// Paths without their query: it may hold a token or a code. (B-50)
pub(super) fn access_log() -> Value {
    json!({
        "name": "log",
        "typed_config": {
            "@type": type_url("envoy.extensions.access_loggers.file.v3.FileAccessLog"),
            "path": "/dev/stdout",
            "log_format": { "json_format": {
                "time": "%START_TIME%", "method": "%REQ(:METHOD)%", "path": "%PATH(NQ:ORIG_OR_PATH)%",
                "route": "%ROUTE_NAME%", "status": "%RESPONSE_CODE%", "details": "%RESPONSE_CODE_DETAILS%",
                "flags": "%RESPONSE_FLAGS%", "ms": "%DURATION%", "request_id": "%REQ(X-REQUEST-ID)%",
                "trace_id": "%TRACE_ID%",
            } },
        },
    })
}
