//! TLS at the edge. The certificate is a secret of its own (SDS): only such a one is read anew when its files change.

use super::{listener, source, type_url};
use crate::{EdgeSettings, EdgeTls};
use serde_json::{Value, json};

/// The certificate's name.
const NAME: &str = "edge";

pub(super) fn transport_socket(settings: &EdgeSettings) -> Value {
    json!({
        "name": "tls",
        "typed_config": {
            "@type": type_url("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"),
            "common_tls_context": {
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_params": { "tls_minimum_protocol_version": "TLSv1_2" },
                "tls_certificate_sds_secret_configs": [
                    { "name": NAME, "sds_config": source(settings, "sds.json") },
                ],
            },
        },
    })
}

/// Where the certificate is.
pub(super) fn certificate(tls: &EdgeTls) -> Value {
    json!({
        "@type": type_url("envoy.extensions.transport_sockets.tls.v3.Secret"),
        "name": NAME,
        "tls_certificate": {
            "certificate_chain": { "filename": tls.certificate },
            "private_key": { "filename": tls.key },
            "watched_directory": { "path": tls.certificate.parent() },
        },
    })
}

/// Sends on to the public URL, whatever host was asked for, and with the same method.
pub(super) fn redirect(settings: &EdgeSettings) -> Value {
    let url = &settings.public_url;
    let mut to = json!({
        "scheme_redirect": "https", "host_redirect": url.host_str(), "response_code": "PERMANENT_REDIRECT",
    });
    if let Some(port) = url.port() {
        to["port_redirect"] = json!(port);
    }
    json!({
        "@type": type_url(listener::MANAGER),
        "stat_prefix": "redirect",
        "use_remote_address": true,
        "max_request_headers_kb": 16,
        "common_http_protocol_options": { "max_headers_count": 64, "idle_timeout": "30s" },
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "10s",
        "access_log": [listener::access_log()],
        "route_config": { "virtual_hosts": [{
            "name": "redirect", "domains": ["*"],
            "routes": [{ "name": "redirect", "match": { "prefix": "/" }, "redirect": to }],
        }] },
        "http_filters": [{
            "name": "router",
            "typed_config": { "@type": type_url("envoy.extensions.filters.http.router.v3.Router") },
        }],
    })
}
