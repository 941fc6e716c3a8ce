use super::ACL_FILE;
use crate::{context::Context, names};
use k8s_openapi::api::core::v1::ConfigMap;
use securechat_operator_plan::{CachePlan, Component};
use std::collections::BTreeMap;

/// The server's configuration.
pub(crate) fn build(context: Context<'_>, plan: &CachePlan) -> ConfigMap {
    let configuration = format!(
        "port {port}\n\
         bind * -::*\n\
         dir /tmp\n\
         save \"\"\n\
         appendonly no\n\
         maxmemory 192mb\n\
         maxmemory-policy noeviction\n\
         aclfile {secrets}/{ACL_FILE}\n",
        port = plan.port,
        secrets = names::SECRETS_DIR,
    );
    ConfigMap {
        metadata: context.meta(Component::Cache),
        data: Some(BTreeMap::from([("redis.conf".to_owned(), configuration)])),
        ..ConfigMap::default()
    }
}
