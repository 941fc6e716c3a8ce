use super::World;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Plays kubelet and the controllers of Jobs, Deployments and StatefulSets in one namespace: what exists becomes
/// ready, Jobs succeed. Nothing runs. Ends when it is dropped.
pub(crate) struct Played {
    script: Arc<Mutex<Script>>,
    task: tokio::task::JoinHandle<()>,
}

/// What does not go well.
#[derive(Default)]
struct Script {
    /// Jobs whose name contains the first fail; the second is what their program says last.
    failing: Vec<(String, String)>,
    /// Objects whose name contains one of these make no progress.
    stuck: Vec<String>,
    /// Jobs in the order in which they succeeded.
    succeeded: Vec<String>,
}

impl Played {
    pub(super) fn start(world: &World) -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let (client, namespace) = (world.client.clone(), world.namespace.clone());
        let task = tokio::spawn(play(client, namespace, Arc::clone(&script)));
        Self { script, task }
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
    }

    /// All go on and succeed again.
    pub(crate) fn mend(&self) {
        let mut script = self.script.lock().unwrap();
        script.failing.clear();
        script.stuck.clear();
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

async fn play(client: Client, namespace: String, script: Arc<Mutex<Script>>) {
    let jobs: Api<Job> = Api::namespaced(client.clone(), &namespace);
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &namespace);
    let stores: Api<StatefulSet> = Api::namespaced(client.clone(), &namespace);
    let pods: Api<Pod> = Api::namespaced(client, &namespace);
    let all = ListParams::default();
    let mut failed = BTreeSet::new();
    loop {
        for job in jobs.list(&all).await.map(|list| list.items).unwrap_or_default() {
            let ended = job.status.as_ref().and_then(|s| s.conditions.as_ref()).is_some_and(|c| !c.is_empty());
            let (stuck, words) = verdict(&script, &job.name_any());
            if ended || stuck {
                continue;
            }
            let status = match &words {
                None => succeeded(),
                Some(words) => {
                    if failed.insert(job.name_any()) {
                        leave_pod(&pods, &job, words).await;
                    }
                    failed_status()
                }
            };
            if set(&jobs, &job.name_any(), status).await && words.is_none() {
                script.lock().unwrap().succeeded.push(job.name_any());
            }
        }
        for deployment in deployments.list(&all).await.map(|list| list.items).unwrap_or_default() {
            let n = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
            let seen = deployment.status.as_ref().and_then(|status| status.observed_generation);
            let ready = deployment.status.as_ref().and_then(|status| status.ready_replicas).unwrap_or(0);
            if (seen != deployment.metadata.generation || ready != n) && !verdict(&script, &deployment.name_any()).0 {
                let status = json!({"observedGeneration": deployment.metadata.generation, "replicas": n,
                    "updatedReplicas": n, "readyReplicas": n, "availableReplicas": n});
                set(&deployments, &deployment.name_any(), status).await;
            }
        }
        for store in stores.list(&all).await.map(|list| list.items).unwrap_or_default() {
            let seen = store.status.as_ref().and_then(|status| status.observed_generation);
            if seen != store.metadata.generation && !verdict(&script, &store.name_any()).0 {
                let status = json!({"observedGeneration": store.metadata.generation, "replicas": 1,
                    "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "currentReplicas": 1});
                set(&stores, &store.name_any(), status).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn verdict(script: &Mutex<Script>, name: &str) -> (bool, Option<String>) {
    let script = script.lock().unwrap();
    let stuck = script.stuck.iter().any(|part| name.contains(part.as_str()));
    let words = script.failing.iter().find(|(part, _)| name.contains(part.as_str())).map(|(_, words)| words.clone());
    (stuck, words)
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

/// The pod that a failed Job leaves behind, with its last words. Made from the Job's own template, so that admission
/// judges it.
async fn leave_pod(pods: &Api<Pod>, job: &Job, words: &str) {
    let template = job.spec.as_ref().unwrap().template.clone();
    let mut pod = Pod { spec: template.spec, metadata: template.metadata.unwrap_or_default(), status: None };
    let name = format!("{}-x1y2z", job.name_any());
    pod.metadata.name = Some(name.clone());
    pod.labels_mut().insert("batch.kubernetes.io/job-name".to_owned(), job.name_any());
    let container = pod.spec.as_ref().unwrap().containers[0].name.clone();
    let image = pod.spec.as_ref().unwrap().containers[0].image.clone();
    pods.create(&PostParams::default(), &pod).await.unwrap();
    let status = json!({"phase": "Failed", "containerStatuses": [{
        "name": container, "image": image, "imageID": "", "ready": false, "restartCount": 0,
        "state": {"terminated": {"exitCode": 1, "reason": "Error", "message": words, "startedAt": START, "finishedAt": END}},
    }]});
    assert!(set(pods, &name, status).await, "the played pod has its status");
}

async fn set<K>(api: &Api<K>, name: &str, status: Value) -> bool
where
    K: Clone + serde::de::DeserializeOwned + std::fmt::Debug,
{
    let patch = Patch::Merge(json!({"status": status}));
    match api.patch_status(name, &PatchParams::default(), &patch).await {
        Ok(_) => true,
        Err(kube::Error::Api(status)) if status.code == 404 => false,
        Err(error) => panic!("the played status of {name} is refused: {error}"),
    }
}
