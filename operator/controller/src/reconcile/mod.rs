//! One look at a resource: dereference (reads) → validate (pure) → plan (pure) → render (pure) → apply (writes) →
//! update_status (writes).

mod apply;
mod approve;
mod dereference;
mod ensure;
mod error;
mod events;
mod foresee;
mod ours;
mod plan;
mod preview;
mod releases;
mod remember;
mod summary;
mod touch;
mod update_status;
mod write;

pub use error::ReconcileError;
pub use foresee::{Foreseen, foresee};
pub use preview::{Difference, Preview, Sign};

use crate::fence::Fence;
use crate::metrics::Metrics;
use crate::store::{Digest, Key, Resource, Store};
use approve::{Judged, Subject};
use dereference::{Dereferenced, Memory};
use events::Recorder;
use kube::Client;
use plan::{Asked, Planned, plan};
use securechat_kernel::{ClockRef, RandomRef};
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::Reason;
use securechat_operator_plan::{Fact, Releases, Request, Trouble, conditions, held};
use securechat_operator_render::{Owner, edge, render};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use update_status::Told;
use write::Writer;

/// What every look needs.
pub struct Context {
    client: Client,
    store: Arc<Store>,
    releases: Releases,
    random: RandomRef,
    clock: ClockRef,
    metrics: Arc<Metrics>,
    writer: Writer,
    memory: Memory,
    recorder: Recorder,
    /// Who may ask what a plan would change: such a look holds all objects of a platform, as they are and as they would be.
    previews: Semaphore,
}

/// So many previews are made at once.
const PREVIEWS: usize = 2;

impl Context {
    /// Does nothing yet.
    pub fn new(
        client: Client,
        identity: &str,
        store: Arc<Store>,
        releases: Releases,
        (metrics, fence): (Arc<Metrics>, Arc<Fence>),
        (random, clock): (RandomRef, ClockRef),
    ) -> Self {
        Self {
            writer: Writer::new(client.clone(), fence, Arc::clone(&metrics)),
            metrics,
            recorder: Recorder::new(client.clone(), identity),
            client,
            store,
            releases,
            random,
            clock,
            memory: Memory::default(),
            previews: Semaphore::new(PREVIEWS),
        }
    }
}

impl Context {
    /// How long a write may take now, if this replica still leads.
    fn writer_may_write(&self) -> Result<Duration, ReconcileError> {
        self.writer.may_write()
    }
}

/// What follows a look that ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing until something changes.
    Rest,
    /// The next look at once: secrets were made, and the rest is rendered from their values.
    Again,
    /// There is no such resource any more.
    Gone,
}

