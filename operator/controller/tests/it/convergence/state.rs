//! What a namespace should hold is what the pure steps make of its resource and of the values of its Secrets.

use crate::harness::{World, releases};
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt as _;
use kube::api::{ListParams, TypeMeta};
use securechat_operator_controller::kinds::Kind;
use securechat_operator_controller::whole::whole;
use securechat_operator_plan::{Fingerprints, Known, Request, topology};
use securechat_operator_render::{Cluster, Owner, Rendered, SecretValues, fingerprint, names};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) type Name = (Kind, String);

/// Everything of the kinds that we know, whoever made it.
pub(super) async fn live(world: &World) -> BTreeMap<Name, Value> {
    let mut all = BTreeMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_ours() && !kind.is_foreign()) {
        let list = world.dynamic(&kind.resource()).list(&ListParams::default()).await.unwrap();
        for mut object in list.items {
            // Lists leave them out.
            let resource = kind.resource();
            object.types = Some(TypeMeta { api_version: resource.api_version, kind: resource.kind });
            all.insert((kind, object.name_any()), serde_json::to_value(&object).unwrap());
        }
    }
    // Kubernetes' own.
    all.remove(&(Kind::ServiceAccount, "default".to_owned()));
    all.remove(&(Kind::ConfigMap, "kube-root-ca.crt".to_owned()));
    all
}

/// The values of the Secrets that are made once.
pub(super) fn generated(live: &BTreeMap<Name, Value>) -> BTreeMap<String, Value> {
    let secrets = live.iter().filter(|((kind, name), _)| *kind == Kind::Secret && !name.ends_with("-bootstrap"));
    secrets.map(|((_, name), object)| (name.clone(), object["data"].clone())).collect()
}

/// What is not as it should be, in sentences.
pub(crate) async fn differences(world: &World) -> Vec<String> {
    let (acme, live) = (world.acme().await, live(world).await);
    let request = Request::check(&acme, &releases()).unwrap();
    let env = Cluster { instance: request.instance.clone(), namespace: world.namespace.clone() };
    let mut values = SecretValues::default();
    for secret in topology(&request, &env, &Known::default()).secrets {
        let object = names::secret(&request.instance, &secret.name);
        let Some(found) = live.get(&(Kind::Secret, object.clone())) else {
            return vec![format!("there is no Secret {object}")];
        };
        let found: Secret = serde_json::from_value(found.clone()).unwrap();
        values.0.insert(secret.name, found.data.unwrap_or_default());
    }
    let secrets = Fingerprints(values.0.iter().map(|(name, data)| (name.clone(), fingerprint(Some(data)))).collect());
    let topology = topology(&request, &env, &Known { fingerprints: secrets.clone(), ..Known::default() });
    let owner =
        Owner { namespace: world.namespace.clone(), name: acme.name_any(), uid: acme.metadata.uid.clone().unwrap() };
    let mut wanted = objects(&whole(&topology, &owner, &secrets, &values).unwrap());

    let mut differences = Vec::new();
    for (name, live) in &live {
        match wanted.remove(name) {
            None => differences.push(format!("nobody wants {} {}", name.0, name.1)),
            Some(wanted) => lacks(live, &wanted, &format!("{} {}", name.0, name.1), &mut differences),
        }
    }
    differences.extend(wanted.keys().map(|(kind, name)| format!("there is no {kind} {name}")));
    differences
}

fn objects<Stage>(rendered: &Rendered<Stage>) -> BTreeMap<Name, Value> {
    let named = |object: Value| {
        let kind = Kind::ALL.into_iter().find(|kind| object["kind"] == kind.as_str()).unwrap();
        ((kind, object["metadata"]["name"].as_str().unwrap().to_owned()), object)
    };
    rendered.to_json().unwrap().into_iter().map(named).collect()
}

/// What of `wanted` is not in `live`. What is there beside it does not matter: defaults, and what is not ours.
fn lacks(live: &Value, wanted: &Value, path: &str, differences: &mut Vec<String>) {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            for (key, wanted) in wanted.iter().filter(|(_, wanted)| !is_nothing(wanted)) {
                lacks(live.get(key).unwrap_or(&Value::Null), wanted, &format!("{path}/{key}"), differences);
            }
        }
        (Value::Array(live), Value::Array(wanted)) if live.len() == wanted.len() => {
            for (i, (live, wanted)) in live.iter().zip(wanted).enumerate() {
                lacks(live, wanted, &format!("{path}/{i}"), differences);
            }
        }
        _ if live == wanted => {}
        _ => {
            let short = |value: &Value| value.to_string().chars().take(100).collect::<String>();
            differences.push(format!("{path} is {} instead of {}", short(live), short(wanted)));
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null()
        || value.as_object().is_some_and(serde_json::Map::is_empty)
        || value.as_array().is_some_and(Vec::is_empty)
}
