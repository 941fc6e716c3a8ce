//! One look at a resource: dereference (reads) → validate (pure) → plan (pure) → render (pure) → apply (writes) →
//! update_status (writes).

mod apply;
mod dereference;
mod ensure;
mod error;
mod events;
mod plan;
mod touch;
mod update_status;
mod write;

pub use error::ReconcileError;
pub use plan::{Planned, plan};

use crate::fence::Fence;
use crate::metrics::Metrics;
use crate::store::{Key, Resource, Store};
use apply::Applying;
use dereference::Memory;
use events::Recorder;
use kube::Client;
use securechat_kernel::{ClockRef, RandomRef};
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::Reason;
use securechat_operator_plan::{Invalid, Releases, Request, conditions, refused};
use securechat_operator_render::{Owner, RenderError, edge, render};
use std::sync::Arc;
use update_status::Told;
use write::Writer;

/// What every look needs.
pub struct Context {
    client: Client,
    store: Arc<Store>,
    releases: Releases,
    random: RandomRef,
    clock: ClockRef,
    writer: Writer,
    memory: Memory,
    recorder: Recorder,
}

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
            writer: Writer::new(client.clone(), fence, metrics),
            recorder: Recorder::new(client.clone(), identity),
            client,
            store,
            releases,
            random,
            clock,
            memory: Memory::default(),
        }
    }
}

impl Context {
    /// Whether this replica still leads.
    fn writer_may_write(&self) -> Result<(), ReconcileError> {
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
}

/// Looks at one resource.
///
/// # Errors
/// When it has to be looked at again, later, without anything having changed.
pub async fn reconcile(context: &Context, key: &Key) -> Result<Next, ReconcileError> {
    let resource = match context.store.resource(key) {
        None => {
            context.memory.forget(key);
            return Ok(Next::Rest);
        }
        Some(Resource::Unreadable(meta, error)) => {
            let facts = refused(Reason::InvalidSpec, &format!("the resource cannot be read: {error}"));
            update_status::unreadable(context, key, &meta, facts).await?;
            return Ok(Next::Rest);
        }
        Some(Resource::Good(resource)) => resource,
    };
    // Its children go with it: the garbage collector follows their owner references.
    if resource.metadata.deletion_timestamp.is_some() {
        return Ok(Next::Rest);
    }
    let seen = dereference::dereference(context, key, &resource).await?;
    let request = match Request::check(&resource, &context.releases) {
        Ok(request) => request,
        Err(problems) => {
            refuse(context, key, &resource, &problems).await?;
            return Ok(Next::Rest);
        }
    };
    let planned = plan(&request, &key.namespace, &seen);
    if request.spec.paused {
        let facts = conditions(&request, &planned.topology, &planned.steps, &planned.observed, Vec::new());
        update_status::update(context, key, &resource, Told::paused(&request, &planned, facts)).await?;
        return Ok(Next::Rest);
    }
    let owner = Owner {
        namespace: key.namespace.clone(),
        name: key.name.clone(),
        uid: resource.metadata.uid.clone().unwrap_or_default(),
    };
    let edge = edge(&planned.topology)?;
    let fingerprints = &planned.observed.secrets;
    let rendered = match render(&planned.topology, &planned.steps, &owner, fingerprints, &seen.values, &edge) {
        Err(error @ RenderError::Patch(..)) => {
            let facts = refused(Reason::InvalidSpec, &error.to_string());
            update_status::update(context, key, &resource, Told::refused(facts)).await?;
            return Ok(Next::Rest);
        }
        rendered => rendered?,
    };
    let Applying { applied, troubles, error, made } = apply::apply(context, key, &owner, rendered, &seen).await?;
    let facts = conditions(&request, &planned.topology, &planned.steps, &planned.observed, troubles);
    update_status::update(context, key, &resource, Told::applied(&applied, &request, &planned, facts)).await?;
    if let Some(error) = error {
        return Err(error);
    }
    // Nobody tells us when somebody makes a Secret that is not ours: look again.
    match planned.observed.missing_secrets.first() {
        Some(missing) => Err(ReconcileError::SecretMissing(missing.clone())),
        None => Ok(if made { Next::Again } else { Next::Rest }),
    }
}

async fn refuse(
    context: &Context,
    key: &Key,
    resource: &SecureChat,
    problems: &[Invalid],
) -> Result<(), ReconcileError> {
    let unknown = problems.iter().any(|problem| matches!(problem, Invalid::UnknownVersion(..)));
    let reason = if unknown { Reason::UnknownVersion } else { Reason::InvalidSpec };
    let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
    update_status::update(context, key, resource, Told::refused(refused(reason, &text.join("; ")))).await
}
