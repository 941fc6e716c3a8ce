//! What the watches have seen: each resource, and of each child only what decisions need.

use crate::kinds::Kind;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ObjectMeta};
use securechat_operator_api::SecureChat;
use securechat_operator_plan::{FrontState, JobState, PartState, Release};
use securechat_operator_render::names;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Annotation of every child: hash of the object as it was rendered.
pub const DESIRED_HASH: &str = "securechat.io/desired-hash";

/// A resource: namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// A child within its instance.
pub type ChildKey = (Kind, String);

/// What is kept of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its uid.
    pub uid: String,
    /// Its version.
    pub resource_version: String,
    /// The uid of the resource that owns it.
    pub owner: Option<String>,
    /// The hash it was applied with.
    pub desired: Option<String>,
    /// Hash over the list of fields that are ours. A foreign change of one of our values takes it out of that list.
    pub ours: u64,
    /// `ours` right after our last write; unknown after a restart.
    pub written: Option<u64>,
    /// Whether the number of its pods is ours.
    pub owns_replicas: bool,
    /// How far it is.
    pub progress: Progress,
}

/// How far a child is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It has no such thing.
    None,
    /// A Deployment or StatefulSet.
    Part(PartState),
    /// A Job.
    Job(JobState),
    /// What somebody else serves.
    Front(FrontState),
}

impl Child {
    /// From a child's metadata.
    pub fn new(meta: &ObjectMeta, progress: Progress) -> Self {
        let owners = meta.owner_references.iter().flatten();
        Self {
            uid: meta.uid.clone().unwrap_or_default(),
            resource_version: meta.resource_version.clone().unwrap_or_default(),
            owner: owners.filter(|o| o.controller == Some(true)).map(|o| o.uid.clone()).next(),
            desired: meta.annotations.as_ref().and_then(|a| a.get(DESIRED_HASH)).cloned(),
            ours: ours(meta),
            written: None,
            owns_replicas: our_fields(meta).any(|fields| fields.0.pointer("/f:spec/f:replicas").is_some()),
            progress,
        }
    }

    /// Whether nothing that decisions depend on differs.
    fn is_same(&self, other: &Self) -> bool {
        let known = |child: &Self| (child.uid.clone(), child.owner.clone(), child.desired.clone(), child.ours);
        known(self) == known(other) && self.progress == other.progress
    }
}

/// Hash over our entries in the managed fields.
pub fn ours(meta: &ObjectMeta) -> u64 {
    let mut hasher = DefaultHasher::new();
    for fields in our_fields(meta) {
        fields.0.to_string().hash(&mut hasher);
    }
    hasher.finish()
}

fn our_fields(meta: &ObjectMeta) -> impl Iterator<Item = &FieldsV1> {
    let entries = meta.managed_fields.iter().flatten();
    let ours = entries.filter(|e| e.manager.as_deref() == Some(names::MANAGER) && e.subresource.is_none());
    ours.filter_map(|entry| entry.fields_v1.as_ref())
}

/// A resource as it was read; one that cannot be decoded is told so and does not stop the others.
#[derive(Debug, Clone)]
pub enum Resource {
    /// Readable.
    Good(Arc<SecureChat>),
    /// Not readable: metadata, and why.
    Unreadable(Arc<ObjectMeta>, String),
}

impl Resource {
    /// Its metadata.
    pub fn meta(&self) -> &ObjectMeta {
        match self {
            Self::Good(resource) => &resource.metadata,
            Self::Unreadable(meta, _) => meta,
        }
    }
}

impl Resource {
    fn needs(&self, kind: Kind) -> bool {
        matches!(self, Self::Good(resource) if kind.is_needed_by(&resource.spec))
    }
}
/// What a ConfigMap says of a release, or why it cannot be used.
pub type Described = Result<Arc<Release>, String>;

#[derive(Debug, Default)]
struct Inner {
    resources: HashMap<Key, Resource>,
    children: HashMap<Key, BTreeMap<ChildKey, Child>>,
    /// Foreign kinds that the cluster does not know.
    unknown: BTreeSet<Kind>,
    /// By namespace and name of the ConfigMap, with the number of changes so far.
    releases: HashMap<String, (u64, BTreeMap<String, Described>)>,
}

