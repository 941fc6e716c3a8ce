use crate::{context::Context, service};
use k8s_openapi::api::core::v1::ServiceAccount;
use securechat_operator_plan::Component;

/// An account without a token.
pub(crate) fn build(context: Context<'_>) -> ServiceAccount {
    service::service_account::build(context, Component::Database)
}
