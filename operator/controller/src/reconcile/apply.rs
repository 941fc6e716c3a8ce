//! Writes what is not yet as rendered, in the order in which things need each other, and sweeps what is not wanted
//! any more.

use super::{Context, ReconcileError, dereference::Dereferenced, ensure::Pass, touch};
use crate::kinds::Kind;
use crate::store::Key;
use securechat_operator_plan::{Component, Trouble};
use securechat_operator_render::{Applied, Owner, Prepared, Rendered, names};
use std::marker::PhantomData;

/// How applying ended.
pub(super) struct Applying {
    /// What is as rendered now.
    pub(super) applied: Rendered<Applied>,
    /// What is not, in sentences.
    pub(super) troubles: Vec<Trouble>,
    /// Why it has to be tried again.
    pub(super) error: Option<ReconcileError>,
    /// Whether a Secret was made: what is rendered from its values comes with the next look.
    pub(super) made: bool,
}

pub(super) async fn apply(
    context: &Context,
    key: &Key,
    owner: &Owner,
    rendered: Rendered<Prepared>,
    seen: &Dereferenced,
) -> Result<Applying, ReconcileError> {
    let mut pass = Pass::new(context, key, owner, seen);
    // Taken apart without `..`: a kind that nobody applies does not compile.
    let Rendered {
        generated,
        service_accounts,
        config_maps,
        secrets,
        network_policies,
        pod_disruption_budgets,
        services,
        stateful_sets,
        jobs,
        deployments,
        horizontal_pod_autoscalers,
        ingresses,
        http_routes,
        certificates,
        held,
        complete,
        stage: PhantomData,
    } = rendered;
    // Secrets before all that mounts them.
    for secret in &generated {
        pass.generated(secret).await?;
    }
    pass.all(Kind::Secret, &secrets).await?;
    // What pods name when they are made: a pod that is quicker would be refused or start without.
    pass.all(Kind::ServiceAccount, &service_accounts).await?;
    pass.all(Kind::ConfigMap, &config_maps).await?;
    // No pod runs before what it may do is said.
    pass.all(Kind::NetworkPolicy, &network_policies).await?;
    pass.all(Kind::PodDisruptionBudget, &pod_disruption_budgets).await?;
    pass.all(Kind::Service, &services).await?;
    // Stores, then the Jobs that work on them, then those who use both.
    pass.all(Kind::StatefulSet, &stateful_sets).await?;
    pass.all(Kind::Job, &jobs).await?;
    // The gateway's pods wait for their certificate.
    pass.all(Kind::Certificate, &certificates).await?;
    pass.all(Kind::Deployment, &deployments).await?;
    pass.all(Kind::HorizontalPodAutoscaler, &horizontal_pod_autoscalers).await?;
    pass.all(Kind::Ingress, &ingresses).await?;
    pass.all(Kind::HttpRoute, &http_routes).await?;
    let files = names::component(&key.name, Component::Gateway);
    if let Some(hash) = pass.changed(Kind::ConfigMap, &files) {
        touch::pods(context, key, Component::Gateway, hash).await;
    }
    if complete {
        pass.sweep(&held).await?;
    }
    let (troubles, error, made) = pass.end();
    let applied = Rendered {
        generated,
        service_accounts,
        config_maps,
        secrets,
        network_policies,
        pod_disruption_budgets,
        services,
        stateful_sets,
        jobs,
        deployments,
        horizontal_pod_autoscalers,
        ingresses,
        http_routes,
        certificates,
        held,
        complete,
        stage: PhantomData,
    };
    Ok(Applying { applied, troubles, error, made })
}
