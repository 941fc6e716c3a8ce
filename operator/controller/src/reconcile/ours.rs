//! Which objects are ours: writing and foreseeing judge alike.

use crate::store::OWNER;
use kube::core::ObjectMeta;
use securechat_operator_render::names;

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
