//! The HTTP filters, in the order in which a request meets them.

use super::{clusters, type_url};
use crate::{EdgeSettings, RouteTable};
use securechat_contracts::ServiceName;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub(super) const JWT: &str = "jwt";
/// Lets only access tokens through — and, where a route has no token at all, nothing: a forgotten requirement is closed.
pub(super) const TYPE_CHECK: &str = "typ";
const F: &str = "envoy.extensions.filters.http.";

/// The name of the requirement for a service's routes.
pub(super) fn requirement(service: ServiceName, hub: bool) -> String {
    format!("{}:{service}", if hub { "hub" } else { "api" })
}

/// The name of the filter that bounds bodies.
pub(super) fn body_limit(kib: u32) -> String {
    format!("body.{kib}k")
}

pub(super) fn filters(table: &RouteTable, settings: &EdgeSettings) -> Vec<Value> {
    let mut filters = vec![
        filter("rate", rate_limits(table)),
        filter(JWT, tokens(table, settings)),
        filter(TYPE_CHECK, token_type()),
    ];
    let sizes: BTreeSet<u32> = table.routes.iter().map(|route| route.body_kib).collect();
    filters.extend(sizes.into_iter().map(|kib| {
        let mut limit = filter(
            &body_limit(kib),
            json!({ "@type": type_url(&format!("{F}body_size_limit.v3.BodySizeLimit")), "max_request_bytes": u64::from(kib) * 1_024 }),
        );
        limit["disabled"] = json!(true);
        limit
    }));
    filters.push(filter("compress", compression()));
    filters.push(filter(
        "router",
        json!({ "@type": type_url(&format!("{F}router.v3.Router")), "suppress_envoy_headers": true }),
    ));
    filters
}

fn filter(name: &str, config: impl Into<Value>) -> Value {
    let config: Value = config.into();
    json!({ "name": name, "typed_config": config })
}

fn rate_limits(table: &RouteTable) -> Value {
    let all = json!({ "default_value": { "numerator": 100, "denominator": "HUNDRED" } });
    let descriptors: Vec<Value> = table
        .rates
        .iter()
        .map(|(class, rate)| {
            json!({
                "entries": [{ "key": "class", "value": class }, { "key": "masked_remote_address" }],
                "token_bucket": {
                    "max_tokens": rate.burst, "tokens_per_fill": rate.burst, "fill_interval": format!("{}s", rate.seconds),
                },
            })
        })
        .collect();
    json!({
        "@type": type_url(&format!("{F}local_ratelimit.v3.LocalRateLimit")),
        "stat_prefix": "rate",
        "token_bucket": { "max_tokens": 100_000, "tokens_per_fill": 100_000, "fill_interval": "1s" },
        "filter_enabled": all,
        "filter_enforced": all,
        "max_dynamic_descriptors": 10_000,
        "always_consume_default_token_bucket": false,
        "enable_retry_after_header": true,
        "rate_limits": [{ "actions": [
            { "metadata": { "descriptor_key": "class", "source": "ROUTE_ENTRY", "metadata_key": { "key": "edge", "path": [{ "key": "rate" }] } } },
            { "masked_remote_address": { "v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64 } },
        ] }],
        "descriptors": descriptors,
    })
}

fn tokens(table: &RouteTable, settings: &EdgeSettings) -> Value {
    let mut requirements = Map::new();
    for route in table.routes.iter().filter(|route| !route.public) {
        let provider = if route.hub { "hub" } else { "api" };
        let wanted =
            json!({ "provider_and_audiences": { "provider_name": provider, "audiences": [route.service.audience()] } });
        requirements.insert(requirement(route.service, route.hub), wanted);
    }
    let mut hub = provider(settings);
    hub["from_params"] = json!(["access_token"]);
    json!({
        "@type": type_url(&format!("{F}jwt_authn.v3.JwtAuthentication")),
        "providers": { "api": provider(settings), "hub": hub },
        "requirement_map": requirements,
    })
}

fn provider(settings: &EdgeSettings) -> Value {
    json!({
        "issuer": format!("{}/auth", settings.public_url.as_str().trim_end_matches('/')),
        "forward": true,
        "from_headers": [{ "name": "Authorization", "value_prefix": "Bearer " }],
        "require_expiration": true,
        "clock_skew_seconds": 10,
        "header_in_metadata": "header",
        "remote_jwks": {
            "http_uri": { "uri": "http://auth.internal/internal/jwks", "cluster": clusters::JWKS, "timeout": "2s" },
            "cache_duration": format!("{}s", settings.jwks_refresh_seconds),
            // Old keys are kept while auth is away; the listener does not wait for the first ones.
            "async_fetch": { "fast_listener": true, "failed_refetch_duration": "1s" },
        },
    })
}

fn token_type() -> Value {
    json!({
        "@type": type_url(&format!("{F}rbac.v3.RBAC")),
        "rules": { "action": "ALLOW", "policies": { "access-token": {
            "permissions": [{ "any": true }],
            "principals": [{ "sourced_metadata": { "metadata_matcher": {
                "filter": "envoy.filters.http.jwt_authn",
                "path": [{ "key": "header" }, { "key": "typ" }],
                "value": { "string_match": { "safe_regex": { "regex": "(?i)(application/)?at\\+jwt" } } },
            } } }],
        } } },
    })
}

/// Event streams are not listed: compressing them would hold them back.
fn compression() -> Value {
    let types = ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"];
    json!({
        "@type": type_url(&format!("{F}compressor.v3.Compressor")),
        "response_direction_config": { "common_config": { "min_content_length": 512, "content_type": types } },
        "compressor_library": {
            "name": "brotli",
            "typed_config": { "@type": type_url("envoy.extensions.compression.brotli.compressor.v3.Brotli"), "quality": 5 },
        },
    })
}
