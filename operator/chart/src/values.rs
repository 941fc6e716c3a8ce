//! The chart's values. Their doc comments are what a person reads in `values.yaml`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Labels or annotations.
type Words = BTreeMap<String, String>;

/// The values of the chart.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Values {
    /// The operator's image.
    pub image: Image,
    /// How many operators there are. One leads; the others stand by and take over within seconds.
    #[schemars(range(max = 9))]
    pub replicas: u8,
    /// The only namespace whose SecureChat resources are served, with rights in no other. Empty: all namespaces.
    #[schemars(schema_with = "namespace")]
    pub watch_namespace: String,
    /// What is worth a line in the operator's log.
    pub log_level: LogLevel,
    /// The definition of the SecureChat resource, of which a cluster has one for all. A second release in a cluster must
    /// leave it to the first.
    pub crds: Crds,
    /// What the operator asks for and may use.
    #[schemars(schema_with = "resources")]
    pub resources: Value,
    /// Labels of the nodes that it may run on.
    pub node_selector: Words,
    /// Taints that it tolerates, as a pod writes them.
    #[schemars(schema_with = "objects")]
    pub tolerations: Vec<Map<String, Value>>,
    /// Which nodes and neighbours it likes, as a pod writes it. Several replicas spread over nodes by themselves.
    pub affinity: Map<String, Value>,
    /// Its pods' priority class. Empty: the cluster's default.
    pub priority_class_name: String,
    /// Further annotations of its pods.
    pub pod_annotations: Words,
    /// Further labels of its pods.
    #[schemars(schema_with = "labels")]
    pub pod_labels: Words,
    /// With several replicas: that nodes are drained one after the other.
    pub pod_disruption_budget: Switch,
    /// What the operator's pods may connect to, and who may connect to them. Needs a network plugin that enforces it.
    pub network_policy: NetworkPolicy,
    /// How Prometheus finds the metrics. Needs the Prometheus Operator.
    pub pod_monitor: PodMonitor,
    /// Where the operator's own traces go.
    pub traces: Traces,
    /// Alerts: one for every reason that asks for somebody, and for what people notice. Needs the Prometheus Operator.
    pub prometheus_rule: PrometheusRule,
    /// Grafana dashboards, as ConfigMaps that its sidecar collects.
    pub dashboards: Dashboards,
    /// Of a chart that has this one as a part. Not read here.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub global: Map<String, Value>,
}

/// The operator's image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Image {
    /// Where it is, without tag and digest.
    #[schemars(length(min = 1))]
    pub repository: String,
    /// Its tag. Empty: the chart's appVersion.
    pub tag: String,
    /// Its digest, `sha256:…`. It wins over the tag.
    #[schemars(regex(pattern = r"^(sha256:[0-9a-f]{64})?$"))]
    pub digest: String,
    /// When the node asks the registry for it.
    pub pull_policy: PullPolicy,
    /// Secrets that open the registry: a list of `{name: …}`, in the release's namespace.
    pub pull_secrets: Vec<SecretName>,
}

/// A Secret's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretName {
    /// Its name.
    #[schemars(length(min = 1))]
    pub name: String,
}

/// When a node pulls an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum PullPolicy {
    /// Each time a container starts.
    Always,
    /// When the node has none of this name.
    IfNotPresent,
    /// Never.
    Never,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what may fail.
    Warn,
    /// And what was done.
    Info,
    /// And why.
    Debug,
    /// And everything else.
    Trace,
}

/// The CRD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Crds {
    /// Whether the release installs it, upgrades it, and takes it back at a rollback.
    pub install: bool,
    /// Whether it outlives the release. Deleting it deletes every SecureChat in the cluster, whoever made it.
    pub keep: bool,
}

/// Something that is there or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Switch {
    /// Whether it is there.
    pub enabled: bool,
}

/// The operator's NetworkPolicy.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkPolicy {
    /// Whether it is there.
    pub enabled: bool,
    /// The ports of the API server, as it listens itself: policies are judged behind the Service `kubernetes`.
    #[schemars(inner(range(min = 1)), length(min = 1))]
    pub api_server_ports: Vec<u16>,
    /// Who may read metrics, as a NetworkPolicy's `from` writes it. Empty: nobody. The node's probes always may.
    #[schemars(schema_with = "objects")]
    pub metrics_from: Vec<Map<String, Value>>,
}

/// PodMonitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PodMonitor {
    /// Whether there is one for the operator, and one for the platforms that it serves.
    pub enabled: bool,
    /// How often Prometheus asks, as `30s`.
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h)$"))]
    pub interval: String,
    /// Labels by which your Prometheus chooses what it reads, such as `release: kube-prometheus-stack`.
    #[schemars(schema_with = "labels")]
    pub labels: Words,
}

/// Traces of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Traces {
    /// An OTLP/HTTP receiver, such as `http://collector.monitoring:4318`. Empty: nowhere.
    #[schemars(regex(pattern = r"^(https?://[^/]+.*)?$"))]
    pub endpoint: String,
}

/// Alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PrometheusRule {
    /// Whether it is there.
    pub enabled: bool,
    /// Labels by which your Prometheus chooses what it reads, such as `release: kube-prometheus-stack`.
    #[schemars(schema_with = "labels")]
    pub labels: Words,
    /// Where docs/operations/runbooks is published. Each alert names its page there.
    #[schemars(length(min = 1))]
    pub runbooks: String,
}

/// Dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Dashboards {
    /// Whether they are there.
    pub enabled: bool,
    /// Labels by which Grafana's sidecar finds them.
    #[schemars(schema_with = "labels")]
    pub labels: Words,
    /// Annotations, such as the folder for the sidecar.
    pub annotations: Words,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            image: Image::default(),
            replicas: 1,
            watch_namespace: String::new(),
            log_level: LogLevel::Info,
            crds: Crds::default(),
            resources: json!({"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}),
            node_selector: Words::new(),
            tolerations: Vec::new(),
            affinity: Map::new(),
            priority_class_name: String::new(),
            pod_annotations: Words::new(),
            pod_labels: Words::new(),
            pod_disruption_budget: Switch::default(),
            network_policy: NetworkPolicy::default(),
            pod_monitor: PodMonitor::default(),
            traces: Traces::default(),
            prometheus_rule: PrometheusRule::default(),
            dashboards: Dashboards::default(),
            global: Map::new(),
        }
    }
}

impl Default for Image {
    fn default() -> Self {
        Self {
            repository: "ghcr.io/securechat/securechat-operator".to_owned(),
            tag: String::new(),
            digest: String::new(),
            pull_policy: PullPolicy::IfNotPresent,
            pull_secrets: Vec::new(),
        }
    }
}

impl Default for Crds {
    fn default() -> Self {
        Self { install: true, keep: true }
    }
}

impl Default for Switch {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Default for NetworkPolicy {
    fn default() -> Self {
        // Where managed clusters, kubeadm, minikube and MicroK8s have it.
        Self { enabled: true, api_server_ports: vec![443, 6443, 8443, 16443], metrics_from: Vec::new() }
    }
}

impl Default for PodMonitor {
    fn default() -> Self {
        Self { enabled: false, interval: "30s".to_owned(), labels: Words::new() }
    }
}

impl Default for PrometheusRule {
    fn default() -> Self {
        let runbooks = "https://github.com/securechat/securechat/blob/main/docs/operations/runbooks";
        Self { enabled: false, labels: Words::new(), runbooks: runbooks.to_owned() }
    }
}

impl Default for Dashboards {
    fn default() -> Self {
        let label = ("grafana_dashboard".to_owned(), "1".to_owned());
        Self { enabled: false, labels: Words::from([label]), annotations: Words::new() }
    }
}

/// A namespace's name, or nothing.
fn namespace(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "maxLength": 63, "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"})
}

/// Labels beside the chart's own.
fn labels(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "additionalProperties": {"type": "string"},
        "propertyNames": {"not": {"pattern": "^(app\\.kubernetes\\.io|helm\\.sh)/"}},
    })
}

/// A container's resources. A quantity may be written as a number.
fn resources(_: &mut SchemaGenerator) -> Schema {
    let amounts = |description| json!({"description": description, "type": "object", "additionalProperties": {"type": ["string", "number"]}});
    json_schema!({
        "type": "object", "additionalProperties": false,
        "properties": {"requests": amounts("What it is sure to get."), "limits": amounts("What it may not exceed.")},
    })
}

/// What Kubernetes judges itself.
fn objects(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "object"}})
}
