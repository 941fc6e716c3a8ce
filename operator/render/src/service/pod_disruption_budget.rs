use crate::{context::Context, names};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use securechat_operator_plan::Component;

/// Nodes are drained one pod of the component after the other. A single pod has no budget: it could only be kept by
/// keeping its node.
pub(crate) fn build(context: Context<'_>, component: Component, most: u32) -> Option<PodDisruptionBudget> {
    let selector = names::selector(context.instance(), component.as_str());
    (most > 1).then(|| PodDisruptionBudget {
        metadata: context.meta(component),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(LabelSelector { match_labels: Some(selector), match_expressions: None }),
            // A pod that serves nobody keeps no node from being drained.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    })
}
