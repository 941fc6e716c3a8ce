//! Kubelet brings a changed ConfigMap to a running pod after up to a minute and a half. A change of the pod makes it look
//! at once, and nothing is restarted.

use super::{Context, ReconcileError};
use crate::store::Key;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt as _;
use kube::api::{Api, ListParams};
use securechat_operator_plan::Component;
use securechat_operator_render::names;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(5);

/// Touches a component's pods: `seen` says what they are to see. A courtesy: what fails here comes by itself later.
pub(super) async fn pods(context: &Context, key: &Key, component: Component, seen: &str) {
    if context.writer_may_write().is_err() {
        return;
    }
    match tokio::time::timeout(LIMIT, touch(context, key, component, seen)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%component, %error, "pods see their new configuration later"),
        Err(_) => tracing::warn!(%component, "pods see their new configuration later: the API server is slow"),
    }
}

async fn touch(context: &Context, key: &Key, component: Component, seen: &str) -> Result<(), ReconcileError> {
    let api: Api<Pod> = Api::namespaced(context.client.clone(), &key.namespace);
    let labels = format!("{}={},{}={component}", names::INSTANCE, key.name, names::COMPONENT);
    let pods = api.list_metadata(&ListParams::default().labels(&labels)).await;
    let pods =
        pods.map_err(|source| ReconcileError::Read { what: format!("{component} pods"), source: Box::new(source) })?;
    for pod in pods {
        context.writer.annotate_pod(&key.namespace, &pod.name_any(), names::SEEN, seen).await?;
    }
    Ok(())
}
