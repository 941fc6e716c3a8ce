//! What the operator would do if a resource said something else: for the command line.

use super::approve::invalid;
use super::plan::{Asked, plan};
use super::preview::{Preview, preview};
use super::summary::plan_status;
use super::{Context, ReconcileError, dereference, owner, releases};
use crate::store::Key;
use crate::whole::desired;
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::PlanStatus;
use securechat_operator_plan::{Change, Request};
use securechat_operator_render::RenderError;

/// What would be done.
#[derive(Debug, Default)]
pub struct Foreseen {
    /// The plan; absent for a resource that cannot work.
    pub plan: Option<(PlanStatus, Change)>,
    /// The objects.
    pub preview: Preview,
    /// What stands against it: sentences.
    pub troubles: Vec<String>,
}

/// Foresees what the operator would do. Writes nothing.
///
/// # Errors
/// When the API server cannot be asked.
pub async fn foresee(context: &Context, key: &Key, resource: &SecureChat) -> Result<Foreseen, ReconcileError> {
    let known = releases::known(context, &key.namespace);
    let request = match Request::check(resource, &known.releases) {
        Ok(request) => request,
        Err(problems) => {
            let troubles = std::iter::once(invalid(&problems)).chain(known.troubles).map(|trouble| trouble.message);
            return Ok(Foreseen { troubles: troubles.collect(), ..Foreseen::default() });
        }
    };
    let seen = dereference::dereference(context, key, resource, None).await?;
    let desired = match desired(&request, &key.namespace) {
        Err(ReconcileError::Render(error @ RenderError::Patch(..))) => {
            return Ok(Foreseen { troubles: vec![error.to_string()], ..Foreseen::default() });
        }
        desired => desired?,
    };
    let planned = plan(&request, key, &Asked::of(resource, &known.releases), &seen);
    let preview = preview(context, key, &owner(key, resource), &planned, &seen).await?;
    let change = Change::plan(&request.release, &planned.observed);
    let approved = resource.status.as_ref().and_then(|status| status.approved.as_ref());
    let hash = match approved {
        Some(approved) if approved.desired == desired => approved.plan.clone(),
        approved => change.hash(&desired, approved.map(|approved| approved.plan.as_str())),
    };
    let refusals = change.refusals.iter().map(ToString::to_string);
    let missing = planned.observed.missing_secrets.iter().cloned();
    let troubles = refusals.chain(preview.troubles.iter().cloned()).chain(missing).collect();
    Ok(Foreseen { plan: Some((plan_status(&change, &preview, &hash), change)), preview, troubles })
}
