//! One child at a time: left alone while it is as rendered, written when it is not, refused when it is somebody
//! else's.

use super::ours::is_ours;
use super::{Context, ReconcileError, dereference::Dereferenced, dereference::timed};
use crate::generate::generate;
use crate::kinds::Kind;
use crate::store::{Child, ChildKey, DESIRED_HASH, Digest, Key};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, DynamicObject};
use securechat_operator_api::status::Reason;
use securechat_operator_plan::{Content, JobState, SecretName, Trouble};
use securechat_operator_render::{Generated, Held, Object, Owner, names};
use std::collections::{BTreeMap, BTreeSet};

/// A walk ends when so many requests failed.
const ENOUGH: u32 = 3;
/// No object ever has this version, so what is applied at it is made, or refused as a conflict where there is one by now.
const NEVER_STORED: &str = "1";

/// One walk over all objects.
pub(super) struct Pass<'a> {
    context: &'a Context,
    key: &'a Key,
    owner: &'a Owner,
    uid: Digest,
    seen: &'a Dereferenced,
    /// All children, also those of a former resource of this name.
    known: BTreeMap<ChildKey, Child>,
    wanted: BTreeSet<ChildKey>,
    /// Those that existed and were written, with the hash of what they are now.
    changed: BTreeMap<ChildKey, String>,
    troubles: Vec<Trouble>,
    error: Option<ReconcileError>,
    /// How many requests failed that may go well next time.
    failed: u32,
    /// Whether a Secret was made or completed: what is rendered from its values comes with the next look.
    made: bool,
}

impl<'a> Pass<'a> {
    pub(super) fn new(context: &'a Context, key: &'a Key, owner: &'a Owner, seen: &'a Dereferenced) -> Self {
        let known = context.store.children(key);
        Self {
            context,
            key,
            owner,
            uid: Digest::of(&owner.uid),
            seen,
            known,
            wanted: BTreeSet::new(),
            changed: BTreeMap::new(),
            troubles: Vec::new(),
            error: None,
            failed: 0,
            made: false,
        }
    }

    /// What is not as rendered, why it has to be tried again, and whether a Secret was made.
    pub(super) fn end(self) -> (Vec<Trouble>, Option<ReconcileError>, bool) {
        (self.troubles, self.error, self.made)
    }

    /// What an object that existed was changed to by this walk.
    pub(super) fn changed(&self, kind: Kind, name: &str) -> Option<&str> {
        self.changed.get(&(kind, name.into())).map(String::as_str)
    }

    /// Every object of one kind.
    pub(super) async fn all<K: Object>(&mut self, kind: Kind, objects: &[K]) -> Result<(), ReconcileError> {
        // What the cluster does not know is told by a condition.
        if self.seen.unknown.contains(&kind) {
            return Ok(());
        }
        for object in objects {
            self.one(kind, object, None).await?;
        }
        Ok(())
    }

    /// A Secret that is made once: created with values, completed where an entry lacks, its metadata kept.
    pub(super) async fn generated(&mut self, generated: &Generated) -> Result<(), ReconcileError> {
        let name = generated.object.name();
        let key: ChildKey = (Kind::Secret, name.as_str().into());
        self.wanted.insert(key.clone());
        // Metadata is applied only to the very one: applied to one that is gone it would make an empty Secret.
        let uid = match self.known.get(&key) {
            Some(child) => child.uid.to_string(),
            // It was there when the plan was made: whether it may be made anew, the next look says.
            None if self.version(generated).is_some() => match self.place(Kind::Secret, &name).await? {
                Place::Ours(uid) => uid,
                Place::Free | Place::Taken => return Ok(()),
            },
            None => match self.create(&name, generated).await? {
                Place::Ours(uid) => uid,
                Place::Free | Place::Taken => return Ok(()),
            },
        };
        if let Some((version, lacking)) = self.lacking(generated) {
            let entries = lacking.map(|(entry, content)| (entry.clone(), base64(&self.value(*content)))).collect();
            let meta = self.context.writer.add_entries(&self.key.namespace, &name, version, entries).await?;
            self.context.store.wrote(self.key, key, &meta);
            self.made = true;
        }
        self.one(Kind::Secret, &generated.object, Some(uid)).await
    }

