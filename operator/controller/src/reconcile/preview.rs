//! What carrying out a plan would change, by server-side dry run. Nothing is written.

use super::dereference::Dereferenced;
use super::ours::is_ours;
use super::plan::Planned;
use super::{Context, ReconcileError};
use crate::kinds::Kind;
use crate::store::{ChildKey, DESIRED_HASH, Digest, Key};
use crate::whole::{whole, without_jobs};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use securechat_operator_render::{Owner, names};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// So many requests are under way at once.
const AT_ONCE: usize = 8;
const LIMIT: Duration = Duration::from_secs(5);
const TRIES: u32 = 3;

/// What would change.
#[derive(Debug, Default)]
pub struct Preview {
    /// The objects, in the order in which they would be written.
    pub objects: Vec<Difference>,
    /// What the API server would refuse, and what belongs to somebody else: sentences.
    pub troubles: Vec<String>,
}

/// An object that would change.
#[derive(Debug)]
pub struct Difference {
    /// What would happen to it.
    pub sign: Sign,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it is, without what the API server alone writes.
    pub before: Option<Value>,
    /// What it would be.
    pub after: Option<Value>,
}

/// What would happen to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Sign {
    Made,
    Changed,
    Deleted,
}

impl Sign {
    /// As lists show it.
    pub const fn as_char(self) -> char {
        match self {
            Self::Made => '+',
            Self::Changed => '~',
            Self::Deleted => '-',
        }
    }
}

impl Difference {
    fn named(sign: Sign, kind: Kind, name: impl Into<String>) -> Self {
        Self { sign, kind, name: name.into(), before: None, after: None }
    }

    /// Whether its pods would be replaced.
    pub fn replaces_pods(&self) -> bool {
        let template = |object: &Option<Value>| object.as_ref().map(|object| object["spec"]["template"].clone());
        matches!(self.kind, Kind::Deployment | Kind::StatefulSet)
            && self.sign == Sign::Changed
            && template(&self.before) != template(&self.after)
    }
}

/// Asks what a plan would change.
///
/// # Errors
/// When the API server cannot be asked.
pub(super) async fn preview(
    context: &Context,
    key: &Key,
    owner: &Owner,
    planned: &Planned,
    seen: &Dereferenced,
) -> Result<Preview, ReconcileError> {
    // It is never closed.
    let _turn = context.previews.acquire().await.ok();
    let rendered = whole(&planned.topology, owner, &planned.observed.secrets, &seen.values)?;
    let of_kind = |body: &Value| Kind::ALL.into_iter().find(|kind| body["kind"] == kind.as_str());
    let mut wanted = Vec::new();
    for object in without_jobs(&planned.topology, &rendered) {
        let body = object.to_json()?;
        let hash = object.hash()?;
        wanted.extend(of_kind(&body).map(|kind| (kind, hash, body)));
    }
    let names: BTreeSet<ChildKey> = wanted.iter().map(|(kind, _, body)| (*kind, name(body).into())).collect();
    let asked = stream::iter(wanted).map(|(kind, hash, body)| one(context, key, owner, seen, kind, (hash, body)));
    let answers: Vec<Answer> = asked.buffered(AT_ONCE).try_collect().await?;
    let mut preview = Preview::default();
    for answer in answers {
        match answer {
            Answer::Same => {}
            Answer::Differs(difference) => preview.objects.push(difference),
            Answer::Refused(sentence) => preview.troubles.push(sentence),
        }
    }
    preview.objects.extend(jobs(planned));
    preview.objects.extend(swept(owner, seen, &names));
    Ok(preview)
}

enum Answer {
    Same,
    Differs(Difference),
    Refused(String),
}

