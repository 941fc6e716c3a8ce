//! Plan before act: what is asked for is acted on only when its plan is approved, by a person or by itself. Until then,
//! and while it cannot be done, what was approved before goes on.

use super::dereference::Dereferenced;
use super::plan::{Asked, Planned, plan};
use super::preview::preview;
use super::releases::Known;
use super::summary::{command, plan_status};
use super::{Context, ReconcileError};
use crate::store::Key;
use crate::whole::desired;
use securechat_operator_api::spec::{Approval, UpgradeSpec};
use securechat_operator_api::status::{ApprovedStatus, PlanState, PlanStatus, Reason};
use securechat_operator_api::{SecureChat, SecureChatSpec};
use securechat_operator_plan::{Change, Invalid, Request, Trouble};
use securechat_operator_render::{Owner, RenderError};

/// What was decided.
pub(super) struct Judged {
    /// What to act on.
    pub(super) act: Option<Request>,
    /// What was asked for, where it can be read.
    pub(super) wish: Option<Request>,
    /// The latest change, for the status.
    pub(super) plan: Option<PlanStatus>,
    /// What is approved, for the status.
    pub(super) approved: Option<ApprovedStatus>,
    /// Whether that was approved just now: the status is written before anything is done.
    pub(super) accepted: bool,
    /// Why something else is asked for than is acted on.
    pub(super) troubles: Vec<Trouble>,
}

/// What a look is about.
pub(super) struct Subject<'a> {
    pub(super) key: &'a Key,
    pub(super) resource: &'a SecureChat,
    pub(super) owner: &'a Owner,
    pub(super) known: &'a Known,
    pub(super) asked: Asked<'a>,
    pub(super) seen: &'a Dereferenced,
    /// The spec that was approved, where it is not the resource's own.
    pub(super) former: Option<&'a SecureChatSpec>,
}

pub(super) async fn judge(context: &Context, subject: &Subject<'_>) -> Result<Judged, ReconcileError> {
    let Subject { key, resource, known, .. } = *subject;
    let status = resource.status.clone().unwrap_or_default();
    let wish = match Request::check(resource, &known.releases) {
        Ok(wish) => wish,
        Err(problems) => return cannot_work(subject, invalid(&problems)),
    };
    let make = || desired(&wish, &key.namespace);
    let desired = match context.memory.desired(key, &resource.metadata, known.changes, make) {
        Err(ReconcileError::Render(error @ RenderError::Patch(..))) => {
            return cannot_work(subject, Trouble::stays(Reason::InvalidSpec, error.to_string()));
        }
        desired => desired?,
    };
    match &status.approved {
        Some(approved) if approved.desired == desired => {
            Ok(as_approved(wish, approved.clone(), status.plan, resource)?)
        }
        _ => change(context, subject, wish, desired).await,
    }
}

/// What is asked for cannot work: what was approved before goes on.
fn cannot_work(subject: &Subject<'_>, trouble: Trouble) -> Result<Judged, ReconcileError> {
    let status = subject.resource.status.clone().unwrap_or_default();
    let act = former(subject, status.approved.as_ref())?;
    let (plan, approved, troubles) = (status.plan, status.approved, vec![trouble]);
    Ok(Judged { act, wish: None, plan, approved, accepted: false, troubles })
}

/// The reason and the sentence for a resource that cannot work.
pub(super) fn invalid(problems: &[Invalid]) -> Trouble {
    let unknown = problems.iter().any(|problem| matches!(problem, Invalid::UnknownVersion(..)));
    let reason = if unknown { Reason::UnknownVersion } else { Reason::InvalidSpec };
    let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
    Trouble::stays(reason, text.join("; "))
}

fn as_approved(
    wish: Request,
    mut approved: ApprovedStatus,
    plan: Option<PlanStatus>,
    resource: &SecureChat,
) -> Result<Judged, ReconcileError> {
    approved.spec = text(&resource.spec)?;
    let withdrawn = plan.as_ref().is_none_or(|plan| plan.hash != approved.plan);
    let plan = if withdrawn { former_plan(&wish, &approved) } else { plan.unwrap_or_default() };
    let (act, wish) = (Some(wish.clone()), Some(wish));
    Ok(Judged { act, wish, plan: Some(plan), approved: Some(approved), accepted: false, troubles: Vec::new() })
}

