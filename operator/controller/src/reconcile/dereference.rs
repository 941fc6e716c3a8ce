//! Reads all that the pure steps need.

use super::remember::previous;
use super::{Context, ReconcileError};
use crate::kinds::Kind;
use crate::store::{Child, ChildKey, Digest, Key, Progress, Uid, Version};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{Pod, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Error;
use kube::api::{Api, ListParams};
use securechat_contracts::ServiceName;
use securechat_operator_api::{SecureChat, SecureChatSpec};
use securechat_operator_plan::{Component, CredentialSet, JobState, Previous, SecretName};
use securechat_operator_render::{SecretValues, names};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(5);

/// All that was read.
pub(super) struct Dereferenced {
    /// The children as the watches know them.
    pub(super) children: BTreeMap<ChildKey, Child>,
    /// The contents of all Secrets: generated ones, and those that the resource names.
    pub(super) values: SecretValues,
    /// The versions at which generated Secrets were read.
    pub(super) versions: BTreeMap<SecretName, String>,
    /// Foreign kinds that the cluster does not know.
    pub(super) unknown: Vec<Kind>,
    /// The Jobs, failed ones with their last words.
    pub(super) jobs: BTreeMap<String, JobState>,
    /// How many pods of other releases than the asked-for one exist, where that was looked for.
    pub(super) old_pods: Option<usize>,
    /// How many pods of services have other credentials than those that are used, where that was looked for.
    pub(super) former_pods: Option<usize>,
    /// What the status said before.
    pub(super) previous: Previous,
}

/// A Secret as it was read: its entries as text, which is a fifth as large.
#[derive(Clone)]
struct Versioned {
    uid: Uid,
    version: Version,
    json: Box<[u8]>,
}

/// What was read of one resource's objects and changes rarely.
#[derive(Default)]
struct Remembered {
    /// Generated Secrets: they are needed at every look.
    secrets: BTreeMap<SecretName, Versioned>,
    /// Last words of failed Jobs, by uid.
    last_words: HashMap<String, String>,
    /// The fingerprint of what is asked for, and what it was made from.
    desired: Option<(Asked, String)>,
}

/// The uid and generation of a resource, and the number of changes of its namespace's releases.
type Asked = (Option<String>, Option<i64>, u64);

/// What was read and need not be read again, by resource.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<Key, Remembered>>);

/// The children as they are known now. What belonged to a former resource of this name is on its way out, or not ours to
/// count.
pub(super) fn children(context: &Context, key: &Key, resource: &SecureChat) -> BTreeMap<ChildKey, Child> {
    let uid = resource.metadata.uid.as_deref().map(Digest::of);
    let mut children = context.store.children(key);
    children.retain(|_, child| child.owner.is_none() || child.owner == uid);
    children
}

/// `approved` is the spec that is acted on while the resource's own waits or is refused.
pub(super) async fn dereference(
    context: &Context,
    key: &Key,
    resource: &SecureChat,
    approved: Option<&SecureChatSpec>,
) -> Result<Dereferenced, ReconcileError> {
    let children = children(context, key, resource);
    let specs = [Some(&resource.spec), approved].into_iter().flatten();
    let external: BTreeSet<_> = specs.flat_map(SecureChatSpec::secret_refs).collect();
    let previous = previous(resource);
    let (values, versions) = secrets(context, key, &external, &children, &previous).await?;
    let jobs = jobs(context, key, &children).await?;
    let unknown = Kind::ALL.into_iter().filter(|kind| context.store.is_unknown(*kind)).collect();
    Ok(Dereferenced { children, values, versions, unknown, jobs, old_pods: None, former_pods: None, previous })
}

async fn secrets(
    context: &Context,
    key: &Key,
    external: &BTreeSet<&str>,
    children: &BTreeMap<ChildKey, Child>,
    previous: &Previous,
) -> Result<(SecretValues, BTreeMap<SecretName, String>), ReconcileError> {
    let (mut values, mut versions) = (SecretValues::default(), BTreeMap::new());
    let services = ServiceName::ALL.into_iter().map(SecretName::Service);
    let own = [SecretName::Database, SecretName::Broker, SecretName::Keys, SecretName::Accounts];
    let credentials = [CredentialSet::A, CredentialSet::B].map(SecretName::Credentials);
    for name in own.into_iter().chain(services).chain(credentials) {
        let object = names::secret(&key.name, &name);
        let child = children.get(&(Kind::Secret, object.as_str().into()));
        // What is never made anew may have lost but the labels by which the watch sees it.
        let had_accounts = previous.accounts.as_ref().is_some_and(|made| !made.is_empty());
        let kept = name == SecretName::Keys || (name == SecretName::Accounts && had_accounts);
        if child.is_none() && !kept {
            continue;
        }
        let is_at = |known: &&Versioned| child.is_some_and(|c| c.uid == known.uid && c.version == known.version);
        let known = context.memory.with(key, |memory| memory.secrets.get(&name).filter(is_at).cloned());
        let read = if let Some(known) = known {
            known
        } else {
            let Some(secret) = read_secret(context, &key.namespace, &object).await? else { continue };
            let read = Versioned::read(secret)?;
            context.memory.with(key, |memory| memory.secrets.insert(name.clone(), read.clone()));
            read
        };
        versions.insert(name.clone(), read.version.to_string());
        values.0.insert(name, read.data()?);
    }
    for name in external {
        if let Some(secret) = read_secret(context, &key.namespace, name).await? {
            values.0.insert(SecretName::External((*name).to_owned()), secret.data.unwrap_or_default());
        }
    }
    Ok((values, versions))
}

async fn read_secret(context: &Context, namespace: &str, name: &str) -> Result<Option<Secret>, ReconcileError> {
    let api: Api<Secret> = Api::namespaced(context.client.clone(), namespace);
    timed(&format!("Secret {name}"), api.get_opt(name)).await
}

async fn jobs(
    context: &Context,
    key: &Key,
    children: &BTreeMap<ChildKey, Child>,
) -> Result<BTreeMap<String, JobState>, ReconcileError> {
    let mut jobs = BTreeMap::new();
    for ((_, name), child) in children.iter().filter(|((kind, _), _)| *kind == Kind::Job) {
        let state = match &child.progress {
            Progress::Job(state) => match state.as_ref() {
                JobState::Failed { reason, message } => {
                    let words = last_words(context, key, name, &child.uid.to_string()).await?;
                    let message = words.unwrap_or_else(|| message.clone());
                    JobState::Failed { reason: reason.clone(), message }
                }
                state => state.clone(),
            },
            Progress::None | Progress::Part(_) | Progress::Front(_) => JobState::Running,
        };
        jobs.insert(name.to_string(), state);
    }
    Ok(jobs)
}

/// What the program of a failed Job said last, from the pod that ended last.
async fn last_words(context: &Context, key: &Key, job: &str, uid: &str) -> Result<Option<String>, ReconcileError> {
    if let Some(known) = context.memory.with(key, |memory| memory.last_words.get(uid).cloned()) {
        return Ok(Some(known).filter(|words| !words.is_empty()));
    }
    let api: Api<Pod> = Api::namespaced(context.client.clone(), &key.namespace);
    let labels = ListParams::default().labels(&format!("batch.kubernetes.io/job-name={job}"));
    let pods = timed(&format!("the pods of Job {job}"), api.list(&labels)).await?;
    let ends = pods.items.iter().filter_map(|pod| pod.status.as_ref()?.container_statuses.as_ref()?.first());
    let ends = ends.filter_map(|status| status.state.as_ref()?.terminated.as_ref());
    let last = ends.filter(|end| end.exit_code != 0).max_by_key(|end| end.finished_at.as_ref().map(|at| at.0));
    let words = last.and_then(|end| end.message.as_deref()).unwrap_or_default();
    // A message is for a person: one line of bounded length.
    let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1_000).collect();
    context.memory.with(key, |memory| memory.last_words.insert(uid.to_owned(), words.clone()));
    Ok(Some(words).filter(|words| !words.is_empty()))
}

