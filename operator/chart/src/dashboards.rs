//! Grafana dashboards: a line a panel.

use serde_json::{Value, json};

/// A dashboard.
#[derive(Debug, Clone, Copy)]
pub struct Dashboard {
    /// Its file, and its name for ever.
    pub id: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its variables, each with the expression that finds its values.
    variables: &'static [(&'static str, &'static str)],
    /// Its panels, three in a row.
    panels: &'static [Panel],
}

/// A panel: its title, what it says, its unit, and its expressions with what each line of them is called.
#[derive(Debug, Clone, Copy)]
struct Panel(&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// All dashboards.
pub const DASHBOARDS: [Dashboard; 2] = [
    Dashboard {
        id: "securechat-platform",
        title: "SecureChat: a platform",
        variables: &[
            ("namespace", "label_values(securechat_ready, namespace)"),
            ("securechat", "label_values(securechat_ready{namespace=\"$namespace\"}, securechat)"),
        ],
        panels: PLATFORM,
    },
    Dashboard { id: "securechat-operator", title: "SecureChat: the operator", variables: &[], panels: OPERATOR },
];

/// Stands in an expression for the labels that choose a platform's series.
const OF: &str = "OF";
const OF_THE_PLATFORM: &str = "namespace=\"$namespace\", securechat=\"$securechat\"";

const PLATFORM: &[Panel] = &[
    Panel(
        "What the resource tells",
        "The conditions that are not as they should be, and why.",
        "short",
        &[(
            r#"max by (type, reason) (securechat_operator_condition{namespace="$namespace", name="$securechat", type=~"Ready|.*Ready|MigrationsCurrent", status="False"} or securechat_operator_condition{namespace="$namespace", name="$securechat", type=~"Progressing|Degraded|Paused", status="True"})"#,
            "{{type}}: {{reason}}",
        )],
    ),
    Panel(
        "Requests at the gateway",
        "By class of status.",
        "reqps",
        &[(
            r#"sum by (envoy_response_code_class) (rate(envoy_http_downstream_rq_xx{OF, envoy_http_conn_manager_prefix="edge"}[$__rate_interval]))"#,
            "{{envoy_response_code_class}}xx",
        )],
    ),
    Panel(
        "Time to answer, p99",
        "Requests of people, by service.",
        "s",
        &[(
            r#"histogram_quantile(0.99, sum by (component, le) (rate(securechat_http_request_duration_seconds_bucket{OF, listener="public"}[$__rate_interval])))"#,
            "{{component}}",
        )],
    ),
    Panel(
        "Open clients",
        "Connections of the hub, and those that it cut.",
        "short",
        &[
            ("sum(securechat_hub_connections{OF})", "open"),
            ("sum(increase(securechat_hub_connections_cut_total{OF}[$__rate_interval]))", "cut"),
        ],
    ),
    Panel(
        "Pushes",
        "What the hub sends to clients. A refused one is caught up by the client.",
        "ops",
        &[
            ("sum(rate(securechat_hub_pushes_total{OF}[$__rate_interval]))", "queued"),
            ("sum(rate(securechat_hub_pushes_refused_total{OF}[$__rate_interval]))", "refused"),
        ],
    ),
    Panel(
        "Calls of the hub, p99",
        "By method; sends are among them.",
        "s",
        &[(
            "histogram_quantile(0.99, sum by (method, le) (rate(securechat_hub_call_duration_seconds_bucket{OF}[$__rate_interval])))",
            "{{method}}",
        )],
    ),
    Panel(
        "Oldest event that has not left",
        "Near zero while the broker is there.",
        "s",
        &[("max by (component) (securechat_outbox_oldest_event_age_seconds{OF})", "{{component}}")],
    ),
    Panel(
        "Events handled",
        "By how it ended. Parked ones wait for a person.",
        "ops",
        &[("sum by (outcome) (rate(securechat_events_handled_total{OF}[$__rate_interval]))", "{{outcome}}")],
    ),
    Panel(
        "Age of events, p99",
        "From a change to its being handled elsewhere, by queue.",
        "s",
        &[(
            "histogram_quantile(0.99, sum by (queue, le) (rate(securechat_event_age_seconds_bucket{OF}[$__rate_interval])))",
            "{{queue}}",
        )],
    ),
    Panel(
        "Dependencies",
        "1 while all replicas reach it.",
        "short",
        &[("min by (component, dependency) (securechat_dependency_up{OF})", "{{component}} → {{dependency}}")],
    ),
    Panel(
        "Connections to the database",
        "The share of a service's pool that is used.",
        "percentunit",
        &[(
            r#"sum by (component) (securechat_database_connections{OF, state="used"}) / sum by (component) (securechat_database_connections_max{OF})"#,
            "{{component}}",
        )],
    ),
    Panel(
        "Sign-ins and mails",
        "By how they ended.",
        "ops",
        &[
            ("sum by (outcome) (rate(securechat_sign_ins_total{OF}[$__rate_interval]))", "sign-in {{outcome}}"),
            ("sum by (outcome) (rate(securechat_mails_total{OF}[$__rate_interval]))", "mail {{outcome}}"),
        ],
    ),
    Panel(
        "Memory",
        "By service, the largest replica.",
        "bytes",
        &[("max by (component) (process_resident_memory_bytes{OF})", "{{component}}")],
    ),
    Panel(
        "Processor",
        "Cores, by service.",
        "short",
        &[("sum by (component) (rate(process_cpu_seconds_total{OF}[$__rate_interval]))", "{{component}}")],
    ),
    Panel(
        "Replicas",
        "Pods that are ready, by service.",
        "short",
        &[("sum by (component) (securechat_ready{OF})", "{{component}}")],
    ),
];

const OPERATOR: &[Panel] = &[
    Panel(
        "Platforms",
        "By the reason of Ready.",
        "short",
        &[(
            r#"count by (status, reason) (max by (namespace, name, status, reason) (securechat_operator_condition{type="Ready"}))"#,
            "{{status}} {{reason}}",
        )],
    ),
    Panel("Who leads", "One of all replicas, or nobody.", "short", &[("securechat_operator_leader", "{{pod}}")]),
    Panel(
        "Resources and children",
        "What the operator knows of.",
        "short",
        &[
            ("max(securechat_operator_resources)", "resources"),
            ("sum(max by (kind) (securechat_operator_children))", "children"),
        ],
    ),
    Panel(
        "Looks",
        "By how they ended. All but done are tried again.",
        "ops",
        &[("sum by (result) (rate(securechat_operator_reconciles_total[$__rate_interval]))", "{{result}}")],
    ),
    Panel(
        "Time of a look, p99",
        "And how long a resource waits for it.",
        "s",
        &[
            (
                "histogram_quantile(0.99, sum by (le) (rate(securechat_operator_reconcile_duration_seconds_bucket[$__rate_interval])))",
                "look",
            ),
            (
                "histogram_quantile(0.99, sum by (le) (rate(securechat_operator_queue_wait_seconds_bucket[$__rate_interval])))",
                "wait",
            ),
        ],
    ),
    Panel(
        "Queue",
        "Resources to be looked at.",
        "short",
        &[("sum by (state) (securechat_operator_queue_depth)", "{{state}}")],
    ),
    Panel(
        "Writes",
        "None at rest but the Lease's.",
        "ops",
        &[("sum by (kind, action) (rate(securechat_operator_writes_total[$__rate_interval]))", "{{action}} {{kind}}")],
    ),
    Panel(
        "API server, p99",
        "How long its answers take to begin.",
        "s",
        &[(
            "histogram_quantile(0.99, sum by (verb, le) (rate(securechat_operator_api_request_duration_seconds_bucket[$__rate_interval])))",
            "{{verb}}",
        )],
    ),
    Panel(
        "API server, answers",
        "What was not well.",
        "ops",
        &[(
            r#"sum by (verb, outcome) (rate(securechat_operator_api_request_duration_seconds_count{outcome!~"2.."}[$__rate_interval]))"#,
            "{{verb}} {{outcome}}",
        )],
    ),
    Panel(
        "Age of watches",
        "Half a minute at rest.",
        "s",
        &[("max by (watch) (securechat_operator_watch_age_seconds)", "{{watch}}")],
    ),
    Panel(
        "Broken watches",
        "Each is begun again after a pause.",
        "ops",
        &[("sum by (watch) (rate(securechat_operator_watch_errors_total[$__rate_interval]))", "{{watch}}")],
    ),
    Panel(
        "Memory",
        "Of each replica.",
        "bytes",
        &[("process_resident_memory_bytes and on (namespace, pod) securechat_operator_leader", "{{pod}}")],
    ),
];

impl Dashboard {
    /// As Grafana reads it.
    pub fn json(&self) -> Value {
        json!({
            "uid": self.id, "title": self.title, "tags": ["securechat"], "schemaVersion": 39,
            "editable": true, "refresh": "30s", "time": {"from": "now-3h", "to": "now"},
            "templating": {"list": self.templating()},
            "panels": self.panels.iter().enumerate().map(|(place, panel)| panel.json(place)).collect::<Vec<_>>(),
        })
    }

    /// All expressions of its panels.
    pub fn expressions(&self) -> impl Iterator<Item = String> {
        self.panels.iter().flat_map(|Panel(.., targets)| targets.iter().map(|(expr, _)| whole(expr)))
    }

    fn templating(&self) -> Vec<Value> {
        let source = json!({"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"});
        let variable = |(name, query): &(&str, &str)| json!({"name": name, "type": "query", "datasource": datasource(), "query": query, "refresh": 2, "sort": 1});
        [source].into_iter().chain(self.variables.iter().map(variable)).collect()
    }
}

impl Panel {
    fn json(&self, place: usize) -> Value {
        const SIDE: usize = 8;
        let Self(title, description, unit, targets) = self;
        let target = |(at, (expr, legend)): (usize, &(&str, &str))| {
            let name = char::from(b'A' + u8::try_from(at).unwrap_or_default());
            json!({"refId": name, "datasource": datasource(), "expr": whole(expr), "legendFormat": legend})
        };
        json!({
            "id": place + 1, "type": "timeseries", "title": title, "description": description, "datasource": datasource(),
            "gridPos": {"x": place % 3 * SIDE, "y": place / 3 * SIDE, "w": SIDE, "h": SIDE},
            "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
            "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
            "targets": targets.iter().enumerate().map(target).collect::<Vec<_>>(),
        })
    }
}

fn whole(expr: &str) -> String {
    expr.replace(OF, OF_THE_PLATFORM)
}

fn datasource() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}
