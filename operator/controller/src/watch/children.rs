use super::seen::{Seen, Status};
use super::{Listed, Meta, Sink, Source, Watching, front, watch};
use crate::kinds::Kind;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::store::{Child, ChildKey, Key, News, Progress, Store};
use futures_util::future::BoxFuture;
use kube::Resource as _;
use kube::core::{DynamicObject, Request};
use securechat_operator_plan::{JobState, PartState};
use securechat_operator_render::names;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Sender;

/// How often a kind is asked for that somebody needs and the cluster does not know.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Watches one kind of child for ever.
pub async fn watch_children(kind: Kind, watching: Watching) {
    let (source, children, metrics) = start(kind, watching);
    watch(kind.as_str(), source, children, metrics).await;
}

/// Lists one kind of child once.
///
/// # Errors
/// When the API server refuses.
pub async fn list_children(kind: Kind, watching: Watching) -> Result<(), kube::Error> {
    let (source, mut children, _) = start(kind, watching);
    match source.list(&mut children, || ()).await {
        Ok(_) => {}
        Err(kube::Error::Api(status)) if status.code == 404 && children.unknown().is_some() => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn start(kind: Kind, watching: Watching) -> (Source, Children, Arc<Metrics>) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let labels = Some(format!("{}={}", names::MANAGED_BY, names::MANAGER));
    let request = Request::new(DynamicObject::url_path(&kind.resource(), namespace.as_deref()));
    let source = Source { client, request, labels, metadata_only: !kind.has_progress() };
    (source, Children { kind, store, queue, listed, gone: HashSet::new() }, metrics)
}

struct Children {
    kind: Kind,
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
    /// While a list comes in: what it has not named yet.
    gone: HashSet<(Key, ChildKey)>,
}

impl Children {
    fn key(&self, meta: &Meta) -> ChildKey {
        (self.kind, meta.name.as_str().into())
    }

    fn place(&self, meta: &Meta) -> Option<(Key, ChildKey)> {
        Some((instance(meta)?, self.key(meta)))
    }

    fn see(&self, object: &Seen, instance: Key, key: ChildKey) {
        let child = Child::seen(&object.metadata, progress(self.kind, object));
        if self.store.see(&instance, key, child) != News::None {
            self.queue.add(instance);
        }
    }

    /// Whether the cluster knows the kind has changed.
    fn tell_needing(&self) {
        self.store.needing(self.kind).into_iter().for_each(|key| self.queue.add(key));
    }
}

impl Sink for Children {
    type Object = Seen;

    fn unknown(&mut self) -> Option<BoxFuture<'static, ()>> {
        let (kind, store) = (self.kind, Arc::clone(&self.store));
        if !kind.is_foreign() {
            return None;
        }
        if store.set_unknown(kind, true) {
            self.tell_needing();
        }
        // There are none.
        self.begin();
        self.end();
        // Asked for again only while somebody needs it: at rest nothing is read.
        let needed = !store.needing(kind).is_empty();
        Some(Box::pin(async move {
            if needed {
                tokio::time::sleep(ASK_AGAIN).await;
            } else {
                store.until_needed(kind).await;
            }
        }))
    }

    fn version(object: &Seen) -> &str {
        &object.metadata.resource_version
    }

    fn begin(&mut self) {
        self.gone = self.store.of_kind(self.kind);
    }

    fn page(&mut self, objects: Vec<Seen>) {
        if self.kind.is_foreign() && self.store.set_unknown(self.kind, false) {
            self.tell_needing();
        }
        for object in objects {
            let Some(place) = self.place(&object.metadata) else { continue };
            self.gone.remove(&place);
            self.see(&object, place.0, place.1);
        }
    }

    fn end(&mut self) {
        for (instance, key) in std::mem::take(&mut self.gone) {
            self.store.forget(&instance, &key);
            self.queue.add(instance);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(self.kind.as_str()));
    }

    fn changed(&mut self, object: Seen) {
        let meta = &object.metadata;
        let (instance, key) = (instance(meta), self.key(meta));
        if let Some(instance) = &instance {
            self.see(&object, instance.clone(), key.clone());
        }
        // Somebody may have given it another label, or none, and we may have put it back: whom it belonged to before
        // has lost it.
        for other in self.store.others_with(&meta.namespace, &key, instance.as_ref()) {
            self.store.forget(&other, &key);
            self.queue.add(other);
        }
    }

    fn gone(&mut self, object: Seen) {
        let Some((instance, key)) = self.place(&object.metadata) else { return };
        if self.store.gone(&instance, &key, object.metadata.uid.as_str().into()) {
            self.queue.add(instance);
        }
    }
}

/// Its owner says whose it is; what outlives its owner has but a label.
fn instance(meta: &Meta) -> Option<Key> {
    let name = meta.owner().map(|owner| &owner.name).or_else(|| meta.labels.get(names::INSTANCE))?.clone();
    Some(Key { namespace: meta.namespace.clone(), name })
}

fn progress(kind: Kind, object: &Seen) -> Progress {
    match kind {
        Kind::Deployment => Progress::Part(Box::new(part(object, object.status.replicas))),
        Kind::StatefulSet => Progress::Part(Box::new(part(object, object.status.current_replicas))),
        Kind::Job => Progress::Job(Box::new(job(&object.status))),
        Kind::HttpRoute => Progress::Front(Box::new(front::route(object))),
        Kind::Certificate => Progress::Front(Box::new(front::certificate(object))),
        Kind::ConfigMap
        | Kind::Secret
        | Kind::Service
        | Kind::ServiceAccount
        | Kind::NetworkPolicy
        | Kind::PodDisruptionBudget
        | Kind::HorizontalPodAutoscaler
        | Kind::Ingress
        | Kind::PersistentVolumeClaim => Progress::None,
    }
}

/// Settled: the controller saw the present template, all pods are of it, and no older one is left.
fn part(object: &Seen, present: u32) -> PartState {
    let Seen { metadata, spec, status } = object;
    let desired = spec.replicas.unwrap_or(1);
    let seen = status.observed_generation >= metadata.generation;
    let label = |name| spec.template.metadata.labels.get(name).cloned();
    PartState {
        version: label(names::VERSION).unwrap_or_default(),
        credentials: label(names::CREDENTIALS),
        desired,
        ready: status.available_replicas,
        settled: seen && status.updated_replicas == desired && present == desired,
        current: seen && status.updated_replicas > 0 && status.updated_replicas == present,
    }
}

/// A Job is judged by its conditions, never by counts.
fn job(status: &Status) -> JobState {
    for condition in status.conditions.iter().filter(|condition| condition.status == "True") {
        match condition.type_.as_str() {
            "Complete" => return JobState::Succeeded,
            "Failed" => {
                return JobState::Failed { reason: condition.reason.clone(), message: condition.message.clone() };
            }
            _ => {}
        }
    }
    JobState::Running
}
