use crate::{RenderError, context::Context, names};
use k8s_openapi::api::core::v1::ConfigMap;
use securechat_operator_plan::JobPlan;
use std::collections::BTreeMap;

/// The configuration file; it has the Job's content-addressed name.
pub(crate) fn build(context: Context<'_>, plan: &JobPlan) -> Result<ConfigMap, RenderError> {
    Ok(ConfigMap {
        metadata: context.named(plan.name.clone(), plan.task),
        data: Some(BTreeMap::from([(names::CONFIG_FILE.to_owned(), plan.config.to_json()?)])),
        ..ConfigMap::default()
    })
}
