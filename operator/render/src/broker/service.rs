use crate::{context::Context, service};
use k8s_openapi::api::core::v1::Service;
use securechat_operator_plan::Component;

/// A headless Service. The node's own name must resolve before it is ready.
pub(crate) fn build(context: Context<'_>) -> Service {
    let mut built = service::service::build(context, Component::Broker);
    built.spec.get_or_insert_default().publish_not_ready_addresses = Some(true);
    built
}
