//! Patches of the resource, merged into the rendered objects as Kubernetes' strategic merge would. What they may not change
//! was refused by the plan.

use crate::{RenderError, names, pod};
use securechat_operator_api::spec::ObjectPatch;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Lists whose items are found by a field.
const BY_FIELD: [(&str, &str); 6] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("volumeMounts", "mountPath"),
    ("hostAliases", "ip"),
];
/// Lists to which items are added.
const ADDED: [&str; 3] = ["tolerations", "ingress", "egress"];
/// Lists whose items are found by their place.
const BY_PLACE: [&str; 1] = ["rules"];

/// The objects with all patches that are meant for them.
pub(crate) fn patched<K: Serialize + DeserializeOwned>(
    objects: Vec<K>,
    patches: &[ObjectPatch],
) -> Result<Vec<K>, RenderError> {
    if patches.is_empty() {
        return Ok(objects);
    }
    objects.into_iter().map(|object| one(object, patches)).collect()
}

fn one<K: Serialize + DeserializeOwned>(object: K, patches: &[ObjectPatch]) -> Result<K, RenderError> {
    let mut value = serde_json::to_value(&object)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, component) = (text(&value["kind"]), text(&value["metadata"]["labels"][names::COMPONENT]));
    let name = text(&value["metadata"]["name"]);
    let meant: Vec<_> = patches.iter().filter(|patch| patch.target.fits(&kind, &component)).collect();
    if meant.is_empty() {
        return Ok(object);
    }
    for patch in &meant {
        merge(&mut value, &patch.patch, "");
    }
    confine(&mut value["spec"]["template"]["spec"])?;
    let told = |why: String| RenderError::Patch(format!("{kind} {name}"), why);
    let typed: K = serde_json::from_value(value).map_err(|error| told(error.to_string()))?;
    // What the type does not know is gone now.
    let kept = serde_json::to_value(&typed)?;
    match meant.iter().find_map(|patch| lost(&patch.patch, &kept, "")) {
        Some(path) => Err(told(format!("there is no field {path}"))),
        None => Ok(typed),
    }
}

fn merge(into: &mut Value, patch: &Value, field: &str) {
    match (into, patch) {
        (into, Value::Object(changes)) => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            let Some(map) = into.as_object_mut() else { return };
            for (key, change) in changes {
                if change.is_null() {
                    map.remove(key);
                } else {
                    merge(map.entry(key.clone()).or_insert(Value::Null), change, key);
                }
            }
        }
        (Value::Array(items), Value::Array(changes)) if ADDED.contains(&field) => items.extend(changes.iter().cloned()),
        (Value::Array(items), Value::Array(changes)) if merges(field) => {
            for (at, change) in changes.iter().enumerate() {
                match place(items, at, change, field) {
                    Some(item) => merge(item, change, ""),
                    None => items.push(change.clone()),
                }
            }
        }
        (into, value) => *into = value.clone(),
    }
}

fn merges(field: &str) -> bool {
    BY_PLACE.contains(&field) || BY_FIELD.iter().any(|(list, _)| *list == field)
}

fn place<'a>(items: &'a mut [Value], at: usize, change: &Value, field: &str) -> Option<&'a mut Value> {
    match BY_FIELD.iter().find(|(list, _)| *list == field) {
        Some((_, key)) => items.iter_mut().find(|item| !change[*key].is_null() && item[*key] == change[*key]),
        None => items.get_mut(at),
    }
}

/// A container that a patch brought along is confined like all others.
fn confine(pod: &mut Value) -> Result<(), serde_json::Error> {
    for list in ["initContainers", "containers"] {
        for container in pod.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            container["securityContext"] = serde_json::to_value(pod::confined())?;
        }
    }
    Ok(())
}

/// The first path of a patch that is not in what was kept.
fn lost(patch: &Value, kept: &Value, path: &str) -> Option<String> {
    match patch {
        Value::Object(map) => map.iter().filter(|(_, change)| !is_empty(change)).find_map(|(key, change)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            kept.get(key).map_or(Some(path.clone()), |kept| lost(change, kept, &path))
        }),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let known = kept.as_array().into_iter().flatten().any(|kept| lost(item, kept, path).is_none());
            (!known).then(|| format!("{path}.{at}"))
        }),
        _ => None,
    }
}

/// What a type may leave out.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}
