//! What the watches have seen: each resource, and of each child only what decisions need.

mod child;
mod compact;
mod fields;
mod footprint;
mod gone;
mod resource;

pub use child::{Child, ChildKey, DESIRED_HASH, OWNER, Ours, Progress};
pub use compact::{Digest, Uid, Version};
pub use fields::Fields;
pub use resource::{Resource, Told};

use crate::kinds::Kind;
use gone::Gone;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::DynamicObject;
use litemap::LiteMap;
use resource::Kept;
use securechat_operator_plan::Release;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A resource: namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// What a ConfigMap says of a release, or why it cannot be used.
pub type Described = Result<Arc<Release>, String>;

/// The children of an instance: a tree of as many has room for twice as many.
type Children = LiteMap<ChildKey, Child>;

/// A platform has somewhat fewer children.
const CHILDREN: usize = 112;

/// What a sight of a child means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nothing that decisions depend on.
    None,
    /// It was not known.
    New,
    /// It is another, or otherwise.
    Changed,
}

#[derive(Debug, Default)]
struct Inner {
    resources: HashMap<Key, Kept>,
    children: HashMap<Key, Children>,
    gone: Gone,
    /// Foreign kinds that the cluster does not know.
    unknown: BTreeSet<Kind>,
    /// By namespace and name of the ConfigMap, with the number of changes so far.
    releases: HashMap<String, (u64, BTreeMap<String, Described>)>,
}

impl Inner {
    fn children_of(&mut self, instance: &Key) -> &mut Children {
        self.children.entry(instance.clone()).or_insert_with(|| LiteMap::with_capacity(CHILDREN))
    }

    /// The children of this name in a namespace: another one, after somebody has changed whose it is.
    fn everywhere(&self, namespace: &str, key: &ChildKey) -> impl Iterator<Item = (&Key, &Child)> {
        let here = self.children.iter().filter(move |(instance, _)| instance.namespace == namespace);
        here.filter_map(|(instance, children)| Some((instance, children.get(key)?)))
    }

    fn forget(&mut self, instance: &Key, key: &ChildKey) {
        let Some(children) = self.children.get_mut(instance) else { return };
        children.remove(key);
        if children.is_empty() {
            self.children.remove(instance);
        }
    }
}