async fn one(
    context: &Context,
    key: &Key,
    owner: &Owner,
    seen: &Dereferenced,
    kind: Kind,
    (hash, mut body): (String, Value),
) -> Result<Answer, ReconcileError> {
    let name = name(&body);
    let child = seen.children.get(&(kind, name.as_str().into()));
    if child.is_some_and(|child| child.desired == Some(Digest::of(&hash))) {
        return Ok(Answer::Same);
    }
    body["metadata"]["annotations"][DESIRED_HASH] = hash.into();
    let api: Api<DynamicObject> = Api::namespaced_with(context.client.clone(), &key.namespace, &kind.resource());
    let what = format!("{kind} {name}");
    let live = match timed(&what, || api.get_opt(&name)).await {
        // The cluster does not know such objects.
        Err(error) if error.is_refusal() => return Ok(Answer::Refused(error.to_string())),
        live => live?,
    };
    if live.as_ref().is_some_and(|live| !is_ours(&live.metadata, &owner.uid)) {
        return Ok(Answer::Refused(format!("a {what} exists and belongs to somebody else: rename or delete it")));
    }
    let parameters = PatchParams::apply(names::MANAGER).force().validation_strict().dry_run();
    let patch = Patch::Apply(&body);
    let after = match timed(&what, || api.patch(&name, &parameters, &patch)).await {
        Ok(after) => after,
        Err(error) if error.is_refusal() => return Ok(Answer::Refused(error.to_string())),
        Err(error) => return Err(error),
    };
    let (before, after) = (live.map(content).transpose()?, content(after)?);
    let sign = match &before {
        Some(before) if *before == after => return Ok(Answer::Same),
        Some(_) => Sign::Changed,
        None => Sign::Made,
    };
    Ok(Answer::Differs(Difference { sign, kind, name, before, after: Some(after) }))
}

fn name(body: &Value) -> String {
    body["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// An object without what the API server alone writes, and without our own mark.
fn content(object: DynamicObject) -> Result<Value, ReconcileError> {
    let mut value = serde_json::to_value(object)?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    if let Some(meta) = value["metadata"].as_object_mut() {
        for field in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
            meta.remove(field);
        }
        if let Some(annotations) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(DESIRED_HASH);
            if annotations.is_empty() {
                meta.remove("annotations");
            }
        }
    }
    Ok(value)
}

/// The Jobs whose turn would come first.
fn jobs(planned: &Planned) -> impl Iterator<Item = Difference> {
    let steps = &planned.steps;
    let migrations = steps.services.values().filter_map(|steps| {
        let done = |name: &String| steps.record.done.as_ref() == Some(name);
        steps.job.as_ref().map(|job| &job.name).filter(|name| !done(name))
    });
    let provision = planned.topology.provisions.then_some(&steps.provision.name);
    let all = provision.into_iter().chain(migrations);
    all.filter(|name| !planned.observed.jobs.contains_key(*name))
        .map(|name| Difference::named(Sign::Made, Kind::Job, name))
}

/// What would not be wanted any more. Jobs come and go by themselves.
fn swept(owner: &Owner, seen: &Dereferenced, wanted: &BTreeSet<ChildKey>) -> Vec<Difference> {
    let uid = Digest::of(&owner.uid);
    let is_job = |name: &str| seen.children.contains_key(&(Kind::Job, name.into()));
    let ours = seen.children.iter().filter(|((kind, name), child)| {
        kind.is_swept() && child.owner == Some(uid) && !wanted.contains(&(*kind, name.clone())) && !is_job(name)
    });
    ours.map(|((kind, name), _)| Difference::named(Sign::Deleted, *kind, &**name)).collect()
}

/// A plan is made of many answers: one that fails and may go well next time is asked for again.
async fn timed<T, F>(what: &str, request: impl Fn() -> F) -> Result<T, ReconcileError>
where
    F: Future<Output = Result<T, kube::Error>>,
{
    let mut tries = 1;
    loop {
        let error = match tokio::time::timeout(LIMIT, request()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(source)) => ReconcileError::Preview { what: what.to_owned(), source: Box::new(source) },
            Err(_) => ReconcileError::Slow(what.to_owned()),
        };
        if error.is_refusal() || tries == TRIES {
            return Err(error);
        }
        tries += 1;
    }
}
