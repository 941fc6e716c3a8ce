use super::ACL_FILE;
use crate::{RenderError, SecretValues, context::Context, names, secret::bytes};
use k8s_openapi::api::core::v1::Secret;
use securechat_operator_plan::{CachePlan, Component, hash::hex};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The ACL file: each service may touch keys and channels that begin with its name, nobody else may do anything.
pub(crate) fn build(context: Context<'_>, plan: &CachePlan, values: &SecretValues) -> Result<Secret, RenderError> {
    let mut acl = "user default off\n".to_owned();
    for user in &plan.users {
        let hash = Sha256::digest(values.text(&user.password)?);
        let hash = hex(&hash);
        let prefix = user.service;
        let _ = writeln!(acl, "user {} on #{hash} ~{prefix}:* &{prefix}:* +@all -@admin -@dangerous", user.name);
    }
    Ok(Secret {
        metadata: context.named(names::derived_secret(context.instance(), Component::Cache), Component::Cache.as_str()),
        data: Some(bytes([(ACL_FILE.to_owned(), acl)])),
        ..Secret::default()
    })
}
