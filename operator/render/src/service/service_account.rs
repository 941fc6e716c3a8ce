use crate::context::Context;
use k8s_openapi::api::core::v1::ServiceAccount;
use securechat_operator_plan::Component;

/// An account of its own, without a token of the API server.
pub(crate) fn build(context: Context<'_>, component: Component) -> ServiceAccount {
    ServiceAccount {
        metadata: context.meta(component),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}
