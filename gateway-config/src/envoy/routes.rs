use super::{clusters, filters, type_url};
use crate::{Route, RouteTable, Target};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The route configuration's name.
pub(super) const NAME: &str = "routes";

/// Why a request has reached nobody.
const NOT_SENT: &str = "connect-failure,refused-stream,reset-before-request";

/// Why there is no answer: a replica that ends closes the connection under a request.
const NO_ANSWER: &str = "reset";

/// Below these paths nothing is the browser application's: what is not listed does not exist.
const CLOSED: [&str; 6] = ["/api/", "/auth/", "/account/", "/hub/", "/internal/", "/problems/"];

pub(super) fn route_configuration(table: &RouteTable, https: bool) -> Value {
    let mut routes: Vec<Value> = Vec::new();
    for (path, rows) in in_order(table) {
        routes.extend(rows.iter().map(|row| route(row)));
        routes.push(wrong_method(path, &rows));
    }
    for prefix in CLOSED {
        routes.push(direct(&format!("{prefix}*"), json!({ "prefix": prefix }), 404));
    }
    routes.push(web());
    routes.push(direct("web:405", json!({ "prefix": "/" }), 405));
    json!({
        "@type": type_url("envoy.config.route.v3.RouteConfiguration"),
        "name": NAME,
        "validate_clusters": false,
        "virtual_hosts": [{
            "name": "securechat",
            "domains": ["*"],
            "routes": routes,
            "response_headers_to_add": security_headers(https),
        }],
    })
}

/// Rows by path; where two paths fit, the one with more fixed segments comes first.
fn in_order(table: &RouteTable) -> Vec<(&str, Vec<&Route>)> {
    let mut by_path: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in &table.routes {
        by_path.entry(&route.path).or_default().push(route);
    }
    let mut paths: Vec<_> = by_path.into_iter().collect();
    // For each segment: fixed before named.
    paths.sort_by_key(|(path, _)| {
        path.split('/').map(|segment| (segment.starts_with('{'), segment)).collect::<Vec<_>>()
    });
    paths
}

fn path_match(path: &str) -> Map<String, Value> {
    let matcher = if path.contains('{') {
        json!({ "path_match_policy": {
            "name": "template",
            "typed_config": {
                "@type": type_url("envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"),
                "path_template": path,
            },
        } })
    } else {
        json!({ "path": path })
    };
    matcher.as_object().cloned().unwrap_or_default()
}

fn route(row: &Route) -> Value {
    let mut matcher = path_match(&row.path);
    let methods = row.methods.join("|");
    let method = json!([{ "name": ":method", "string_match": { "safe_regex": { "regex": methods } } }]);
    matcher.insert("headers".to_owned(), method);
    let name = format!("{}:{methods}", row.path);
    let mut entry = json!({
        "name": name,
        "match": matcher,
        "metadata": { "filter_metadata": { "edge": { "rate": row.rate } } },
        "route": if row.hub { hub_action(row) } else { action(row) },
        "typed_per_filter_config": per_filter(row),
    });
    if row.path.starts_with("/api/") {
        // A browser's cookies are for the pages; an operation that is called by token never sees them.
        entry["request_headers_to_remove"] = json!(["cookie"]);
    }
    entry
}

fn action(row: &Route) -> Value {
    let idempotent = row.repeatable || row.methods.iter().all(|method| method == "GET");
    // Nothing was sent yet, or nothing is changed by sending it again.
    let mut retry = elsewhere();
    if idempotent {
        retry["retry_on"] = json!(format!("{NOT_SENT},{NO_ANSWER},retriable-status-codes"));
        retry["retriable_status_codes"] = json!([502]);
    }
    json!({ "cluster": target(row.service), "timeout": milliseconds(row.timeout_ms), "retry_policy": retry })
}

