//! NetworkPolicies as Kubernetes defines them: a pod that no policy selects may do everything; one that some select may do
//! what any of them allows; a connection needs the leave of both ends.

use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A pod: its namespace and its labels.
    Pod(String, BTreeMap<String, String>),
    /// A host that is no pod.
    Host(IpAddr),
}

pub(crate) fn pod(namespace: &str, labels: &[(&str, &str)]) -> Place {
    let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Place::Pod(namespace.to_owned(), labels.collect())
}

/// Whether `from` may connect to `port` of `to`. `policies` are all of the cluster's.
pub(crate) fn may_connect(policies: &[Value], from: &Place, to: &Place, protocol: &str, port: u64) -> bool {
    let half = |direction: &str, rules: &str, peers: &str, here: &Place, there: &Place| {
        let here_policies: Vec<_> = policies.iter().filter(|policy| selects(policy, here, direction)).collect();
        let allows = |policy: &&Value| {
            let rules = policy["spec"][rules].as_array().into_iter().flatten();
            let namespace = policy["metadata"]["namespace"].as_str().unwrap();
            rules
                .into_iter()
                .any(|rule| has_port(&rule["ports"], protocol, port) && has_peer(&rule[peers], namespace, there))
        };
        here_policies.is_empty() || here_policies.iter().any(allows)
    };
    half("Egress", "egress", "to", from, to) && half("Ingress", "ingress", "from", to, from)
}

fn selects(policy: &Value, place: &Place, direction: &str) -> bool {
    let Place::Pod(namespace, labels) = place else { return false };
    let types = policy["spec"]["policyTypes"].as_array().expect("the API server would fill them in");
    policy["metadata"]["namespace"] == namespace.as_str()
        && types.iter().any(|type_| type_ == direction)
        && matches(&policy["spec"]["podSelector"], labels)
}

fn matches(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    assert!(selector["matchExpressions"].is_null(), "this evaluator knows labels only");
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    wanted.into_iter().all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
}

fn has_port(ports: &Value, protocol: &str, port: u64) -> bool {
    let Some(ports) = ports.as_array().filter(|ports| !ports.is_empty()) else { return true };
    ports.iter().any(|one| one["protocol"].as_str().unwrap_or("TCP") == protocol && one["port"] == port)
}

fn has_peer(peers: &Value, own_namespace: &str, place: &Place) -> bool {
    let Some(peers) = peers.as_array().filter(|peers| !peers.is_empty()) else { return true };
    peers.iter().any(|peer| match place {
        Place::Host(address) => {
            let (network, bits) = peer["ipBlock"]["cidr"].as_str().unwrap_or("/").split_once('/').unwrap();
            matches!(bits, "32" | "128") && network.parse() == Ok(*address)
        }
        Place::Pod(namespace, labels) => {
            let of_namespace = BTreeMap::from([("kubernetes.io/metadata.name".to_owned(), namespace.clone())]);
            let fits_namespace = match &peer["namespaceSelector"] {
                Value::Null => namespace == own_namespace,
                selector => matches(selector, &of_namespace),
            };
            peer["ipBlock"].is_null()
                && fits_namespace
                && (peer["podSelector"].is_null() || matches(&peer["podSelector"], labels))
        }
    })
}
