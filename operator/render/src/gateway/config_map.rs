use crate::{EdgeFiles, context::Context};
use k8s_openapi::api::core::v1::ConfigMap;
use securechat_operator_plan::Component;

/// Envoy's files, as the route table renders them.
pub(crate) fn build(context: Context<'_>, edge: &EdgeFiles) -> ConfigMap {
    ConfigMap { metadata: context.meta(Component::Gateway), data: Some(edge.0.clone()), ..ConfigMap::default() }
}
