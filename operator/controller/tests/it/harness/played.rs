use futures_util::stream::{self, BoxStream, StreamExt as _};
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, Resource, ResourceExt as _};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Plays kubelet and the controllers of Jobs, Deployments and StatefulSets: what exists becomes ready, Jobs succeed.
/// Nothing runs. Ends when it is dropped.
pub(crate) struct Played {
    script: Arc<Mutex<Script>>,
    changed: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

/// What does not go well, and what went.
#[derive(Default)]
struct Script {
    /// Jobs whose name contains the first fail; the second is what their program says last.
    failing: Vec<(String, String)>,
    /// Objects whose name contains one of these make no progress.
    stuck: Vec<String>,
    /// Jobs in the order in which they succeeded.
    succeeded: Vec<String>,
    /// Jobs that left a pod.
    failed: BTreeSet<String>,
}

impl Played {
    /// In one namespace, or in all.
    pub(crate) fn start(client: Client, namespace: Option<String>) -> Self {
        let (script, changed) = (Arc::new(Mutex::new(Script::default())), Arc::new(Notify::new()));
        let stage = Stage { client, namespace, script: Arc::clone(&script) };
        let task = tokio::spawn(stage.play(Arc::clone(&changed)));
        Self { script, changed, task }
    }

    /// Jobs whose name contains `part` fail with these last words, from now on.
    pub(crate) fn fail(&self, part: &str, words: &str) {
        self.script.lock().unwrap().failing.push((part.to_owned(), words.to_owned()));
    }

    /// Objects whose name contains `part` make no progress, from now on.
    pub(crate) fn hold(&self, part: &str) {
        self.script.lock().unwrap().stuck.push(part.to_owned());
    }

    /// Objects whose name contains `part` go on.
    pub(crate) fn release(&self, part: &str) {
        self.script.lock().unwrap().stuck.retain(|stuck| stuck != part);
        self.changed.notify_one();
    }

    /// All go on and succeed again.
    pub(crate) fn mend(&self) {
        let mut script = self.script.lock().unwrap();
        script.failing.clear();
        script.stuck.clear();
        self.changed.notify_one();
    }

    /// The Jobs that succeeded so far.
    pub(crate) fn succeeded(&self) -> Vec<String> {
        self.script.lock().unwrap().succeeded.clone()
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Something that changed.
enum Object {
    Job(Box<Job>),
    Deployment(Box<Deployment>),
    StatefulSet(Box<StatefulSet>),
    /// The script: everything is to be looked at.
    All,
}

#[derive(Clone)]
struct Stage {
    client: Client,
    namespace: Option<String>,
    script: Arc<Mutex<Script>>,
}

impl Stage {
    async fn play(self, changed: Arc<Notify>) {
        let told = stream::unfold(changed, |changed| async move {
            changed.notified().await;
            Some((Object::All, changed))
        });
        let all = [
            self.watch(|job| Object::Job(Box::new(job))),
            self.watch(|deployment| Object::Deployment(Box::new(deployment))),
            self.watch(|store| Object::StatefulSet(Box::new(store))),
            told.boxed(),
        ];
        stream::select_all(all).for_each_concurrent(8, |object| self.advance(object)).await;
    }

    fn all<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        match &self.namespace {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        }
    }

    fn watch<K>(&self, object: fn(K) -> Object) -> BoxStream<'static, Object>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
        K: Clone + DeserializeOwned + Debug + Send + 'static,
    {
        let events = watcher(self.all::<K>(), watcher::Config::default()).default_backoff().applied_objects();
        events.filter_map(move |seen| async move { seen.ok().map(object) }).boxed()
    }

    async fn advance(&self, object: Object) {
        match object {
            Object::Job(job) => self.job(&job).await,
            Object::Deployment(deployment) => self.deployment(&deployment).await,
            Object::StatefulSet(store) => self.store(&store).await,
            Object::All => {
                for job in self.list().await {
                    self.job(&job).await;
                }
                for deployment in self.list().await {
                    self.deployment(&deployment).await;
                }
                for store in self.list().await {
                    self.store(&store).await;
                }
            }
        }
    }

    async fn list<K>(&self) -> Vec<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
    {
        self.all().list(&ListParams::default()).await.unwrap().items
    }

    async fn job(&self, job: &Job) {
        let ended = job.status.as_ref().and_then(|s| s.conditions.as_ref()).is_some_and(|c| !c.is_empty());
        let (stuck, words) = self.verdict(&job.name_any());
        if ended || stuck {
            return;
        }
        let Some(words) = words else {
            if self.set(job, succeeded()).await {
                self.script.lock().unwrap().succeeded.push(job.name_any());
            }
            return;
        };
        let first = self.script.lock().unwrap().failed.insert(job.name_any());
        if first {
            self.leave_pod(job, &words).await;
        }
        self.set(job, failed_status()).await;
    }

    async fn deployment(&self, deployment: &Deployment) {
        let n = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let seen = deployment.status.as_ref().and_then(|status| status.observed_generation);
        let ready = deployment.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0);
        if (seen != deployment.metadata.generation || ready != n) && !self.verdict(&deployment.name_any()).0 {
            let status = json!({"observedGeneration": deployment.metadata.generation, "replicas": n,
                "updatedReplicas": n, "readyReplicas": n, "availableReplicas": n});
            self.set(deployment, status).await;
        }
    }