/// The shared cache.
#[derive(Debug, Default)]
pub struct Store {
    inner: Mutex<Inner>,
    /// Tells that some resource was put or removed.
    resources: Notify,
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the cluster does not know a kind.
    pub fn is_unknown(&self, kind: Kind) -> bool {
        self.lock().unknown.contains(&kind)
    }

    /// Keeps whether the cluster knows a kind. True when that is news.
    pub fn set_unknown(&self, kind: Kind, unknown: bool) -> bool {
        let mut inner = self.lock();
        if unknown { inner.unknown.insert(kind) } else { inner.unknown.remove(&kind) }
    }

    /// The resources that need a kind.
    pub fn needing(&self, kind: Kind) -> Vec<Key> {
        let inner = self.lock();
        inner.resources.iter().filter(|(_, resource)| resource.needs(kind)).map(|(key, _)| key.clone()).collect()
    }

    /// Waits until some resource needs a kind.
    pub async fn until_needed(&self, kind: Kind) {
        loop {
            let changed = self.resources.notified();
            if !self.needing(kind).is_empty() {
                return;
            }
            changed.await;
        }
    }

    /// A resource.
    pub fn resource(&self, key: &Key) -> Option<Resource> {
        self.lock().resources.get(key).cloned()
    }

    /// Keeps a resource.
    pub fn put_resource(&self, key: Key, resource: Resource) {
        self.lock().resources.insert(key, resource);
        self.resources.notify_waiters();
    }

    /// Keeps the answer to our own status write, unless a watch has seen a newer version meanwhile.
    pub fn put_answer(&self, key: &Key, resource: Resource) {
        let mut inner = self.lock();
        let newer = |known: &Resource| {
            let version = |meta: &ObjectMeta| meta.resource_version.clone().unwrap_or_default();
            let same = known.meta().uid == resource.meta().uid;
            same && is_older(&version(known.meta()), &version(resource.meta()))
        };
        if inner.resources.get(key).is_some_and(newer) {
            inner.resources.insert(key.clone(), resource);
        }
    }

    /// Forgets a resource.
    pub fn remove_resource(&self, key: &Key) {
        self.lock().resources.remove(key);
    }

    /// All resources.
    pub fn keys(&self) -> Vec<Key> {
        self.lock().resources.keys().cloned().collect()
    }

    /// What the ConfigMaps of a namespace say of releases, and a number that changes with it.
    pub fn releases(&self, namespace: &str) -> (u64, BTreeMap<String, Described>) {
        self.lock().releases.get(namespace).cloned().unwrap_or_default()
    }

    /// Keeps what a ConfigMap says of a release; absent: it is gone. Gives the resources that may be concerned.
    pub fn describe(&self, map: &Key, said: Option<Described>) -> Vec<Key> {
        let mut inner = self.lock();
        let (changes, all) = inner.releases.entry(map.namespace.clone()).or_default();
        if all.get(&map.name) == said.as_ref() {
            return Vec::new();
        }
        *changes += 1;
        match said {
            Some(said) => all.insert(map.name.clone(), said),
            None => all.remove(&map.name),
        };
        inner.resources.keys().filter(|key| key.namespace == map.namespace).cloned().collect()
    }

    /// All ConfigMaps that say something of a release.
    pub fn described(&self) -> Vec<Key> {
        let inner = self.lock();
        let all = inner.releases.iter();
        all.flat_map(|(namespace, (_, maps))| {
            maps.keys().map(|name| Key { namespace: namespace.clone(), name: name.clone() })
        })
        .collect()
    }

    /// An instance's children.
    pub fn children(&self, instance: &Key) -> BTreeMap<ChildKey, Child> {
        self.lock().children.get(instance).cloned().unwrap_or_default()
    }

