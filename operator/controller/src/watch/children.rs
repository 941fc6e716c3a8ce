use super::{Listed, Seen, Sink, Source, Watching, front, watch};
use crate::kinds::Kind;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::store::{Child, ChildKey, Key, Progress, Store};
use futures_util::future::BoxFuture;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use securechat_operator_plan::{JobState, PartState};
use securechat_operator_render::names;
use serde_json::Value;
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
    match source.list().await {
        Ok((objects, _)) => children.all(objects),
        Err(kube::Error::Api(status)) if status.code == 404 && children.unknown().is_some() => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn start(kind: Kind, watching: Watching) -> (Source, Children, Arc<Metrics>) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let resource = kind.resource();
    let api = match &namespace {
        Some(namespace) => Api::namespaced_with(client, namespace, &resource),
        None => Api::all_with(client, &resource),
    };
    let labels = Some(format!("{}={}", names::MANAGED_BY, names::MANAGER));
    let source = Source { api, labels, metadata_only: !kind.has_progress() };
    (source, Children { kind, store, queue, listed }, metrics)
}

struct Children {
    kind: Kind,
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
}

impl Children {
    fn place(&self, meta: &ObjectMeta) -> Option<(Key, ChildKey)> {
        let instance = meta.labels.as_ref()?.get(names::INSTANCE)?.clone();
        let key = Key { namespace: meta.namespace.clone()?, name: instance };
        Some((key, (self.kind, meta.name.clone()?)))
    }

    fn replace(&mut self, objects: Vec<Seen>) {
        let mut gone: HashSet<_> = self.store.of_kind(self.kind).into_iter().collect();
        for object in objects {
            if let Some(place) = self.place(&object.meta) {
                gone.remove(&place);
            }
            self.changed(object);
        }
        for (instance, key) in gone {
            self.store.forget(&instance, &key);
            self.queue.add(instance);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(self.kind.as_str()));
    }

    /// Whether the cluster knows the kind has changed.
    fn tell_needing(&self) {
        self.store.needing(self.kind).into_iter().for_each(|key| self.queue.add(key));
    }
}

impl Sink for Children {
    fn unknown(&mut self) -> Option<BoxFuture<'static, ()>> {
        let (kind, store) = (self.kind, Arc::clone(&self.store));
        if !kind.is_foreign() {
            return None;
        }
        if store.set_unknown(kind, true) {
            self.tell_needing();
        }
        self.replace(Vec::new());
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

    fn all(&mut self, objects: Vec<Seen>) {
        if self.kind.is_foreign() && self.store.set_unknown(self.kind, false) {
            self.tell_needing();
        }
        self.replace(objects);
    }

    fn changed(&mut self, object: Seen) {
        let Some((instance, key)) = self.place(&object.meta) else { return };
        let child = Child::new(&object.meta, progress(self.kind, &object));
        if self.store.see(&instance, key, child) {
            self.queue.add(instance);
        }
    }

    fn gone(&mut self, object: Seen) {
        let Some((instance, key)) = self.place(&object.meta) else { return };
        let same = self.store.children(&instance).get(&key).map(|child| Some(&child.uid) == object.meta.uid.as_ref());
        if same == Some(true) && self.store.forget(&instance, &key) {
            self.queue.add(instance);
        }
    }
}

fn progress(kind: Kind, object: &Seen) -> Progress {
    match kind {
        Kind::Deployment => Progress::Part(part(object, "updatedReplicas", "replicas")),
        Kind::StatefulSet => Progress::Part(part(object, "updatedReplicas", "currentReplicas")),
        Kind::Job => Progress::Job(job(&object.body["status"])),
        Kind::HttpRoute => Progress::Front(front::route(object)),
        Kind::Certificate => Progress::Front(front::certificate(object)),
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
fn part(object: &Seen, updated: &str, present: &str) -> PartState {
    let (spec, status) = (&object.body["spec"], &object.body["status"]);
    let number = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let desired = spec["replicas"].as_u64().map_or(1, |_| number(&spec["replicas"]));
    let seen = status["observedGeneration"].as_i64().unwrap_or(0) >= object.meta.generation.unwrap_or(0);
    let template = &spec["template"]["metadata"]["labels"];
    PartState {
        version: template[names::VERSION].as_str().unwrap_or_default().to_owned(),
        desired,
        ready: number(&status["readyReplicas"]),
        settled: seen
            && number(&status[updated]) == desired
            && (present == "currentReplicas" || number(&status[present]) == desired),
        current: seen && number(&status[updated]) > 0 && number(&status[updated]) == number(&status[present]),
    }
}

/// A Job is judged by its conditions, never by counts.
fn job(status: &Value) -> JobState {
    let conditions = status["conditions"].as_array().into_iter().flatten();
    for condition in conditions.filter(|c| c["status"] == "True") {
        let text = |field: &str| condition[field].as_str().unwrap_or_default().to_owned();
        match condition["type"].as_str() {
            Some("Complete") => return JobState::Succeeded,
            Some("Failed") => return JobState::Failed { reason: text("reason"), message: text("message") },
            _ => {}
        }
    }
    JobState::Running
}