/// How many pods of the services and the web application do not run a release, and still exist.
pub(super) async fn old_pods(context: &Context, key: &Key, version: &str) -> Result<usize, ReconcileError> {
    let components = ServiceName::ALL.into_iter().map(Component::Service).chain([Component::Web]);
    others(context, key, components, (names::VERSION, version)).await
}

/// How many pods of the services do not use a set of credentials, and still exist.
pub(super) async fn former_pods(context: &Context, key: &Key, used: CredentialSet) -> Result<usize, ReconcileError> {
    let components = ServiceName::ALL.into_iter().map(Component::Service);
    others(context, key, components, (names::CREDENTIALS, used.as_str())).await
}

/// How many pods of components have another value of a label, or none, and still exist.
async fn others(
    context: &Context,
    key: &Key,
    components: impl Iterator<Item = Component>,
    (label, value): (&str, &str),
) -> Result<usize, ReconcileError> {
    let api: Api<Pod> = Api::namespaced(context.client.clone(), &key.namespace);
    let components: Vec<_> = components.map(Component::as_str).collect();
    let (instance, component) = (names::INSTANCE, names::COMPONENT);
    let labels = format!("{instance}={},{label}!={value},{component} in ({})", key.name, components.join(","));
    // What has ended may stay as a record for as long as it likes.
    let alive = ListParams::default().labels(&labels).fields("status.phase!=Succeeded,status.phase!=Failed");
    let pods = timed("older pods", api.list_metadata(&alive)).await?;
    Ok(pods.items.len())
}

/// A read that does not keep its resource waiting for ever.
pub(super) async fn timed<T>(what: &str, request: impl Future<Output = Result<T, Error>>) -> Result<T, ReconcileError> {
    match tokio::time::timeout(LIMIT, request).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(source)) => Err(ReconcileError::Read { what: what.to_owned(), source: Box::new(source) }),
        Err(_) => Err(ReconcileError::Slow(what.to_owned())),
    }
}

impl Versioned {
    fn read(secret: Secret) -> Result<Self, serde_json::Error> {
        Ok(Self {
            uid: secret.metadata.uid.as_deref().unwrap_or_default().into(),
            version: secret.metadata.resource_version.as_deref().unwrap_or_default().into(),
            json: serde_json::to_vec(&secret.data.unwrap_or_default())?.into(),
        })
    }

    fn data(&self) -> Result<BTreeMap<String, ByteString>, serde_json::Error> {
        serde_json::from_slice(&self.json)
    }
}

impl Memory {
    fn with<T>(&self, key: &Key, act: impl FnOnce(&mut Remembered) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(all.entry(key.clone()).or_default())
    }

    /// The fingerprint of what is asked for: made when that changes.
    pub(super) fn desired(
        &self,
        key: &Key,
        meta: &ObjectMeta,
        changes: u64,
        make: impl FnOnce() -> Result<String, ReconcileError>,
    ) -> Result<String, ReconcileError> {
        let asked = (meta.uid.clone(), meta.generation, changes);
        if let Some((_, known)) = self.with(key, |memory| memory.desired.clone().filter(|(at, _)| *at == asked)) {
            return Ok(known);
        }
        let made = make()?;
        self.with(key, |memory| memory.desired = Some((asked, made.clone())));
        Ok(made)
    }

    /// Forgets a resource that is gone.
    pub(super) fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
