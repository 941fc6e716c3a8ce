use crate::{RenderError, context::Context, names};
use k8s_openapi::api::core::v1::ConfigMap;
use securechat_operator_plan::ProcessPlan;
use std::collections::BTreeMap;

/// The configuration file.
pub(crate) fn build(context: Context<'_>, plan: &ProcessPlan) -> Result<ConfigMap, RenderError> {
    let mut metadata = context.meta(plan.component);
    metadata.labels.get_or_insert_default().insert(names::VERSION.to_owned(), context.topology.version.clone());
    Ok(ConfigMap {
        metadata,
        data: Some(BTreeMap::from([(names::CONFIG_FILE.to_owned(), plan.config.to_json()?)])),
        ..ConfigMap::default()
    })
}
