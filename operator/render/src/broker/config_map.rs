use super::DEFINITIONS;
use crate::{context::Context, names};
use k8s_openapi::api::core::v1::ConfigMap;
use securechat_operator_plan::{BrokerPlan, Component};
use std::collections::BTreeMap;

/// The node's configuration.
pub(crate) fn build(context: Context<'_>, plan: &BrokerPlan) -> ConfigMap {
    let configuration = format!(
        "listeners.tcp.default = {port}\n\
         load_definitions = {secrets}/{DEFINITIONS}\n\
         loopback_users = none\n\
         log.console = true\n\
         log.console.level = warning\n\
         log.file = false\n\
         vm_memory_high_watermark.relative = 0.6\n\
         disk_free_limit.absolute = 100MB\n",
        port = plan.port,
        secrets = names::SECRETS_DIR,
    );
    ConfigMap {
        metadata: context.meta(Component::Broker),
        data: Some(BTreeMap::from([
            ("rabbitmq.conf".to_owned(), configuration),
            ("enabled_plugins".to_owned(), "[].\n".to_owned()),
        ])),
        ..ConfigMap::default()
    }
}
