//! Which objects are ours, and as what they were applied: writing and foreseeing judge alike.

use crate::store::OWNER;
use kube::core::ObjectMeta;
use securechat_operator_plan::hash;
use securechat_operator_render::names;
use serde_json::Value;

/// Whether we made it, or somebody put it back from a copy of ours. No watch tells of what lost its labels: that is
/// known by its owner, else by who wrote it. No other instance has objects of such a name.
pub(super) fn is_ours(found: &ObjectMeta, owner: &str) -> bool {
    let mut owners = found.owner_references.iter().flatten();
    if let Some(found) = owners.find(|owner| owner.kind == OWNER || owner.controller == Some(true)) {
        return found.uid == owner;
    }
    let label = found.labels.as_ref().and_then(|labels| labels.get(names::MANAGED_BY));
    let mut writers = found.managed_fields.iter().flatten().map(|entry| entry.manager.as_deref());
    label.is_some_and(|label| label == names::MANAGER) || writers.any(|writer| writer == Some(names::MANAGER))
}

/// How a child tells what it was applied as.
pub(super) fn desired_hash(body: &Value) -> String {
    let mut hashed = body.clone();
    hashed["metadata"]["uid"] = Value::Null;
    hash::short([hashed.to_string().as_bytes()], 8)
}
