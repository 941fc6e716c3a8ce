use crate::{context::Context, names};
use k8s_openapi::api::core::v1::ServiceAccount;

/// The account of all Jobs, without a token of the API server.
pub(crate) fn build(context: Context<'_>) -> ServiceAccount {
    ServiceAccount {
        metadata: context.named(names::jobs_account(context.instance()), "jobs"),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}
