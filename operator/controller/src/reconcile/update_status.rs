//! Tells the state, and only when it differs from what the status says already.

use super::{Context, Planned, ReconcileError, events};
use crate::store::Key;
use crate::time::seconds;
use crate::watch::decode;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::Resource as _;
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::{SecureChatStatus, ServiceStatus};
use securechat_operator_plan::{Component, Fact, Request, SecretName, ServicePlan};
use securechat_operator_render::{Applied, Rendered};
use serde_json::json;

/// What is to be told.
pub(super) struct Told<'a> {
    facts: Vec<Fact>,
    planned: Option<(&'a Request, &'a Planned)>,
}

impl<'a> Told<'a> {
    /// Of a resource whose objects were written: only then is there news of them to tell.
    pub(super) fn applied(_: &Rendered<Applied>, request: &'a Request, planned: &'a Planned, facts: Vec<Fact>) -> Self {
        Self { facts, planned: Some((request, planned)) }
    }

    /// Of a resource whose objects are left as they are.
    pub(super) fn paused(request: &'a Request, planned: &'a Planned, facts: Vec<Fact>) -> Self {
        Self { facts, planned: Some((request, planned)) }
    }

    /// Of a resource that was refused: what runs goes on, and its part of the status stays.
    pub(super) fn refused(facts: Vec<Fact>) -> Self {
        Self { facts, planned: None }
    }
}

pub(super) async fn update(
    context: &Context,
    key: &Key,
    resource: &SecureChat,
    told: Told<'_>,
) -> Result<(), ReconcileError> {
    let before = resource.status.clone().unwrap_or_default();
    let mut after = match told.planned {
        Some((request, planned)) => services(request, planned, &before),
        None => before.clone(),
    };
    after.observed_generation = resource.metadata.generation;
    after.conditions = conditions(context, &told.facts, &before.conditions, resource.metadata.generation);
    write(context, key, &resource.metadata, &before, &after).await
}

/// A resource that cannot be decoded has no readable status either.
pub(super) async fn unreadable(
    context: &Context,
    key: &Key,
    meta: &ObjectMeta,
    facts: Vec<Fact>,
) -> Result<(), ReconcileError> {
    let after = SecureChatStatus {
        observed_generation: meta.generation,
        conditions: conditions(context, &facts, &[], meta.generation),
        ..SecureChatStatus::default()
    };
    write(context, key, meta, &SecureChatStatus::default(), &after).await
}

async fn write(
    context: &Context,
    key: &Key,
    meta: &ObjectMeta,
    before: &SecureChatStatus,
    after: &SecureChatStatus,
) -> Result<(), ReconcileError> {
    if before == after {
        return Ok(());
    }
    let body = json!({
        "apiVersion": SecureChat::api_version(&()),
        "kind": SecureChat::kind(&()),
        "metadata": {"name": key.name, "uid": meta.uid},
        "status": after,
    });
    let answer = context.writer.status(&key.namespace, &key.name, &body).await?;
    context.store.put_answer(key, decode(answer.metadata, answer.data));
    events::publish(context, key, meta, &before.conditions, &after.conditions).await;
    Ok(())
}

fn conditions(context: &Context, facts: &[Fact], before: &[Condition], generation: Option<i64>) -> Vec<Condition> {
    let now = seconds(context.clock.now());
    let one = |fact: &Fact| {
        let status = if fact.holds { "True" } else { "False" };
        let known = before.iter().find(|c| c.type_ == fact.condition.as_str() && c.status == status);
        Condition {
            type_: fact.condition.as_str().to_owned(),
            status: status.to_owned(),
            reason: fact.reason.as_str().to_owned(),
            // The API server takes 32,768 characters; a person reads far fewer.
            message: fact.message.chars().take(2_000).collect(),
            last_transition_time: known.map_or_else(|| now.clone(), |c| c.last_transition_time.clone()),
            observed_generation: generation,
        }
    };
    let mut after: Vec<_> = facts.iter().map(one).collect();
    // What is not told this time stays as it was told.
    let kept = before.iter().filter(|c| facts.iter().all(|fact| fact.condition.as_str() != c.type_));
    after.extend(kept.cloned());
    after
}

fn services(request: &Request, planned: &Planned, before: &SecureChatStatus) -> SecureChatStatus {
    let Planned { topology, steps, observed } = planned;
    let services: Vec<_> = topology.services.iter().map(|plan| service(plan, planned, before)).collect();
    let current = services.iter().all(|s| s.version.as_deref() == Some(topology.version.as_str()));
    let version = if current { Some(topology.version.clone()) } else { before.version.clone() };
    let found = observed.secrets.0.get(&SecretName::Keys);
    let key_fingerprint = if steps.key.is_none() { found.cloned() } else { None };
    SecureChatStatus {
        version,
        url: Some(request.spec.public_url.clone()),
        services,
        key_fingerprint: key_fingerprint.or_else(|| before.key_fingerprint.clone()),
        ..SecureChatStatus::default()
    }
}

fn service(plan: &ServicePlan, planned: &Planned, before: &SecureChatStatus) -> ServiceStatus {
    let name = plan.name.to_string();
    let former = before.services.iter().find(|s| s.name == name).cloned().unwrap_or_default();
    let migrated = planned.steps.services.get(&plan.name).is_some_and(|steps| steps.rollout.is_open());
    let last = plan.migration.files.iter().rfind(|file| file.version.is_some());
    let part = planned.observed.parts.get(&Component::Service(plan.name)).cloned().unwrap_or_default();
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    ServiceStatus {
        name,
        version: if part.settled { Some(part.version.clone()) } else { former.version },
        schema: if migrated { last.map(|file| file.script.clone()) } else { former.schema },
        migration: if migrated { Some(plan.migration.name.clone()) } else { former.migration },
        replicas: number(part.desired),
        ready: number(part.ready),
    }
}