/// Looks at one resource.
///
/// # Errors
/// When it has to be looked at again, later, without anything having changed.
pub async fn reconcile(context: &Context, key: &Key) -> Result<Next, ReconcileError> {
    let resource = match context.store.resource(key) {
        None => {
            context.memory.forget(key);
            return Ok(Next::Gone);
        }
        Some(Resource::Unreadable(meta, error)) => {
            let trouble = Trouble::stays(Reason::InvalidSpec, format!("the resource cannot be read: {error}"));
            update_status::unreadable(context, key, &meta, held(vec![trouble])).await?;
            return Ok(Next::Rest);
        }
        Some(Resource::Good(resource)) => resource,
    };
    // Its children go with it: the garbage collector follows their owner references.
    if resource.metadata.deletion_timestamp.is_some() {
        return Ok(Next::Rest);
    }
    let metrics = &context.metrics;
    let former = approve::former_spec(&resource)?;
    let mut seen =
        metrics.step("dereference", dereference::dereference(context, key, &resource, former.as_ref())).await?;
    let known = releases::known(context, &key.namespace);
    let owner = owner(key, &resource);
    let asked = Asked::of(&resource, &known.releases);
    let subject =
        Subject { key, resource: &resource, owner: &owner, known: &known, asked, seen: &seen, former: former.as_ref() };
    let judged = metrics.step("judge", approve::judge(context, &subject)).await?;
    if judged.accepted {
        update_status::accept(context, key, &resource, &judged).await?;
        return Ok(Next::Again);
    }
    let troubles: Vec<_> = judged.troubles.iter().chain(&known.troubles).cloned().collect();
    let Some(request) = judged.act.as_ref().or(judged.wish.as_ref()) else {
        update_status::update(context, key, &resource, &judged, Told::held(held(troubles))).await?;
        return Ok(Next::Rest);
    };
    let mut planned = metrics.step("plan", async { plan(request, key, &asked, &seen) }).await;
    if resource.spec.paused || judged.act.is_none() {
        let facts = facts(request, &planned, troubles);
        update_status::update(context, key, &resource, &judged, Told::left(request, &planned, facts)).await?;
        return Ok(Next::Rest);
    }
    if planned.steps.asks_for_old_pods {
        seen.old_pods = Some(dereference::old_pods(context, key, &request.release.version).await?);
        planned = plan(request, key, &asked, &seen);
    }
    if planned.steps.rotation.asks_for_former_pods {
        let used = planned.topology.credentials.rotation.used();
        seen.former_pods = Some(dereference::former_pods(context, key, used).await?);
        planned = plan(request, key, &asked, &seen);
    }
    act(context, key, &resource, &owner, &judged, (request, planned), (&seen, troubles)).await
}

/// Does what may be done now.
async fn act(
    context: &Context,
    key: &Key,
    resource: &SecureChat,
    owner: &Owner,
    judged: &Judged,
    (request, mut planned): (&Request, Planned),
    (seen, mut troubles): (&Dereferenced, Vec<Trouble>),
) -> Result<Next, ReconcileError> {
    let metrics = &context.metrics;
    let rendering = async {
        let (edge, fingerprints) = (edge(&planned.topology)?, &planned.observed.secrets);
        render(&planned.topology, &planned.steps, owner, fingerprints, &seen.values, &edge)
    };
    let rendered = metrics.step("render", rendering).await?;
    if let Some(noted) = resource.status.as_ref().and_then(|status| status.footprint.as_deref()) {
        context.store.vouch(key, Digest::of(&owner.uid), noted);
    }
    let applying = metrics.step("apply", apply::apply(context, key, owner, rendered, seen)).await?;
    troubles.extend(applying.troubles);
    // What was written just now has only begun.
    planned.observed.parts = plan::parts(request, &dereference::children(context, key, resource));
    let facts = facts(request, &planned, troubles);
    let told = Told::applied(&applying.applied, request, &planned, facts);
    let updating = update_status::update(context, key, resource, judged, told);
    let news = metrics.step("update_status", updating).await?;
    if let Some(error) = applying.error {
        return Err(error);
    }
    // Nobody tells us when somebody makes a Secret that is not ours, nor when an old pod is gone: look again.
    if let Some(missing) = planned.observed.missing_secrets.first() {
        return Err(ReconcileError::SecretMissing(missing.clone()));
    }
    if let Some(left) = seen.old_pods.filter(|left| *left > 0) {
        return Err(ReconcileError::Ending(format!("{left} pods of older releases still end")));
    }
    if let Some(left) = seen.former_pods.filter(|left| *left > 0) {
        return Err(ReconcileError::Ending(format!("{left} pods with older credentials still end")));
    }
    Ok(if applying.made || news { Next::Again } else { Next::Rest })
}

/// Who the objects belong to.
fn owner(key: &Key, resource: &SecureChat) -> Owner {
    let uid = resource.metadata.uid.clone().unwrap_or_default();
    Owner { namespace: key.namespace.clone(), name: key.name.clone(), uid }
}

fn facts(request: &Request, planned: &Planned, troubles: Vec<Trouble>) -> Vec<Fact> {
    conditions(request, &planned.topology, &planned.steps, &planned.observed, troubles)
}
