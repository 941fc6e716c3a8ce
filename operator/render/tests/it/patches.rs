//! Patches, merged into what is rendered.

use crate::case::{migrated, objects, plan_of, rendered, resource};
use securechat_operator_api::spec::ObjectPatch;
use securechat_operator_plan::{Fingerprints, Topology};
use serde_json::{Value, json};

fn topology(case: &str, patches: Value) -> Topology {
    let mut resource = resource(case);
    resource.spec.patches = serde_json::from_value::<Vec<ObjectPatch>>(patches).unwrap();
    plan_of(&resource, &Fingerprints::default())
}

fn patched(case: &str, kind: &str, component: Option<&str>, patch: &Value) -> Vec<Value> {
    let topology = topology(case, json!([{"target": {"kind": kind, "component": component}, "patch": patch}]));
    objects(&rendered(&topology, &migrated(&topology)))
}

fn find<'a>(all: &'a [Value], kind: &str, name: &str) -> &'a Value {
    all.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name).unwrap()
}

fn pod<'a>(all: &'a [Value], name: &str) -> &'a Value {
    &find(all, "Deployment", name)["spec"]["template"]["spec"]
}

/// Proves: P-15.
#[test]
fn a_patch_changes_what_it_is_for_and_nothing_else() {
    let before = patched("minimal", "Deployment", Some("chats"), &json!({}));
    let after = patched(
        "minimal",
        "Deployment",
        Some("chats"),
        &json!({"spec": {"template": {"spec": {"nodeSelector": {"a": "b"}}}}}),
    );
    for (before, after) in before.iter().zip(&after) {
        let chats = before["kind"] == "Deployment" && before["metadata"]["name"] == "acme-chats";
        assert_eq!(before == after, !chats, "{}", before["metadata"]["name"]);
    }
    assert_eq!(pod(&after, "acme-chats")["nodeSelector"], json!({"a": "b"}));
    let all = patched("minimal", "Deployment", None, &json!({"metadata": {"annotations": {"team": "chat"}}}));
    let deployments: Vec<_> = all.iter().filter(|object| object["kind"] == "Deployment").collect();
    assert!(deployments.len() == 8 && deployments.iter().all(|d| d["metadata"]["annotations"]["team"] == "chat"));
}

/// Proves: P-15.
#[test]
fn lists_are_merged_as_kubernetes_does() {
    let patch = json!({"spec": {"template": {"spec": {
        "terminationGracePeriodSeconds": null,
        "tolerations": [{"key": "chat", "operator": "Exists"}],
        "volumes": [{"name": "authority", "configMap": {"name": "authority"}}],
        "containers": [
            {"name": "chats", "env": [{"name": "A", "value": "b"}], "volumeMounts": [{"name": "authority", "mountPath": "/authority"}]},
            {"name": "beside", "image": "beside:1"},
        ],
    }}}});
    let before = patched("minimal", "Deployment", Some("chats"), &json!({}));
    let after = patched("minimal", "Deployment", Some("chats"), &patch);
    let (before, after) = (pod(&before, "acme-chats"), pod(&after, "acme-chats"));
    assert!(after["terminationGracePeriodSeconds"].is_null());
    assert_eq!(after["volumes"].as_array().unwrap().len(), before["volumes"].as_array().unwrap().len() + 1);
    let containers = after["containers"].as_array().unwrap();
    assert_eq!(containers[0]["image"], before["containers"][0]["image"], "found by its name");
    assert_eq!(containers[0]["env"], json!([{"name": "A", "value": "b"}]));
    assert_eq!(containers[0]["volumeMounts"].as_array().unwrap().len(), 3);
    assert_eq!(containers[1]["securityContext"], containers[0]["securityContext"], "confined like all others");

    let rule = json!({"spec": {"egress": [{"ports": [{"port": 5353, "protocol": "UDP"}]}]}});
    let rules = |all: &[Value]| find(all, "NetworkPolicy", "acme-chats")["spec"]["egress"].as_array().unwrap().len();
    let without = patched("minimal", "NetworkPolicy", Some("chats"), &json!({}));
    assert_eq!(rules(&patched("minimal", "NetworkPolicy", Some("chats"), &rule)), rules(&without) + 1, "added");

    let slow = json!({"spec": {"rules": [{"timeouts": {"request": "0s"}}]}});
    let rules = find(&patched("route", "HTTPRoute", None, &slow), "HTTPRoute", "acme-gateway")["spec"]["rules"].clone();
    let expected = json!([{"backendRefs": [{"name": "acme-gateway", "port": 80}], "timeouts": {"request": "0s"}}]);
    assert_eq!(rules, expected, "the one rule is found by its place");
}

fn try_render(topology: &Topology) -> Result<(), String> {
    crate::case::try_rendered(topology, &migrated(topology)).map(|_| ()).map_err(|error| error.to_string())
}

/// Proves: P-15.
#[test]
fn a_patch_that_does_not_fit_is_told_with_object_and_field() {
    for (patch, words) in [
        (json!({"spec": {"template": {"spec": {"nodeSelektor": {}}}}}), ""),
        (
            json!({"spec": {"template": {"spec": {"nodeSelektor": {"a": "b"}}}}}),
            "there is no field spec.template.spec.nodeSelektor",
        ),
        (json!({"spec": {"minReadySeconds": "soon"}}), "Deployment acme-web: invalid type: string"),
    ] {
        let topology =
            topology("minimal", json!([{"target": {"kind": "Deployment", "component": "web"}, "patch": patch}]));
        match try_render(&topology) {
            Ok(()) => assert!(words.is_empty(), "{words}"),
            Err(said) => assert!(!words.is_empty() && said.contains(words), "{said}"),
        }
    }
}

/// Proves: P-15, W-34.
#[test]
fn a_job_that_is_patched_otherwise_is_another_job() {
    let names = |patches: Value| -> Vec<String> {
        let topology = topology("minimal", patches);
        topology.services.iter().map(|s| s.migration.name.clone()).chain([topology.provision.name.clone()]).collect()
    };
    let patch = json!({"spec": {"template": {"spec": {"priorityClassName": "high"}}}});
    let (base, migrations) =
        (names(json!([])), names(json!([{"target": {"kind": "Job", "component": "migrate"}, "patch": patch}])));
    assert_eq!(base.last(), migrations.last(), "provisioning is not meant");
    assert!(base.iter().zip(&migrations).take(6).all(|(one, other)| one != other));
    assert_eq!(base, names(json!([{"target": {"kind": "Deployment"}, "patch": patch}])));
}
