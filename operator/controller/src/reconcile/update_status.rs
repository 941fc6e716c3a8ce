//! Tells the state, and only when it differs from what the status says already.

use super::remember::{migrations, rotation};
use super::{Context, Judged, Planned, ReconcileError, events};
use crate::store::{Digest, Key, Resource};
use crate::time::seconds;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::Resource as _;
use kube::core::DynamicObject;
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::{ConditionType, PlanState, PlanStatus, Reason, SecureChatStatus, ServiceStatus};
use securechat_operator_plan::{Component, Fact, Request, SecretName, ServicePlan, Trouble, held};
use securechat_operator_render::{Applied, Rendered};
use serde_json::json;
use std::collections::BTreeSet;

/// What is to be told.
pub(super) struct Told<'a> {
    facts: Vec<Fact>,
    planned: Option<(&'a Request, &'a Planned)>,
    /// Whether Jobs that may be made next are to be noted.
    acts: bool,
}

impl<'a> Told<'a> {
    /// Of a resource whose objects were written: only then is there news of them to tell.
    pub(super) fn applied(_: &Rendered<Applied>, request: &'a Request, planned: &'a Planned, facts: Vec<Fact>) -> Self {
        Self { facts, planned: Some((request, planned)), acts: true }
    }

    /// Of a resource whose objects are left as they are.
    pub(super) fn left(request: &'a Request, planned: &'a Planned, facts: Vec<Fact>) -> Self {
        Self { facts, planned: Some((request, planned)), acts: false }
    }

    /// Of a resource of which nothing is known but that it is held up: its part of the status stays.
    pub(super) fn held(facts: Vec<Fact>) -> Self {
        Self { facts, planned: None, acts: false }
    }
}

/// Notes that a plan was approved, before anything is done for it. The conditions come with the next look.
pub(super) async fn accept(
    context: &Context,
    key: &Key,
    resource: &SecureChat,
    judged: &Judged,
) -> Result<(), ReconcileError> {
    let before = resource.status.clone().unwrap_or_default();
    let after = SecureChatStatus { plan: judged.plan.clone(), approved: judged.approved.clone(), ..before.clone() };
    tracing::info!(
        name = key.name,
        namespace = key.namespace,
        plan = judged.plan.as_ref().map(|p| &p.hash),
        "approved"
    );
    write(context, key, &resource.metadata, &before, &after).await
}

/// Whether something was noted that the next look acts on.
pub(super) async fn update(
    context: &Context,
    key: &Key,
    resource: &SecureChat,
    judged: &Judged,
    told: Told<'_>,
) -> Result<bool, ReconcileError> {
    let before = resource.status.clone().unwrap_or_default();
    let mut after = match told.planned {
        Some((request, planned)) => services(context, request, planned, (&before, told.acts)),
        None => before.clone(),
    };
    after.observed_generation = resource.metadata.generation;
    after.conditions = conditions(context, &told.facts, &before.conditions, resource.metadata.generation);
    after.plan = judged.plan.clone().map(|plan| plan_after(plan, &told.facts));
    after.approved.clone_from(&judged.approved);
    if told.acts {
        let uid = Digest::of(resource.metadata.uid.as_deref().unwrap_or_default());
        after.footprint = context.store.footprint(key, uid).or(after.footprint);
    }
    let jobs = |status: &SecureChatStatus| -> Vec<_> {
        status.services.iter().map(|service| (service.begun.clone(), service.migration.clone())).collect()
    };
    let stage = |status: &SecureChatStatus| {
        status.credentials.as_ref().map(|c| (c.used.clone(), c.next.clone(), c.former.clone(), c.dropped.clone()))
    };
    let news = told.acts && (jobs(&before) != jobs(&after) || stage(&before) != stage(&after));
    write(context, key, &resource.metadata, &before, &after).await?;
    Ok(news)
}

/// A plan that was carried out needs no names any more.
fn plan_after(plan: PlanStatus, facts: &[Fact]) -> PlanStatus {
    let is_ready = facts.iter().any(|fact| fact.condition == ConditionType::Ready && fact.holds);
    if plan.state != PlanState::UnderWay || !is_ready {
        return plan;
    }
    let PlanStatus { hash, version, summary, .. } = plan;
    PlanStatus { hash, version, summary, state: PlanState::Done, ..PlanStatus::default() }
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
    let answer = send(context, key, meta, after).await?;
    if !keeps(&answer, after) {
        let outdated = ReconcileError::CrdOutdated;
        let facts = held(vec![Trouble::stays(Reason::CrdOutdated, outdated.to_string())]);
        let conditions = conditions(context, &facts, &after.conditions, meta.generation);
        let answer = send(context, key, meta, &SecureChatStatus { conditions, ..after.clone() }).await?;
        context.store.wrote_resource(key, answer);
        return Err(outdated);
    }
    context.store.wrote_resource(key, answer);
    events::publish(context, key, meta, &before.conditions, &after.conditions).await;
    Ok(())
}

