use crate::{context::Context, names};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// Nobody reaches a pod of this platform, and none reaches anybody. There are no empty lists in it: the API server drops
/// them, and every apply would then write.
pub(crate) fn build(context: Context<'_>) -> NetworkPolicy {
    let name = names::DEFAULT_DENY;
    NetworkPolicy {
        metadata: context.named(names::network_policy(context.instance(), name), name),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector {
                match_labels: Some(names::all_pods(context.instance())),
                match_expressions: None,
            }),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ..NetworkPolicySpec::default()
        }),
    }
}