    /// Keeps what a watch saw. True when it is news.
    pub fn see(&self, instance: &Key, key: ChildKey, mut child: Child) -> bool {
        let mut inner = self.lock();
        let children = inner.children.entry(instance.clone()).or_default();
        let known = children.get(&key);
        if let Some(known) = known.filter(|known| known.uid == child.uid) {
            if is_older(&child.resource_version, &known.resource_version) {
                return false;
            }
            child.written = known.written;
        }
        let news = known.is_none_or(|known| !known.is_same(&child));
        children.insert(key, child);
        news
    }

    /// Keeps the answer to our own write. A watch may have seen a newer version already: that one stays, and shows
    /// by its list of fields whether somebody changed ours.
    pub fn wrote(&self, instance: &Key, key: ChildKey, meta: &ObjectMeta) {
        let mut inner = self.lock();
        let children = inner.children.entry(instance.clone()).or_default();
        let mut child = Child::new(meta, Progress::None);
        child.written = Some(child.ours);
        if let Some(known) = children.get_mut(&key).filter(|known| known.uid == child.uid) {
            if is_older(&child.resource_version, &known.resource_version) {
                known.written = child.written;
                return;
            }
            child.progress = known.progress.clone();
            // What was written is not what was seen: nobody knows yet how far the new template is.
            if let Progress::Part(part) = &mut child.progress
                && child.resource_version != known.resource_version
            {
                part.settled = false;
            }
        }
        children.insert(key, child);
    }

    /// Forgets a child. True when it was known.
    pub fn forget(&self, instance: &Key, key: &ChildKey) -> bool {
        let mut inner = self.lock();
        let Some(children) = inner.children.get_mut(instance) else { return false };
        let known = children.remove(key).is_some();
        if children.is_empty() {
            inner.children.remove(instance);
        }
        known
    }

    /// The children of one kind that a fresh list did not have any more.
    pub fn of_kind(&self, kind: Kind) -> Vec<(Key, ChildKey)> {
        let inner = self.lock();
        let all = inner.children.iter();
        all.flat_map(|(instance, children)| {
            children.keys().filter(move |(k, _)| *k == kind).map(move |key| (instance.clone(), key.clone()))
        })
        .collect()
    }
}

/// Versions are opaque by contract and numbers in practice; what is no number is never called older.
fn is_older(one: &str, other: &str) -> bool {
    match (one.parse::<u64>(), other.parse::<u64>()) {
        (Ok(one), Ok(other)) => one < other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;

    fn meta(version: &str, fields: &str) -> ObjectMeta {
        ObjectMeta {
            uid: Some("u".into()),
            resource_version: Some(version.into()),
            managed_fields: Some(vec![ManagedFieldsEntry {
                manager: Some(names::MANAGER.into()),
                fields_v1: Some(FieldsV1(serde_json::json!({"f:data": {fields: {}}}))),
                ..ManagedFieldsEntry::default()
            }]),
            ..ObjectMeta::default()
        }
    }

    fn drifted(store: &Store, instance: &Key, key: &ChildKey) -> bool {
        let child = store.children(instance).remove(key).unwrap();
        child.written != Some(child.ours)
    }

    #[test]
    fn a_foreign_change_is_noticed_whether_the_watch_or_the_answer_comes_first() {
        let (store, instance) = (Store::default(), Key { namespace: "n".into(), name: "i".into() });
        let key = (Kind::ConfigMap, "c".to_owned());
        store.wrote(&instance, key.clone(), &meta("5", "f:a"));
        assert!(!drifted(&store, &instance, &key));
        assert!(!store.see(&instance, key.clone(), Child::new(&meta("5", "f:a"), Progress::None)), "our own write");
        assert!(store.see(&instance, key.clone(), Child::new(&meta("6", "f:b"), Progress::None)));
        assert!(drifted(&store, &instance, &key));
        store.wrote(&instance, key.clone(), &meta("7", "f:a"));
        assert!(!drifted(&store, &instance, &key));
        store.see(&instance, key.clone(), Child::new(&meta("9", "f:b"), Progress::None));
        store.wrote(&instance, key.clone(), &meta("8", "f:a"));
        assert!(drifted(&store, &instance, &key), "the answer to an older write does not hide the change");
    }
}
