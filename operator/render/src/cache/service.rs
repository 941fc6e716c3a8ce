use crate::{context::Context, service};
use k8s_openapi::api::core::v1::Service;
use securechat_operator_plan::Component;

/// A headless Service: it names the one pod.
pub(crate) fn build(context: Context<'_>) -> Service {
    service::service::build(context, Component::Cache)
}
