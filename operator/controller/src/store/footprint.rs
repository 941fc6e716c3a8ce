//! Whether children are as they were when they were last written, also by another process. A child shows it by the list
//! of its fields that are ours: an edit takes a field out of it.

use super::{Child, ChildKey, Digest, Key, Store};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

impl Store {
    /// What of a resource's children was ours when each was last written; `None` while this process has not written, or
    /// been vouched for, all of them.
    pub fn footprint(&self, instance: &Key, resource: Digest) -> Option<String> {
        let inner = self.lock();
        let children = inner.children.get(instance)?.iter().filter(|(_, child)| child.is_applied_for(resource));
        let written: Option<Vec<_>> = children.map(|(key, child)| Some((key, child.written?))).collect();
        written.map(|all| footprint(all.into_iter()))
    }

    /// Takes all children for unchanged since they were written, if what of them is ours is what was noted then. An edit
    /// that another process would have put back took a field out of what is ours.
    pub fn vouch(&self, instance: &Key, resource: Digest, noted: &str) {
        let mut inner = self.lock();
        let Some(children) = inner.children.get_mut(instance) else { return };
        let applied = |child: &Child| child.is_applied_for(resource);
        if children.values().all(|child| child.written.is_some() || !applied(child)) {
            return;
        }
        let now = children.iter().filter(|(_, child)| applied(child));
        if footprint(now.map(|(key, child)| (key, child.written.unwrap_or(child.ours)))) != noted {
            return;
        }
        for (_, child) in children.iter_mut().filter(|(_, child)| applied(child)) {
            child.written.get_or_insert(child.ours);
        }
    }
}

/// What of children is ours, in a word that another process understands.
fn footprint<'a>(children: impl Iterator<Item = (&'a ChildKey, Digest)>) -> String {
    let mut hasher = DefaultHasher::new();
    for ((kind, name), ours) in children {
        (kind.as_str(), name, ours).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;
    use crate::store::Progress;
    use crate::watch::Meta;
    use securechat_operator_render::names;

    /// As a watch sees it: written once, with one field of ours.
    fn seen(field: &str) -> Child {
        let meta = serde_json::json!({"uid": "u", "resourceVersion": "5", "managedFields": [
            {"manager": names::MANAGER, "fieldsV1": {"f:data": {field: {}}}},
        ]});
        Child {
            desired: Some(Digest::of("")),
            ..Child::seen(&serde_json::from_value::<Meta>(meta).unwrap(), Progress::None)
        }
    }

    #[test]
    fn after_a_restart_children_are_taken_for_written_only_when_none_was_edited() {
        let instance = Key { namespace: "n".into(), name: "i".into() };
        let (one, two): (ChildKey, ChildKey) = ((Kind::ConfigMap, "one".into()), (Kind::ConfigMap, "two".into()));
        let owner = Digest::of("owner");
        let store = |of_one: Child, of_two: Child| {
            let store = Store::default();
            store.see(&instance, one.clone(), of_one);
            store.see(&instance, two.clone(), of_two);
            store
        };
        let written = |field: &str| Child { written: Some(seen(field).ours), ..seen(field) };
        let drifted = |store: &Store| -> Vec<bool> {
            store.children(&instance).into_values().map(|child| child.written != Some(child.ours)).collect()
        };

        let half = store(written("f:a"), seen("f:a"));
        assert_eq!(half.footprint(&instance, owner), None, "nobody knows whether the other is as it was written");
        let noted = store(written("f:a"), written("f:a")).footprint(&instance, owner).unwrap();

        let untouched = store(seen("f:a"), seen("f:a"));
        assert_eq!(drifted(&untouched), [true, true]);
        untouched.vouch(&instance, owner, &noted);
        assert_eq!(drifted(&untouched), [false, false]);
        assert_eq!(untouched.footprint(&instance, owner).as_ref(), Some(&noted));

        let edited = store(seen("f:a"), seen("f:b"));
        edited.vouch(&instance, owner, &noted);
        assert_eq!(drifted(&edited), [true, true], "all are written once more");

        let gone = store(seen("f:a"), seen("f:a"));
        gone.forget(&instance, &two);
        gone.vouch(&instance, owner, &noted);
        assert_eq!(drifted(&gone), [true]);
    }
}