async fn send(
    context: &Context,
    key: &Key,
    meta: &ObjectMeta,
    status: &SecureChatStatus,
) -> Result<DynamicObject, ReconcileError> {
    let body = json!({
        "apiVersion": SecureChat::api_version(&()),
        "kind": SecureChat::kind(&()),
        "metadata": {"name": key.name, "uid": meta.uid},
        "status": status,
    });
    let answer = context.writer.status(&key.namespace, &key.name, &body).await?;
    Ok(answer)
}

/// Whether the API server keeps what later looks depend on. An older CRD drops fields without a word.
fn keeps(answer: &DynamicObject, told: &SecureChatStatus) -> bool {
    match Resource::read(answer.clone()) {
        Resource::Good(resource) => resource.status.as_ref().is_some_and(|kept| {
            (&kept.approved, &kept.services) == (&told.approved, &told.services)
                && (&kept.credentials, &kept.accounts) == (&told.credentials, &told.accounts)
                && kept.footprint == told.footprint
        }),
        Resource::Unreadable(..) => true,
    }
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

fn services(
    context: &Context,
    request: &Request,
    planned: &Planned,
    (before, acts): (&SecureChatStatus, bool),
) -> SecureChatStatus {
    let Planned { topology, steps, observed } = planned;
    let services: Vec<_> = topology.services.iter().map(|plan| service(plan, planned, before, acts)).collect();
    let current = services.iter().all(|s| s.version.as_deref() == Some(topology.version.as_str()));
    let version = if current { Some(topology.version.clone()) } else { before.version.clone() };
    let found = observed.secrets.0.get(&SecretName::Keys);
    let key_fingerprint = if steps.key.is_none() { found.cloned() } else { None };
    let now = || seconds(context.clock.now());
    let credentials = rotation(before.credentials.as_ref(), &steps.rotation.after, now);
    SecureChatStatus {
        version,
        url: Some(request.spec.public_url.clone()),
        services,
        credentials: if acts { Some(credentials) } else { before.credentials.clone() },
        accounts: Some(accounts(planned)),
        key_fingerprint: key_fingerprint.or_else(|| before.key_fingerprint.clone()),
        footprint: before.footprint.clone(),
        ..SecureChatStatus::default()
    }
}

/// The accounts whose first passwords were made at any time.
fn accounts(Planned { topology, observed, .. }: &Planned) -> Vec<String> {
    let before = observed.previous.accounts.iter().flatten();
    let all: BTreeSet<_> = before.chain(&observed.accounts).chain(&topology.lost_accounts).collect();
    all.into_iter().cloned().collect()
}

fn service(plan: &ServicePlan, planned: &Planned, before: &SecureChatStatus, acts: bool) -> ServiceStatus {
    let name = plan.name.to_string();
    let former = before.services.iter().find(|s| s.name == name).cloned().unwrap_or_default();
    let record = planned.steps.services.get(&plan.name).map(|steps| steps.noted(&planned.topology.version, acts));
    let record = record.unwrap_or_default();
    let part = planned.observed.parts.get(&Component::Service(plan.name)).cloned().unwrap_or_default();
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    ServiceStatus {
        name,
        version: if part.settled { Some(part.version.clone()) } else { former.version },
        schema: record.last().map(str::to_owned),
        migrations: migrations(&record),
        schema_release: record.release,
        migration: record.done,
        begun: record.begun,
        replicas: number(part.desired),
        ready: number(part.ready),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_operator_api::status::{ApprovedStatus, CredentialsStatus};

    /// What an API server answers whose CRD lacks these fields of the status.
    fn answer(status: &SecureChatStatus, without: &[&str]) -> DynamicObject {
        let mut body = json!({"apiVersion": "securechat.io/v1alpha1", "kind": "SecureChat", "metadata": {}, "spec": {"version": "1.2.3", "publicUrl": "https://chat.example.org"}, "status": status});
        for field in without {
            body.pointer_mut("/status").unwrap().as_object_mut().unwrap().remove(*field);
        }
        serde_json::from_value(body).unwrap()
    }

    /// Otherwise an operator would approve the same plan, and note the same Job, for ever.
    #[test]
    fn a_crd_that_forgets_what_is_noted_is_noticed() {
        let status = SecureChatStatus {
            services: vec![ServiceStatus { begun: Some("a-job".to_owned()), ..ServiceStatus::default() }],
            approved: Some(ApprovedStatus::default()),
            credentials: Some(CredentialsStatus::default()),
            accounts: Some(Vec::new()),
            footprint: Some("f".to_owned()),
            ..SecureChatStatus::default()
        };
        assert!(keeps(&answer(&status, &[]), &status));
        for field in ["services", "approved", "credentials", "accounts", "footprint"] {
            assert!(!keeps(&answer(&status, &[field]), &status), "{field}");
        }
    }
}
