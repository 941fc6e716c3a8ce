//! Topology → Kubernetes objects. Pure: no client, no clock, no randomness; the same input renders the same bytes.
//!
//! The object (component, kind) is built in `<component>/<kind>.rs` by its one function `build`, and stands in
//! `tests/golden/<case>/<component>-<kind>-<name>.yaml`. The six services and `web` share `service/`; what differs
//! between them is data of the plan.

mod broker;
mod cache;
mod context;
mod database;
mod environment;
pub mod foreign;
mod gateway;
mod job;
pub mod names;
mod network;
mod patch;
mod pod;
mod rendered;
mod secret;
mod service;
mod store;

pub use context::Owner;
pub use environment::Cluster;
pub use gateway::edge::build as edge;
pub use rendered::{Applied, Generated, Held, Object, Prepared, Rendered};
pub use secret::{SecretValues, fingerprint};

use context::Context;
use securechat_operator_api::spec::ObjectPatch;
use securechat_operator_plan::{Component, Fingerprints, JobPlan, Pods, ProcessPlan, Steps, Topology};
use std::collections::BTreeMap;

/// Envoy's files by name, as the route table renders them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeFiles(pub BTreeMap<String, String>);

/// An object that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A configuration cannot be written as JSON.
    #[error("a configuration cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The gateway's configuration cannot be rendered.
    #[error("the gateway's configuration: {0}")]
    Edge(String),
    /// A patch does not fit its object.
    #[error("spec.patches: {0}: {1}")]
    Patch(String, String),
    /// A generated Secret lacks a value.
    #[error("Secret {0} lacks the text '{1}'")]
    SecretValue(String, String),
}

/// Renders what may be written now. While a generated Secret is missing only it is rendered, since the rest is made
/// from its values.
///
/// # Errors
/// See [`RenderError`].
pub fn render(
    topology: &Topology,
    steps: &Steps,
    owner: &Owner,
    fingerprints: &Fingerprints,
    values: &SecretValues,
    edge: &EdgeFiles,
) -> Result<Rendered<Prepared>, RenderError> {
    let context = Context { owner, topology, revision: topology.revision };
    let mut all = Rendered::default();
    generated(context, steps, &mut all);
    if !steps.secrets.is_empty() {
        return Ok(all);
    }
    network_policies(context, &mut all);
    stores(context, values, &mut all)?;
    jobs(context, steps, &mut all)?;
    for plan in &topology.services {
        common(context, &plan.process, &mut all);
        let open = steps.services.get(&plan.name).is_some_and(|steps| steps.rollout.is_open());
        if open {
            process(context, &plan.process, fingerprints, &mut all)?;
        } else {
            hold_process(context, plan.process.component, &mut all);
        }
    }
    common(context, &topology.web, &mut all);
    if steps.web.is_open() {
        process(context, &topology.web, fingerprints, &mut all)?;
    } else {
        hold_process(context, Component::Web, &mut all);
    }
    all.service_accounts.push(gateway::service_account::build(context));
    all.pod_disruption_budgets.extend(gateway::pod_disruption_budget::build(context, &topology.gateway));
    all.services.push(gateway::service::build(context, &topology.gateway));
    all.config_maps.push(gateway::config_map::build(context, edge));
    all.certificates.extend(gateway::certificate::build(context, &topology.gateway));
    all.ingresses.extend(gateway::ingress::build(context, &topology.gateway));
    all.http_routes.extend(gateway::http_route::build(context, &topology.gateway));
    all.deployments.push(gateway::deployment::build(context, &topology.gateway, edge));
    all.complete = true;
    patched(all, &topology.patches)
}

/// Everything that can be patched, patched.
fn patched(all: Rendered<Prepared>, patches: &[ObjectPatch]) -> Result<Rendered<Prepared>, RenderError> {
    Ok(Rendered {
        network_policies: patch::patched(all.network_policies, patches)?,
        pod_disruption_budgets: patch::patched(all.pod_disruption_budgets, patches)?,
        services: patch::patched(all.services, patches)?,
        stateful_sets: patch::patched(all.stateful_sets, patches)?,
        jobs: patch::patched(all.jobs, patches)?,
        deployments: patch::patched(all.deployments, patches)?,
        horizontal_pod_autoscalers: patch::patched(all.horizontal_pod_autoscalers, patches)?,
        ingresses: patch::patched(all.ingresses, patches)?,
        http_routes: patch::patched(all.http_routes, patches)?,
        ..all
    })
}