    /// The entries that a Secret lacks, and the version at which that was seen.
    fn lacking<'g>(
        &self,
        generated: &'g Generated,
    ) -> Option<(&'a str, impl Iterator<Item = (&'g String, &'g Content)> + use<'a, 'g>)> {
        let (name, version) = self.version(generated)?;
        let found = self.seen.values.0.get(name)?;
        let lacks = generated.entries.keys().any(|entry| !found.contains_key(entry));
        let lacking = generated.entries.iter().filter(|(entry, _)| !found.contains_key(*entry));
        lacks.then_some((version, lacking))
    }

    /// The version at which it was read for the plan.
    fn version(&self, generated: &Generated) -> Option<(&'a SecretName, &'a str)> {
        let component = generated.object.metadata.labels.as_ref()?.get(names::COMPONENT)?;
        let all = self.seen.versions.iter();
        all.map(|(name, version)| (name, version.as_str())).find(|(name, _)| name.as_str() == component)
    }

    fn value(&self, content: Content) -> String {
        generate(content, self.context.random.as_ref())
    }

    /// Who has an object of this name now.
    async fn create(&mut self, name: &str, generated: &Generated) -> Result<Place, ReconcileError> {
        let values = generated.entries.iter().map(|(entry, content)| (entry.clone(), self.value(*content)));
        let secret = Secret {
            metadata: ObjectMeta { owner_references: None, ..generated.object.metadata.clone() },
            string_data: Some(values.collect()),
            ..generated.object.clone()
        };
        let object: DynamicObject = serde_json::from_value(serde_json::to_value(&secret)?)?;
        let namespace = &self.key.namespace;
        self.made = true;
        match self.context.writer.create(Kind::Secret, namespace, name, &object).await? {
            Some(meta) => {
                self.context.store.wrote(self.key, (Kind::Secret, name.into()), &meta);
                Ok(Place::Ours(meta.uid.unwrap_or_default()))
            }
            None => self.place(Kind::Secret, name).await,
        }
    }

    /// One object; the very one of this uid, if it is given.
    async fn one(&mut self, kind: Kind, object: &dyn Object, uid: Option<String>) -> Result<(), ReconcileError> {
        let name = object.name();
        let key: ChildKey = (kind, name.as_str().into());
        self.wanted.insert(key.clone());
        let hash = object.hash()?;
        let uid = match self.known.get(&key) {
            Some(child) if child.owner.is_some_and(|owner| owner != self.uid) => {
                let text = format!("{kind} {name} of a former SecureChat is still being deleted");
                self.troubles.push(Trouble::passes(Reason::Installing, text));
                return Ok(());
            }
            Some(child) if child.desired == Some(Digest::of(&hash)) && child.written == Some(child.ours) => {
                return Ok(());
            }
            Some(child) => Some(child.uid.to_string()),
            None if uid.is_some() => uid,
            None => match self.place(kind, &name).await? {
                Place::Free => None,
                Place::Ours(uid) => Some(uid),
                Place::Taken => return Ok(()),
            },
        };
        let mut body = object.to_json()?;
        if let Some(child) = self.known.get(&key).filter(|child| child.owns_replicas)
            && body["spec"]["replicas"].is_null()
        {
            self.give_up_replicas(kind, &name, &child.uid.to_string()).await?;
        }
        body["metadata"]["annotations"][DESIRED_HASH] = hash.as_str().into();
        // Not to what somebody else made in its place meanwhile.
        match uid {
            Some(uid) => body["metadata"]["uid"] = uid.into(),
            None => body["metadata"]["resourceVersion"] = NEVER_STORED.into(),
        }
        match self.context.writer.apply(kind, &self.key.namespace, &name, &body).await {
            Ok(meta) => {
                tracing::info!(%kind, name, namespace = self.key.namespace, "applied");
                let other = |child: &Child| child.desired != Some(Digest::of(&hash));
                if self.known.get(&key).is_some_and(other) {
                    self.changed.insert(key.clone(), hash);
                }
                self.context.store.wrote(self.key, key, &meta);
                Ok(())
            }
            Err(error) if error.is_refusal() && !error.is_of_another() => {
                self.troubles.push(Trouble::stays(Reason::ApplyFailed, error.to_string()));
                self.error.get_or_insert(error);
                Ok(())
            }
            Err(error) => self.survive(error),
        }
    }

    /// From now on Kubernetes decides how many pods there are, beginning with as many as there are.
    async fn give_up_replicas(&self, kind: Kind, name: &str, uid: &str) -> Result<(), ReconcileError> {
        let (client, namespace) = (self.context.client.clone(), &self.key.namespace);
        let api: Api<DynamicObject> = Api::namespaced_with(client, namespace, &kind.resource());
        let found = timed(&format!("{kind} {name}"), api.get_opt(name)).await?;
        let replicas = found.and_then(|found| found.data["spec"]["replicas"].as_u64());
        match replicas {
            Some(replicas) => self.context.writer.hold_replicas(namespace, name, uid, replicas).await,
            None => Ok(()),
        }
    }

    /// A request that fails keeps no other object waiting. Where several fail, more requests would only be more load.
    fn survive(&mut self, error: ReconcileError) -> Result<(), ReconcileError> {
        self.failed += 1;
        if matches!(error, ReconcileError::NotLeader(_)) || self.failed >= ENOUGH {
            return Err(error);
        }
        tracing::warn!(namespace = self.key.namespace, name = self.key.name, %error, "going on with the rest");
        self.error.get_or_insert(error);
        Ok(())
    }

    /// Who has an object of this name that no watch told of. Asked only before an object is made.
    async fn place(&mut self, kind: Kind, name: &str) -> Result<Place, ReconcileError> {
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.context.client.clone(), &self.key.namespace, &kind.resource());
        let found = timed(&format!("{kind} {name}"), api.get_metadata_opt(name)).await?;
        let Some(found) = found.map(|found| found.metadata) else { return Ok(Place::Free) };
        if is_ours(&found, &self.owner.uid) {
            return Ok(Place::Ours(found.uid.unwrap_or_default()));
        }
        let text = format!("a {kind} named {name} exists and belongs to somebody else: rename or delete it");
        self.troubles.push(Trouble::stays(Reason::NameTaken, text.clone()));
        self.error.get_or_insert(ReconcileError::NameTaken(text));
        Ok(Place::Taken)
    }

    /// Deletes our children that nobody wants any more. A Job that still runs is left to end.
    pub(super) async fn sweep(&mut self, held: &BTreeSet<Held>) -> Result<(), ReconcileError> {
        let running = |name: &str| self.seen.jobs.get(name) == Some(&JobState::Running);
        for ((kind, name), child) in &self.known {
            let held = held.contains(&Held { kind: kind.as_str(), name: name.to_string() });
            let wanted = held || self.wanted.contains(&(*kind, name.clone()));
            let owned = child.owner == Some(self.uid);
            // A running Job, and its configuration, which has its name.
            let used = matches!(kind, Kind::Job | Kind::ConfigMap) && running(name);
            if wanted || !owned || used || !kind.is_swept() {
                continue;
            }
            tracing::info!(%kind, name, namespace = self.key.namespace, "sweeping what is not wanted any more");
            self.context.writer.delete(*kind, &self.key.namespace, name, &child.uid.to_string()).await?;
            self.context.store.forget(self.key, &(*kind, name.clone()));
        }
        Ok(())
    }
}

/// Who has an object of a name.
enum Place {
    /// Nobody.
    Free,
    /// We: the object of this uid.
    Ours(String),
    /// Somebody else. It has been told.
    Taken,
}

fn base64(text: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}
