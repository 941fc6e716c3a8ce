use crate::{context::Context, service};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use securechat_operator_plan::{Component, GatewayPlan};

/// As for the services.
pub(crate) fn build(context: Context<'_>, plan: &GatewayPlan) -> Option<PodDisruptionBudget> {
    service::pod_disruption_budget::build(context, Component::Gateway, plan.replicas)
}
