use crate::case::{CASES, existing, migrated, name, objects, plan, plan_of, rendered, resource};
use securechat_operator_plan::{Fingerprints, JobState, Observed, SecretName};
use serde_json::Value;
use std::collections::BTreeSet;

fn pod_specs(objects: &[Value]) -> Vec<(String, Value)> {
    let of = |object: &Value| {
        let spec = object["spec"]["template"]["spec"].clone();
        (!spec.is_null()).then(|| (name(object), spec))
    };
    objects.iter().filter_map(of).collect()
}

/// Proves: P-15.
#[test]
fn the_same_input_renders_the_same_bytes() {
    for case in CASES {
        let render = || objects(&rendered(&plan(case), &migrated(&plan(case))));
        assert_eq!(render(), render());
    }
}

#[test]
fn no_two_objects_have_the_same_kind_and_name() {
    for case in CASES {
        let topology = plan(case);
        let all = objects(&rendered(&topology, &migrated(&topology)));
        let keys: BTreeSet<_> =
            all.iter().map(|o| (o["kind"].to_string(), o["metadata"]["name"].to_string())).collect();
        assert_eq!(keys.len(), all.len());
    }
}

/// Proves: B-06.
#[test]
fn no_config_map_and_no_job_holds_a_secret_value() {
    for case in CASES {
        let topology = plan(case);
        let secrets =
            topology.secrets.iter().flat_map(|s| s.entries.keys().map(move |key| format!("{}/{key}", s.name)));
        let values: Vec<_> = secrets.collect();
        for object in objects(&rendered(&topology, &migrated(&topology))) {
            if object["kind"] == "Secret" {
                continue;
            }
            // The values of the test are "<secret>/<key>", as are the paths of their files: these are allowed.
            let text = object
                .to_string()
                .replace("/run/secrets/securechat/", "FILE:")
                .replace("\"path\":\"", "\"path\":\"FILE:");
            for value in &values {
                let bare = text.matches(value.as_str()).count() - text.matches(&format!("FILE:{value}")).count();
                assert_eq!(bare, 0, "{} holds {value}", name(&object));
            }
        }
    }
}

/// Every Secret and ConfigMap that a pod mounts is rendered, or named by the resource.
#[test]
fn every_mounted_object_exists() {
    for case in CASES {
        let topology = plan(case);
        let all = objects(&rendered(&topology, &migrated(&topology)));
        let known: BTreeSet<_> = all
            .iter()
            .map(|o| format!("{}/{}", o["kind"].as_str().unwrap(), o["metadata"]["name"].as_str().unwrap()))
            .collect();
        let external = ["smtp", "portal-client", "db-admin", "mq-users", "redis-users"];
        for (pod, spec) in pod_specs(&all) {
            let volumes = spec["volumes"].as_array().unwrap();
            for volume in volumes {
                let secrets =
                    volume["projected"]["sources"].as_array().into_iter().flatten().map(|s| &s["secret"]["name"]);
                for secret in secrets.chain([&volume["secret"]["secretName"]]).filter_map(Value::as_str) {
                    let there = known.contains(&format!("Secret/{secret}")) || external.contains(&secret);
                    assert!(there, "{pod} mounts Secret {secret}");
                }
                if let Some(map) = volume["configMap"]["name"].as_str() {
                    assert!(known.contains(&format!("ConfigMap/{map}")), "{pod} mounts ConfigMap {map}");
                }
            }
        }
    }
}

/// A service may read its own secrets and, where it checks callers, their client secrets; nothing else.
///
/// Proves: W-57.
#[test]
fn a_service_mounts_only_the_keys_that_it_reads() {
    let topology = plan("minimal");
    for service in &topology.services {
        let text = service.process.config.to_json().unwrap();
        for (secret, keys) in &service.process.secrets.0 {
            for key in keys {
                assert!(
                    text.contains(&format!("/run/secrets/securechat/{secret}/{key}")),
                    "{} reads {key}",
                    service.name
                );
                let own = *secret == SecretName::Service(service.name) || *secret == SecretName::Keys;
                assert!(own || key == "client-secret", "{} mounts {secret}/{key}", service.name);
                assert_ne!(key, "migration-password", "{} could change its own tables", service.name);
            }
        }
    }
}

#[test]
fn while_a_generated_secret_is_missing_nothing_else_is_rendered() {
    let topology = plan("minimal");
    let mut observed = migrated(&topology);
    observed.secrets.0.remove(&SecretName::Database);
    let rendered = rendered(&topology, &observed);
    assert!(!rendered.complete, "an incomplete rendering must not be taken for everything");
    assert_eq!(objects(&rendered).len(), rendered.generated.len());
}