    async fn store(&self, store: &StatefulSet) {
        let seen = store.status.as_ref().and_then(|status| status.observed_generation);
        if seen != store.metadata.generation && !self.verdict(&store.name_any()).0 {
            let status = json!({"observedGeneration": store.metadata.generation, "replicas": 1,
                "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "currentReplicas": 1});
            self.set(store, status).await;
        }
    }

    fn verdict(&self, name: &str) -> (bool, Option<String>) {
        let script = self.script.lock().unwrap();
        let stuck = script.stuck.iter().any(|part| name.contains(part.as_str()));
        let failing = script.failing.iter().find(|(part, _)| name.contains(part.as_str()));
        (stuck, failing.map(|(_, words)| words.clone()))
    }

    /// The pod that a failed Job leaves behind, with its last words. Made from the Job's own template, so that
    /// admission judges it.
    async fn leave_pod(&self, job: &Job, words: &str) {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &job.namespace().unwrap());
        let template = job.spec.as_ref().unwrap().template.clone();
        let mut pod = Pod { spec: template.spec, metadata: template.metadata.unwrap_or_default(), status: None };
        pod.metadata.name = Some(format!("{}-x1y2z", job.name_any()));
        pod.metadata.namespace = job.namespace();
        pod.labels_mut().insert("batch.kubernetes.io/job-name".to_owned(), job.name_any());
        let container = pod.spec.as_ref().unwrap().containers[0].name.clone();
        let image = pod.spec.as_ref().unwrap().containers[0].image.clone();
        pods.create(&PostParams::default(), &pod).await.unwrap();
        let status = json!({"phase": "Failed", "containerStatuses": [{
            "name": container, "image": image, "imageID": "", "ready": false, "restartCount": 0,
            "state": {"terminated": {"exitCode": 1, "reason": "Error", "message": words, "startedAt": START, "finishedAt": END}},
        }]});
        assert!(self.set(&pod, status).await, "the played pod has its status");
    }

    async fn set<K>(&self, object: &K, status: Value) -> bool
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
    {
        let api: Api<K> = Api::namespaced(self.client.clone(), &object.namespace().unwrap());
        // Of this very object: another of its name makes its own progress.
        let patch = Patch::Merge(json!({"metadata": {"uid": object.meta().uid}, "status": status}));
        match api.patch_status(&object.name_any(), &PatchParams::default(), &patch).await {
            Ok(_) => true,
            Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => false,
            Err(error) => panic!("the played status of {} is refused: {error}", object.name_any()),
        }
    }
}

const START: &str = "2026-01-01T00:00:00Z";
const END: &str = "2026-01-01T00:00:05Z";

fn condition(type_: &str, reason: &str, message: &str) -> Value {
    json!({"type": type_, "status": "True", "reason": reason, "message": message,
        "lastProbeTime": END, "lastTransitionTime": END})
}

fn succeeded() -> Value {
    json!({"startTime": START, "completionTime": END, "succeeded": 1, "ready": 0, "terminating": 0,
        "uncountedTerminatedPods": {},
        "conditions": [condition("SuccessCriteriaMet", "CompletionsReached", ""), condition("Complete", "CompletionsReached", "")]})
}

fn failed_status() -> Value {
    let message = "Container migrate for pod failed with exit code 1 matching FailJob rule at index 1";
    json!({"startTime": START, "failed": 1, "ready": 0, "terminating": 0, "uncountedTerminatedPods": {},
        "conditions": [condition("FailureTarget", "PodFailurePolicy", message), condition("Failed", "PodFailurePolicy", message)]})
}
