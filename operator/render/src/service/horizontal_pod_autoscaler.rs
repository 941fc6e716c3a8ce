use crate::{context::Context, names};
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};
use securechat_operator_plan::ProcessPlan;

/// Who decides how many pods there are, where the resource leaves it to Kubernetes.
pub(crate) fn build(context: Context<'_>, plan: &ProcessPlan) -> Option<HorizontalPodAutoscaler> {
    let scaling = plan.scaling?;
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let processor = MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target: MetricTarget {
                type_: "Utilization".to_owned(),
                average_utilization: Some(number(scaling.cpu_percent)),
                ..MetricTarget::default()
            },
        }),
        ..MetricSpec::default()
    };
    Some(HorizontalPodAutoscaler {
        metadata: context.meta(plan.component),
        spec: Some(HorizontalPodAutoscalerSpec {
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".to_owned()),
                kind: "Deployment".to_owned(),
                name: names::component(context.instance(), plan.component),
            },
            min_replicas: Some(number(scaling.min)),
            max_replicas: number(scaling.max),
            metrics: Some(vec![processor]),
            behavior: None,
        }),
        status: None,
    })
}