/// Proves: H-26.
#[test]
fn a_lost_key_encryption_key_is_not_made_anew() {
    let topology = plan("minimal");
    let mut observed = migrated(&topology);
    observed.secrets.0.remove(&SecretName::Keys);
    observed.database_volume = true;
    let rendered = rendered(&topology, &observed);
    assert!(rendered.complete, "the rest of the platform goes on");
    assert!(rendered.generated.iter().all(|g| g.object.metadata.name.as_deref() != Some("acme-keys")));
    assert!(rendered.deployments.iter().all(|d| d.metadata.name.as_deref() != Some("acme-auth")));
}

/// Proves: W-34.
#[test]
fn a_service_that_waits_for_its_migration_is_held_and_not_dropped() {
    let topology = plan("minimal");
    let mut observed = migrated(&topology);
    let job = &topology.services[0].migration.name;
    observed.jobs.insert(job.clone(), JobState::Failed { reason: "PodFailurePolicy".into(), message: "no".into() });
    let rendered = rendered(&topology, &observed);
    let held: Vec<_> = rendered.held.iter().map(|held| format!("{}/{}", held.kind, held.name)).collect();
    assert_eq!(held, ["ConfigMap/acme-auth", "Deployment/acme-auth"]);
    assert_eq!(rendered.deployments.len(), 7, "five services, web and gateway");
}

/// Proves: W-34.
#[test]
fn nothing_is_migrated_before_provisioning_and_nothing_provisioned_before_the_database() {
    let topology = plan("minimal");
    let observed = Observed { secrets: existing(&topology), ..Observed::default() };
    let rendered = rendered(&topology, &observed);
    assert!(rendered.jobs.is_empty());
    assert_eq!(rendered.deployments.len(), 2, "web and gateway wait for nobody");
    assert_eq!(rendered.stateful_sets.len(), 3);
}

/// Proves: W-34.
#[test]
fn a_job_of_other_content_has_another_name() {
    let names = |topology: &securechat_operator_plan::Topology| -> Vec<String> {
        topology.services.iter().map(|s| s.migration.name.clone()).chain([topology.provision.name.clone()]).collect()
    };
    let base = names(&plan("minimal"));
    assert_eq!(base, names(&plan("minimal")));
    let mut other = resource("minimal");
    other.spec.images.server = Some("elsewhere".into());
    let image = names(&plan_of(&other, &Fingerprints::default()));
    let mut pulled = resource("minimal");
    pulled.spec.images.pull_secrets = vec!["registry".into()];
    let pulled = names(&plan_of(&pulled, &Fingerprints::default()));
    let password =
        names(&plan_of(&resource("minimal"), &Fingerprints([(SecretName::Database, "new".to_owned())].into())));
    for i in 0..base.len() {
        assert_ne!(base[i], image[i]);
        assert_ne!(base[i], pulled[i]);
    }
    assert_ne!(base[6], password[6], "a new administrator's password provisions anew");
    assert_eq!(base[0], password[0], "and migrates nothing anew");
    assert!(base.iter().all(|name| name.len() <= 63));
}

/// Proves: P-15.
#[test]
fn every_container_has_resources_and_every_server_probes() {
    for case in CASES {
        let topology = plan(case);
        for (pod, spec) in pod_specs(&objects(&rendered(&topology, &migrated(&topology)))) {
            for container in spec["containers"].as_array().unwrap() {
                assert!(container["resources"]["requests"]["memory"].is_string(), "{pod}");
                assert!(container["resources"]["limits"]["memory"].is_string(), "{pod}");
                if spec["restartPolicy"] != "Never" {
                    assert!(container["readinessProbe"].is_object() && container["livenessProbe"].is_object(), "{pod}");
                }
            }
        }
    }
}

/// The level `restricted`, and more: nothing in an image can be changed, and no pod holds a token of the API server.
///
/// Proves: P-15.
#[test]
fn every_container_has_a_read_only_root_and_no_rights() {
    for case in CASES {
        let topology = plan(case);
        let pods = pod_specs(&objects(&rendered(&topology, &migrated(&topology))));
        assert!(pods.len() > 10);
        for (pod, spec) in pods {
            let id = &spec["securityContext"];
            assert!(id["runAsNonRoot"] == true && id["runAsUser"].as_i64() > Some(0), "{pod}");
            assert_eq!(id["seccompProfile"]["type"], "RuntimeDefault", "{pod}");
            assert_eq!(spec["automountServiceAccountToken"], false, "{pod}");
            assert!(!spec.to_string().contains("serviceAccountToken\":"), "{pod} projects a token");
            for escape in ["hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"] {
                assert!(spec[escape].is_null(), "{pod} has {escape}");
            }
            let init = spec["initContainers"].as_array().into_iter().flatten();
            for container in init.chain(spec["containers"].as_array().unwrap()) {
                let expected = serde_json::json!({
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
                });
                assert_eq!(container["securityContext"], expected, "{pod}");
            }
        }
    }
}