/// The shared cache.
#[derive(Debug, Default)]
pub struct Store {
    inner: Mutex<Inner>,
    /// Tells that some resource was put.
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
        let needing = inner.resources.iter().filter(|(_, kept)| kept.needs.contains(&kind));
        needing.map(|(key, _)| key.clone()).collect()
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
        let kept = self.lock().resources.get(key).cloned();
        kept.map(|kept| kept.resource())
    }

    /// Keeps what a watch saw of a resource. True when it is news.
    pub fn see_resource(&self, key: Key, object: DynamicObject) -> bool {
        let kept = Kept::new(object);
        let mut inner = self.lock();
        let known = inner.resources.get(&key);
        if known.is_some_and(|known| known.asked.uid == kept.asked.uid && kept.version.is_older_than(&known.version)) {
            return false;
        }
        let news = known.is_none_or(|known| known.asked != kept.asked);
        inner.resources.insert(key, kept);
        drop(inner);
        self.resources.notify_waiters();
        news
    }

    /// Keeps the answer to our own status write, unless a watch has seen a newer version meanwhile.
    pub fn wrote_resource(&self, key: &Key, answer: DynamicObject) {
        let kept = Kept::new(answer);
        let mut inner = self.lock();
        let newer = |known: &Kept| known.asked.uid == kept.asked.uid && known.version.is_older_than(&kept.version);
        if inner.resources.get(key).is_some_and(newer) {
            inner.resources.insert(key.clone(), kept);
        }
    }

    /// Forgets a resource.
    pub fn remove_resource(&self, key: &Key) {
        self.lock().resources.remove(key);
    }

    /// All resources.
    pub fn keys(&self) -> HashSet<Key> {
        self.lock().resources.keys().cloned().collect()
    }

    /// What each resource's status tells.
    pub fn told(&self) -> Vec<(Key, Box<[Told]>)> {
        self.lock().resources.iter().map(|(key, kept)| (key.clone(), kept.told.clone())).collect()
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
        let inner = self.lock();
        let children = inner.children.get(instance).into_iter().flat_map(LiteMap::iter);
        children.map(|(key, child)| (key.clone(), child.clone())).collect()
    }

    /// How many resources there are, and how many children of each kind.
    pub fn counts(&self) -> (usize, BTreeMap<Kind, usize>) {
        let inner = self.lock();
        let mut children = BTreeMap::new();
        for ((kind, _), _) in inner.children.values().flat_map(LiteMap::iter) {
            *children.entry(*kind).or_default() += 1;
        }
        (inner.resources.len(), children)
    }

    /// Keeps what a watch saw.
    pub fn see(&self, instance: &Key, key: ChildKey, mut child: Child) -> News {
        let mut inner = self.lock();
        let children = inner.children_of(instance);
        let known = children.get(&key);
        if known.is_some_and(|known| child.version.is_older_than(&known.version)) {
            return News::None;
        }
        if let Some(known) = known.filter(|known| known.uid == child.uid) {
            child.written = known.written;
        }
        let news = match known {
            None => News::New,
            Some(known) if known.is_same(&child) => News::None,
            Some(_) => News::Changed,
        };
        children.insert(key, child);
        news
    }

    /// Keeps the answer to our own write. A watch may have seen a newer version already: that one stays, and shows
    /// by its list of fields whether somebody changed ours.
    pub fn wrote(&self, instance: &Key, key: ChildKey, meta: &ObjectMeta) {
        let mut child = Child::written(meta);
        let mut inner = self.lock();
        if inner.gone.has(&child.uid) {
            return;
        }
        // Somebody changed whose it is after our write, and the watch was faster than the answer.
        let lost = |other: &Child| other.uid == child.uid && child.version.is_older_than(&other.version);
        if inner.everywhere(&instance.namespace, &key).any(|(other, known)| other != instance && lost(known)) {
            return;
        }
        let children = inner.children_of(instance);
        if let Some(known) = children.get_mut(&key).filter(|known| known.uid == child.uid) {
            if child.version.is_older_than(&known.version) {
                known.written = child.written;
                return;
            }
            child.progress = known.progress.clone();
            // What was written is not what was seen: nobody knows yet how far the new template is.
            if let Progress::Part(part) = &mut child.progress
                && child.version != known.version
            {
                (part.settled, part.current) = (false, false);
            }
        }
        children.insert(key, child);
    }

    /// A child is gone for good. True when it was known.
    pub fn gone(&self, instance: &Key, key: &ChildKey, uid: Uid) -> bool {
        let mut inner = self.lock();
        let known = inner.children.get(instance).and_then(|children| children.get(key));
        let meant = known.is_some_and(|child| child.uid == uid);
        if meant {
            inner.forget(instance, key);
        }
        inner.gone.add(uid);
        meant
    }

    /// Forgets a child that is this instance's no more.
    pub fn forget(&self, instance: &Key, key: &ChildKey) {
        self.lock().forget(instance, key);
    }

    /// The children of one kind.
    pub fn of_kind(&self, kind: Kind) -> HashSet<(Key, ChildKey)> {
        let inner = self.lock();
        let all = inner.children.iter();
        all.flat_map(|(instance, children)| {
            children.keys().filter(move |(k, _)| *k == kind).map(move |key| (instance.clone(), key.clone()))
        })
        .collect()
    }

    /// The instances of a namespace, other than this one, that have a child of this name: whose label it had before.
    pub fn others_with(&self, namespace: &str, key: &ChildKey, instance: Option<&Key>) -> Vec<Key> {
        let inner = self.lock();
        let all = inner.everywhere(namespace, key).map(|(other, _)| other);
        all.filter(|other| instance != Some(*other)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Meta;
    use securechat_operator_render::names;

    fn seen(version: &str, fields: &str) -> Child {
        let meta = serde_json::json!({"uid": "u", "resourceVersion": version, "managedFields": [
            {"manager": names::MANAGER, "fieldsV1": {"f:data": {fields: {}}}},
            {"manager": names::MANAGER, "subresource": "status", "fieldsV1": {"f:status": {}}},
            {"manager": "somebody", "fieldsV1": {"f:data": {"f:theirs": {}}}},
        ]});
        Child::seen(&serde_json::from_value::<Meta>(meta).unwrap(), Progress::None)
    }

    fn answer(version: &str, fields: &str) -> ObjectMeta {
        let fields = serde_json::json!({"f:data": {fields: {}}});
        let meta = serde_json::json!({"uid": "u", "resourceVersion": version, "managedFields": [
            {"manager": names::MANAGER, "fieldsV1": fields},
        ]});
        serde_json::from_value(meta).unwrap()
    }

    fn drifted(store: &Store, instance: &Key, key: &ChildKey) -> bool {
        let child = store.children(instance).remove(key).unwrap();
        child.written != Some(child.ours)
    }

    #[test]
    fn a_foreign_change_is_noticed_whether_the_watch_or_the_answer_comes_first() {
        let (store, instance) = (Store::default(), Key { namespace: "n".into(), name: "i".into() });
        let key: ChildKey = (Kind::ConfigMap, "c".into());
        store.wrote(&instance, key.clone(), &answer("5", "f:a"));
        assert!(!drifted(&store, &instance, &key));
        assert_eq!(store.see(&instance, key.clone(), seen("5", "f:a")), News::None, "our own write");
        assert_eq!(store.see(&instance, key.clone(), seen("6", "f:b")), News::Changed);
        assert!(drifted(&store, &instance, &key));
        store.wrote(&instance, key.clone(), &answer("7", "f:a"));
        assert!(!drifted(&store, &instance, &key));
        store.see(&instance, key.clone(), seen("9", "f:b"));
        store.wrote(&instance, key.clone(), &answer("8", "f:a"));
        assert!(drifted(&store, &instance, &key), "the answer to an older write does not hide the change");
    }

    #[test]
    fn an_answer_that_comes_after_the_deletion_does_not_bring_a_child_back() {
        let (store, instance) = (Store::default(), Key { namespace: "n".into(), name: "i".into() });
        let key: ChildKey = (Kind::ConfigMap, "c".into());
        store.see(&instance, key.clone(), seen("5", "f:a"));
        assert!(store.gone(&instance, &key, "u".into()));
        store.wrote(&instance, key.clone(), &answer("5", "f:a"));
        assert!(store.children(&instance).is_empty());
        let another = ObjectMeta { uid: Some("v".into()), ..answer("7", "f:a") };
        store.wrote(&instance, key.clone(), &another);
        assert_eq!(store.see(&instance, key.clone(), seen("6", "f:a")), News::None, "the watch lags behind our write");
        assert!(!store.gone(&instance, &key, "u".into()), "the deletion of the former is not that of the new one");
        assert_eq!(store.counts().1, BTreeMap::from([(Kind::ConfigMap, 1)]));
    }

    #[test]
    fn an_answer_that_comes_after_a_change_of_whose_a_child_is_does_not_bring_it_back() {
        let store = Store::default();
        let [ours, theirs] = ["ours", "theirs"].map(|name| Key { namespace: "n".into(), name: name.into() });
        let key: ChildKey = (Kind::Secret, "s".into());
        store.see(&theirs, key.clone(), seen("6", "f:a"));
        store.wrote(&ours, key.clone(), &answer("5", "f:a"));
        assert!(store.children(&ours).is_empty());
        store.wrote(&ours, key.clone(), &answer("7", "f:a"));
        assert!(store.children(&ours).contains_key(&key));
        assert_eq!(store.others_with("n", &key, Some(&ours)), [theirs]);
        assert!(store.others_with("m", &key, None).is_empty());
    }

    #[test]
    fn a_status_that_somebody_else_wrote_is_news_and_our_own_is_not() {
        let (store, key) = (Store::default(), Key { namespace: "n".into(), name: "i".into() });
        let resource = |version: &str, status: &str| {
            serde_json::from_value::<DynamicObject>(serde_json::json!({
                "metadata": {"namespace": "n", "name": "i", "uid": "u", "resourceVersion": version, "generation": 1},
                "spec": {}, "status": {"url": status},
            }))
            .unwrap()
        };
        assert!(store.see_resource(key.clone(), resource("1", "")));
        store.wrote_resource(&key, resource("2", "ours"));
        assert!(!store.see_resource(key.clone(), resource("2", "ours")));
        assert!(!store.see_resource(key.clone(), resource("1", "")), "the watch lags");
        assert!(store.see_resource(key.clone(), resource("3", "theirs")));
        store.wrote_resource(&key, resource("2", "ours"));
        assert!(!store.see_resource(key, resource("3", "theirs")), "an older answer does not hide it");
    }
}