/// The plan that led to what is approved, after another one was taken back.
fn former_plan(wish: &Request, approved: &ApprovedStatus) -> PlanStatus {
    let version = wish.release.version.clone();
    let summary = format!("{version}: as it was approved");
    PlanStatus { hash: approved.plan.clone(), state: PlanState::UnderWay, version, summary, ..PlanStatus::default() }
}

async fn change(
    context: &Context,
    subject: &Subject<'_>,
    wish: Request,
    desired: String,
) -> Result<Judged, ReconcileError> {
    let Subject { key, resource, .. } = *subject;
    let status = resource.status.clone().unwrap_or_default();
    let planned = plan(&wish, key, &subject.asked, subject.seen);
    let change = Change::plan(&wish.release, &planned.observed);
    let before = status.approved.as_ref().map(|approved| approved.plan.as_str());
    let hash = change.hash(&desired, before);
    let mut told = match status.plan {
        // Asked once: the same plan changes the same objects.
        Some(told) if told.hash == hash => told,
        _ => dry_run(context, subject, &planned, &change, &hash).await?,
    };
    let does_something = change.is_something() || !told.objects.is_empty();
    let upgrade = &resource.spec.upgrade;
    let may =
        upgrade.approval == Approval::Automatic || upgrade.approved_plan.as_ref() == Some(&hash) || !does_something;
    told.state = match (change.refusals.is_empty(), may && !resource.spec.paused) {
        (false, _) => PlanState::Refused,
        (true, false) => PlanState::Waiting,
        (true, true) => PlanState::UnderWay,
    };
    if told.state == PlanState::UnderWay {
        let approved = Some(ApprovedStatus { plan: hash, desired, spec: text(&resource.spec)? });
        let (plan, troubles) = (Some(told), Vec::new());
        return Ok(Judged { act: None, wish: Some(wish), plan, approved, accepted: true, troubles });
    }
    let mut troubles: Vec<_> =
        change.refusals.iter().map(|refusal| Trouble::stays(refusal.reason(), refusal.to_string())).collect();
    if told.state == PlanState::Waiting && !resource.spec.paused {
        troubles.push(Trouble::asks(Reason::WaitingForApproval, command(key, &told, upgrade)));
    }
    let act = former(subject, status.approved.as_ref())?;
    let plan = Some(told);
    Ok(Judged { act, wish: Some(wish), plan, approved: status.approved, accepted: false, troubles })
}

async fn dry_run(
    context: &Context,
    subject: &Subject<'_>,
    planned: &Planned,
    change: &Change,
    hash: &str,
) -> Result<PlanStatus, ReconcileError> {
    context.writer_may_write()?;
    let preview = preview(context, subject.key, subject.owner, planned, subject.seen).await?;
    Ok(plan_status(change, &preview, hash))
}

/// What was approved, if this operator and the known releases still make the same of it.
fn former(subject: &Subject<'_>, approved: Option<&ApprovedStatus>) -> Result<Option<Request>, ReconcileError> {
    let Some(approved) = approved else { return Ok(None) };
    let spec = subject.former.unwrap_or(&subject.resource.spec).clone();
    let spec = SecureChatSpec { paused: subject.resource.spec.paused, ..spec };
    let resource = SecureChat { metadata: subject.resource.metadata.clone(), spec, status: None };
    let Ok(request) = Request::check(&resource, &subject.known.releases) else { return Ok(None) };
    match desired(&request, &subject.key.namespace) {
        Ok(desired) => Ok((desired == approved.desired).then_some(request)),
        Err(ReconcileError::Render(RenderError::Patch(..))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A spec as it is kept: without what says how it is to be handled.
pub(super) fn text(spec: &SecureChatSpec) -> Result<String, ReconcileError> {
    let plain = SecureChatSpec { upgrade: UpgradeSpec::default(), paused: false, ..spec.clone() };
    Ok(serde_json::to_string(&plain)?)
}

/// The spec that was approved, where it is not the resource's own. One that this operator cannot read is none.
pub(super) fn former_spec(resource: &SecureChat) -> Result<Option<SecureChatSpec>, ReconcileError> {
    let Some(approved) = resource.status.as_ref().and_then(|status| status.approved.as_ref()) else { return Ok(None) };
    let same = approved.spec == text(&resource.spec)?;
    Ok(if same { None } else { serde_json::from_str(&approved.spec).ok() })
}
