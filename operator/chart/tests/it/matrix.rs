//! What holds for every render, whatever the values are.

use crate::helm::{name, objects, template};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a person may choose, each beside the default.
const CHOICES: [&[&str]; 15] = [
    &["replicas=3"],
    &["watchNamespace=\"served\""],
    &[r#"image.digest="sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef""#],
    &[r#"image.pullSecrets=[{"name": "registry"}]"#],
    &["crds.install=false"],
    &["crds.keep=false"],
    &["networkPolicy.enabled=false"],
    &[r#"networkPolicy.metricsFrom=[{"podSelector": {}}]"#],
    &["podDisruptionBudget.enabled=false"],
    &["podMonitor.enabled=true", r#"podMonitor.labels={"release": "prometheus"}"#],
    &["prometheusRule.enabled=true", r#"prometheusRule.labels={"release": "prometheus"}"#],
    &["dashboards.enabled=true", r#"dashboards.annotations={"folder": "chat"}"#],
    &[
        r#"nodeSelector={"disk": "fast"}"#,
        r#"tolerations=[{"key": "chat", "operator": "Exists"}]"#,
        r#"affinity={"nodeAffinity": {}}"#,
        r#"priorityClassName="high""#,
    ],
    &[r#"podLabels={"team": "chat"}"#, r#"podAnnotations={"note": "1"}"#],
    &[
        "logLevel=\"debug\"",
        "traces.endpoint=\"https://collector.monitoring:4318\"",
        r#"resources={"requests": {"cpu": 1}}"#,
    ],
];

/// Sixteen renders in which every two choices meet in all four ways (an orthogonal array): a choice is made where an odd
/// number of its place's bits are set in the row's number.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    (0..16_usize).map(|row| {
        let made = |place: usize| (row & (place + 1)).count_ones() % 2 == 1;
        CHOICES
            .iter()
            .enumerate()
            .filter(|(place, _)| made(*place))
            .flat_map(|(_, values)| values.iter().copied())
            .collect()
    })
}

/// Proves: P-15.
#[test]
fn every_render_is_whole_confined_and_the_same_again() {
    for values in rows() {
        let text = template(&values).unwrap_or_else(|error| panic!("{values:?}: {error}"));
        assert_eq!(text, template(&values).unwrap(), "{values:?}");
        let all = objects(&text);
        let names: BTreeSet<_> = all.iter().map(name).collect();
        assert_eq!(names.len(), all.len(), "two objects have one name with {values:?}");
        for object in &all {
            let of = format!("{} with {values:?}", name(object));
            labelled(object, &of);
            selects_the_operator(object, &all, &of);
            if let Some(pod) = object.pointer("/spec/template") {
                probed_and_confined(&pod["spec"], &of);
                refers_to_what_is_there(&pod["spec"], &names, &of);
            }
        }
        bound(&all, &names);
    }
}

/// Proves: P-15.
#[test]
fn who_serves_one_namespace_has_no_right_beyond_it() {
    for mut values in rows() {
        values.push("watchNamespace=\"served\"");
        for object in objects(&template(&values).unwrap()) {
            let kind = object["kind"].as_str().unwrap();
            assert!(!kind.starts_with("Cluster"), "{} with {values:?}", name(&object));
            let namespace = object["metadata"]["namespace"].as_str();
            match kind {
                "CustomResourceDefinition" => assert_eq!(namespace, None),
                _ => assert!(matches!(namespace, Some("chat" | "served")), "{} in {namespace:?}", name(&object)),
            }
            let arguments = &object["spec"]["template"]["spec"]["containers"][0]["args"];
            assert!(kind != "Deployment" || arguments.as_array().unwrap().contains(&json!("--namespace=served")));
        }
    }
}

fn labelled(object: &Value, of: &str) {
    let labels = &object["metadata"]["labels"];
    for (label, value) in [("app.kubernetes.io/name", "securechat-operator"), ("app.kubernetes.io/managed-by", "Helm")]
    {
        assert_eq!(labels[label], value, "{of}");
    }
    assert_eq!(labels["app.kubernetes.io/instance"], "talk", "{of}");
}

/// Whatever of the chart selects pods by the operator's name selects those of this release.
fn selects_the_operator(object: &Value, all: &[Value], of: &str) {
    let pods = all.iter().find(|object| object["kind"] == "Deployment").unwrap();
    let labels = &pods["spec"]["template"]["metadata"]["labels"];
    let places = ["/spec/selector/matchLabels", "/spec/podSelector/matchLabels"];
    for selector in places.iter().filter_map(|place| object.pointer(place)?.as_object()) {
        let of_platforms = selector["app.kubernetes.io/name"] == "securechat";
        assert!(of_platforms || selector.iter().all(|(key, value)| labels[key] == *value), "{of}: {selector:?}");
        assert!(of_platforms || selector.contains_key("app.kubernetes.io/instance"), "{of}: {selector:?}");
    }
}

/// What the PodSecurity level `restricted` asks for, and more.
fn probed_and_confined(pod: &Value, of: &str) {
    let context = &pod["securityContext"];
    assert!(context["runAsNonRoot"] == true && context["runAsUser"].as_u64() > Some(0), "{of}");
    assert_eq!(context["seccompProfile"]["type"], "RuntimeDefault", "{of}");
    for field in ["hostNetwork", "hostPID", "hostIPC", "volumes"] {
        assert!(pod[field].is_null(), "{of} has {field}");
    }
    for container in pod["containers"].as_array().unwrap() {
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            let port = &container[probe]["httpGet"]["port"];
            let ports = container["ports"].as_array().unwrap();
            assert!(ports.iter().any(|p| p["name"] == *port), "{of}: {probe} asks {port}");
        }
        assert!(container["resources"]["requests"]["cpu"] != Value::Null, "{of} asks for nothing");
        let context = &container["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], false, "{of}");
        assert_eq!(context["readOnlyRootFilesystem"], true, "{of}");
        assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{of}");
    }
}

/// But the Secrets of the registry, which a person names.
fn refers_to_what_is_there(pod: &Value, names: &BTreeSet<String>, of: &str) {
    let account = format!("ServiceAccount/{}", pod["serviceAccountName"].as_str().unwrap());
    assert!(names.contains(&account), "{of} runs as {account}");
    let text = pod.to_string();
    for word in ["secretName", "secretKeyRef", "secretRef", "configMap"] {
        assert!(!text.contains(word), "{of} refers by {word}: prove that it exists");
    }
}

/// Every binding binds a role of this render to the operator's account.
fn bound(all: &[Value], names: &BTreeSet<String>) {
    for binding in all.iter().filter(|object| object["kind"].as_str().unwrap().ends_with("Binding")) {
        let named = |other: &Value| format!("{}/{}", other["kind"].as_str().unwrap(), other["name"].as_str().unwrap());
        assert!(names.contains(&named(&binding["roleRef"])), "{}", name(binding));
        assert!(names.contains(&named(&binding["subjects"][0])), "{}", name(binding));
        assert_eq!(binding["subjects"][0]["namespace"], "chat");
    }
}

/// Proves: P-07.
#[test]
fn the_operator_may_send_its_traces_where_the_values_say() {
    for (endpoint, port) in [("http://collector:4318", 4318), ("https://collector", 443), ("http://collector/otlp", 80)]
    {
        let all = objects(&template(&[&format!("traces.endpoint=\"{endpoint}\"")]).unwrap());
        let policy = all.iter().find(|object| object["kind"] == "NetworkPolicy").unwrap();
        let last = policy["spec"]["egress"].as_array().unwrap().last().unwrap();
        assert_eq!(last["ports"], json!([{"port": port, "protocol": "TCP"}]), "{endpoint}");
        let pods = all.iter().find(|object| object["kind"] == "Deployment").unwrap();
        let arguments = &pods["spec"]["template"]["spec"]["containers"][0]["args"];
        assert!(arguments.as_array().unwrap().contains(&json!(format!("--traces-endpoint={endpoint}"))));
    }
}

/// A monitor asks a port that the pods have.
#[test]
fn monitors_ask_the_ports_that_pods_have() {
    let all = objects(&template(&["podMonitor.enabled=true"]).unwrap());
    let ports: Vec<_> = all
        .iter()
        .filter(|object| object["kind"] == "PodMonitor")
        .map(|monitor| monitor["spec"]["podMetricsEndpoints"][0]["port"].as_str().unwrap())
        .collect();
    let platform = root_file("operator/render/tests/golden/minimal/chats-deployment-acme-chats.yaml");
    assert_eq!(ports, ["http", "admin"]);
    assert!(platform.contains("name: admin"), "a platform's pods have the port");
}

fn root_file(path: &str) -> String {
    std::fs::read_to_string(crate::helm::root().join(path)).unwrap()
}