/// Proves: P-15.
#[test]
fn nodes_can_be_drained_and_pods_stand_apart() {
    let mut resource = resource("everything");
    resource.spec.services.chats.replicas = Some(1);
    resource.spec.services.session.replicas = Some(0);
    let topology = plan_of(&resource, &Fingerprints::default());
    let all = objects(&rendered(&topology, &migrated(&topology)));
    let mut single = BTreeSet::new();
    for deployment in all.iter().filter(|object| object["kind"] == "Deployment") {
        let labels = deployment["spec"]["template"]["metadata"]["labels"].as_object().unwrap();
        let selects = |selector: &Value| {
            selector["matchLabels"].as_object().unwrap().iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        let budgets = all.iter().filter(|object| object["kind"] == "PodDisruptionBudget");
        let budgets: Vec<_> = budgets.filter(|budget| selects(&budget["spec"]["selector"])).collect();
        let scaler = all.iter().find(|o| {
            o["kind"] == "HorizontalPodAutoscaler" && o["metadata"]["name"] == deployment["metadata"]["name"]
        });
        let fixed = &deployment["spec"]["replicas"];
        assert_eq!(fixed.is_null(), scaler.is_some(), "{}: one of the two decides", name(deployment));
        let most = scaler.map_or(fixed, |scaler| &scaler["spec"]["maxReplicas"]).as_i64().unwrap();
        if most > 1 {
            assert_eq!(budgets.len(), 1, "{}", name(deployment));
            assert_eq!(budgets[0]["spec"]["maxUnavailable"], 1, "a drain goes on, pod by pod");
        } else {
            assert!(budgets.is_empty(), "{}", name(deployment));
            single.insert(deployment["metadata"]["name"].as_str().unwrap());
        }
        let spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"].as_array().unwrap();
        assert_eq!(spread.len(), 2, "zones and nodes");
        for constraint in spread {
            assert!(selects(&constraint["labelSelector"]), "{}", name(deployment));
            assert_eq!(constraint["whenUnsatisfiable"], "ScheduleAnyway", "one node is enough");
        }
    }
    assert_eq!(single.into_iter().collect::<Vec<_>>(), ["acme-chats", "acme-session", "acme-web"]);
    let stores = all.iter().filter(|object| object["kind"] == "StatefulSet").count();
    let budgets = all.iter().filter(|object| object["kind"] == "PodDisruptionBudget").count();
    assert_eq!((stores, budgets), (3, 5), "a store is a single pod: a budget would keep its node from being drained");
}

/// What Envoy is told to reach are Services of this platform, at ports that they have.
///
/// Proves: W-53.
#[test]
fn the_gateway_reaches_services_that_exist() {
    let topology = plan("minimal");
    let files = securechat_operator_render::edge(&topology).unwrap();
    assert_eq!(files.0.keys().collect::<Vec<_>>(), ["bootstrap.json", "cds.json", "lds.json", "rds.json"]);
    let clusters: Value = serde_json::from_str(&files.0["cds.json"]).unwrap();
    let all = objects(&rendered(&topology, &migrated(&topology)));
    let mut reached = 0;
    for endpoint in endpoints(&clusters) {
        let address = &endpoint["socket_address"];
        let host = address["address"].as_str().unwrap().strip_suffix(".talk.svc").unwrap();
        let service = all.iter().find(|o| o["kind"] == "Service" && o["metadata"]["name"] == host).unwrap();
        let ports = service["spec"]["ports"].as_array().unwrap();
        assert!(ports.iter().any(|port| port["port"] == address["port_value"]), "{host} {address}");
        reached += 1;
    }
    assert_eq!(reached, 8, "six services, web, and auth's internal listener");
}

/// Every `address` of every endpoint, however deep.
fn endpoints(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => {
            let here = map.get("address").filter(|address| address["socket_address"]["port_value"].is_number());
            here.into_iter().chain(map.values().flat_map(endpoints)).collect()
        }
        Value::Array(items) => items.iter().flat_map(endpoints).collect(),
        _ => Vec::new(),
    }
}