fn generated(context: Context<'_>, steps: &Steps, all: &mut Rendered<Prepared>) {
    for plan in &context.topology.secrets {
        let object = secret::build(context, plan);
        // A lost key-encryption key is not made anew, and what is left of it is not swept.
        if plan.replaceable || steps.key.is_none() {
            all.generated.push(Generated { object, entries: plan.entries.clone() });
        } else {
            let name = object.metadata.name.unwrap_or_default();
            all.held.insert(Held { kind: "Secret", name });
        }
    }
}

fn network_policies(context: Context<'_>, all: &mut Rendered<Prepared>) {
    let Some(plan) = &context.topology.network else { return };
    all.network_policies.push(network::default_deny::build(context));
    all.network_policies.extend(Pods::all().filter_map(|pods| network::network_policy::build(context, plan, pods)));
}

fn stores(context: Context<'_>, values: &SecretValues, all: &mut Rendered<Prepared>) -> Result<(), RenderError> {
    if let Some(plan) = &context.topology.database {
        let (config, secret) =
            (database::config_map::build(context, plan), database::secret::build(context, plan, values)?);
        all.stateful_sets.push(database::stateful_set::build(context, plan, &config, &secret));
        all.services.push(database::service::build(context));
        all.service_accounts.push(database::service_account::build(context));
        all.config_maps.push(config);
        all.secrets.push(secret);
    }
    if let Some(plan) = &context.topology.broker {
        let (config, secret) =
            (broker::config_map::build(context, plan), broker::secret::build(context, plan, values)?);
        all.stateful_sets.push(broker::stateful_set::build(context, plan, &config, &secret));
        all.services.push(broker::service::build(context));
        all.service_accounts.push(broker::service_account::build(context));
        all.config_maps.push(config);
        all.secrets.push(secret);
    }
    if let Some(plan) = &context.topology.cache {
        let (config, secret) = (cache::config_map::build(context, plan), cache::secret::build(context, plan, values)?);
        all.stateful_sets.push(cache::stateful_set::build(context, plan, &config, &secret));
        all.services.push(cache::service::build(context));
        all.service_accounts.push(cache::service_account::build(context));
        all.config_maps.push(config);
        all.secrets.push(secret);
    }
    Ok(())
}

fn jobs(context: Context<'_>, steps: &Steps, all: &mut Rendered<Prepared>) -> Result<(), RenderError> {
    all.service_accounts.push(job::service_account::build(context));
    let hold = |all: &mut Rendered<Prepared>, name: &String| {
        all.held.extend(["ConfigMap", "Job"].map(|kind| Held { kind, name: name.clone() }));
    };
    let provision = context.topology.provisions.then_some((&steps.provision, steps.may_provision.is_open()));
    let migrations = steps.services.values().filter_map(|steps| Some((steps.job.as_ref()?, steps.may_make)));
    for (plan, open) in provision.into_iter().chain(migrations) {
        if open {
            one_job(context, plan, all)?;
        } else {
            hold(all, &plan.name);
        }
    }
    steps.services.values().flat_map(|steps| &steps.kept).for_each(|name| hold(all, name));
    Ok(())
}

fn one_job(context: Context<'_>, plan: &JobPlan, all: &mut Rendered<Prepared>) -> Result<(), RenderError> {
    all.config_maps.push(job::config_map::build(context, plan)?);
    all.jobs.push(job::job::build(context, plan));
    Ok(())
}

/// What a part has also while its processes are held.
fn common(context: Context<'_>, plan: &ProcessPlan, all: &mut Rendered<Prepared>) {
    let component = plan.component;
    let most = plan.scaling.map_or(plan.replicas, |scaling| scaling.max);
    all.pod_disruption_budgets.extend(service::pod_disruption_budget::build(context, component, most));
    all.horizontal_pod_autoscalers.extend(service::horizontal_pod_autoscaler::build(context, plan));
    all.service_accounts.push(service::service_account::build(context, component));
    all.services.push(service::service::build(context, component));
}

/// Processes that may not be changed now are left as they are.
fn hold_process(context: Context<'_>, component: Component, all: &mut Rendered<Prepared>) {
    let name = names::component(context.instance(), component);
    all.held.extend(["ConfigMap", "Deployment"].map(|kind| Held { kind, name: name.clone() }));
}

fn process(
    context: Context<'_>,
    plan: &ProcessPlan,
    fingerprints: &Fingerprints,
    all: &mut Rendered<Prepared>,
) -> Result<(), RenderError> {
    all.config_maps.push(service::config_map::build(context, plan)?);
    all.deployments.push(service::deployment::build(context, plan, &fingerprints.of(&plan.secrets))?);
    Ok(())
}