/// Tries again what no replica has seen, each time at another one: of those that are gone and still known, every one is
/// the one with the fewest requests.
fn elsewhere() -> Value {
    json!({
        "retry_on": NOT_SENT,
        "num_retries": 2,
        "retry_host_predicate": [{
            "name": "previous",
            "typed_config": {
                "@type": type_url("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
            },
        }],
        "host_selection_retry_max_attempts": 3,
    })
}

fn hub_action(row: &Route) -> Value {
    json!({
        "cluster": target(row.service),
        "timeout": "0s",
        // The hub pings every 15 seconds.
        "idle_timeout": "90s",
        "upgrade_configs": [{ "upgrade_type": "websocket" }],
        "retry_policy": elsewhere(),
    })
}

fn target(service: Target) -> String {
    clusters::name(service)
}

fn milliseconds(ms: u32) -> String {
    format!("{}.{:03}s", ms / 1_000, ms % 1_000)
}

fn per_filter(row: &Route) -> Value {
    let mut config = Map::new();
    if row.public {
        config.insert(
            filters::TYPE_CHECK.to_owned(),
            json!({ "@type": type_url("envoy.extensions.filters.http.rbac.v3.RBACPerRoute") }),
        );
    } else {
        let requirement = filters::requirement(row.service, row.hub);
        config.insert(
            filters::JWT.to_owned(),
            json!({ "@type": type_url("envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig"), "requirement_name": requirement }),
        );
    }
    // The hub bounds its messages itself; the filter would log an address that may hold a token.
    if !row.hub {
        config.insert(
            filters::body_limit(row.body_kib),
            json!({ "@type": type_url("envoy.config.route.v3.FilterConfig"), "config": {} }),
        );
    }
    Value::Object(config)
}

fn wrong_method(path: &str, rows: &[&Route]) -> Value {
    let methods: BTreeSet<&str> = rows.iter().flat_map(|row| &row.methods).map(String::as_str).collect();
    let allow = methods.into_iter().collect::<Vec<_>>().join(", ");
    let mut entry = direct(&format!("{path}:405"), Value::Object(path_match(path)), 405);
    entry["response_headers_to_add"] = json!([{ "header": { "key": "allow", "value": allow } }]);
    entry
}

fn direct(name: &str, matcher: impl Into<Value>, status: u16) -> Value {
    let matcher: Value = matcher.into();
    json!({
        "name": name,
        "match": matcher,
        "metadata": { "filter_metadata": { "edge": { "rate": "page" } } },
        "direct_response": { "status": status },
        "typed_per_filter_config": public(),
    })
}

fn public() -> Value {
    json!({ filters::TYPE_CHECK: { "@type": type_url("envoy.extensions.filters.http.rbac.v3.RBACPerRoute") } })
}

/// The browser application: every other path is one of its places.
fn web() -> Value {
    json!({
        "name": "web",
        "match": {
            "prefix": "/",
            "headers": [{ "name": ":method", "string_match": { "safe_regex": { "regex": "GET|HEAD" } } }],
        },
        "metadata": { "filter_metadata": { "edge": { "rate": "asset" } } },
        "route": { "cluster": clusters::WEB, "timeout": "10s", "retry_policy": elsewhere() },
        "request_headers_to_remove": ["cookie", "authorization"],
        "typed_per_filter_config": public(),
    })
}

fn security_headers(https: bool) -> Value {
    let absent = "ADD_IF_ABSENT";
    let mut headers = vec![
        json!({ "header": { "key": "x-content-type-options", "value": "nosniff" }, "append_action": absent }),
        json!({ "header": { "key": "referrer-policy", "value": "same-origin" }, "append_action": absent }),
        json!({ "header": { "key": "cross-origin-opener-policy", "value": "same-origin" }, "append_action": absent }),
    ];
    if https {
        headers.push(json!({ "header": { "key": "strict-transport-security", "value": "max-age=31536000; includeSubDomains" }, "append_action": absent }));
    }
    Value::Array(headers)
}
