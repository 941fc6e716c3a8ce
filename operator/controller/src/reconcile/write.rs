//! The only place that writes. Every write asks the fence first and has a time limit within the Lease's margin.

use super::ReconcileError;
use crate::fence::Fence;
use crate::kinds::Kind;
use crate::metrics::Metrics;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy};
use kube::core::{ApiResource, ObjectMeta};
use kube::{Client, Error};
use securechat_operator_api::SecureChat;
use securechat_operator_render::names;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

pub(super) struct Writer {
    client: Client,
    fence: Arc<Fence>,
    metrics: Arc<Metrics>,
}

impl Writer {
    pub(super) fn new(client: Client, fence: Arc<Fence>, metrics: Arc<Metrics>) -> Self {
        Self { client, fence, metrics }
    }

    /// How long a write may take now, if this replica still leads.
    pub(super) fn may_write(&self) -> Result<Duration, ReconcileError> {
        Ok(self.fence.check()?)
    }

    fn api(&self, kind: Kind, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &kind.resource())
    }

    async fn timed<T>(
        &self,
        kind: &str,
        action: &str,
        name: &str,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, ReconcileError> {
        let limit = self.fence.check()?;
        self.metrics.writes(kind, action);
        let what = format!("{kind} {name}");
        match tokio::time::timeout(limit, request).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(source)) => Err(ReconcileError::Write { what, source: Box::new(source) }),
            Err(_) => Err(ReconcileError::Slow(what)),
        }
    }

    /// Server-side apply with our one field manager. The body carries its own name, kind and version.
    pub(super) async fn apply(
        &self,
        kind: Kind,
        namespace: &str,
        name: &str,
        body: &Value,
    ) -> Result<ObjectMeta, ReconcileError> {
        let parameters = PatchParams::apply(names::MANAGER).force().validation_strict();
        let api = self.api(kind, namespace);
        let patch = Patch::Apply(body);
        let applied = self.timed(kind.as_str(), "apply", name, api.patch_metadata(name, &parameters, &patch)).await?;
        Ok(applied.metadata)
    }

    /// Holds the number of a Deployment's pods in another manager's name, so that it stays when we give it up: the API
    /// server would put in one pod.
    pub(super) async fn hold_replicas(
        &self,
        namespace: &str,
        name: &str,
        uid: &str,
        replicas: u64,
    ) -> Result<(), ReconcileError> {
        let kind = Kind::Deployment;
        let resource = kind.resource();
        let body = serde_json::json!({
            "apiVersion": resource.api_version, "kind": resource.kind,
            "metadata": {"name": name, "uid": uid}, "spec": {"replicas": replicas},
        });
        let parameters = PatchParams::apply(names::REPLICAS_MANAGER).force();
        let (api, patch) = (self.api(kind, namespace), Patch::Apply(&body));
        self.timed(kind.as_str(), "hold", name, api.patch_metadata(name, &parameters, &patch)).await?;
        Ok(())
    }

    /// Creates an object that must not exist yet; `None` when it does.
    pub(super) async fn create(
        &self,
        kind: Kind,
        namespace: &str,
        name: &str,
        object: &DynamicObject,
    ) -> Result<Option<ObjectMeta>, ReconcileError> {
        let parameters = PostParams { field_manager: Some(names::MANAGER.to_owned()), dry_run: false };
        let api = self.api(kind, namespace);
        match self.timed(kind.as_str(), "create", name, api.create(&parameters, object)).await {
            Ok(created) => Ok(Some(created.metadata)),
            Err(ReconcileError::Write { source, .. }) if is_code(&source, 409) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Adds entries to a Secret that stands at `version`; entries that exist are not touched.
    pub(super) async fn add_entries(
        &self,
        namespace: &str,
        name: &str,
        version: &str,
        entries: Vec<(String, String)>,
    ) -> Result<ObjectMeta, ReconcileError> {
        let data: serde_json::Map<_, _> = entries.into_iter().map(|(key, value)| (key, value.into())).collect();
        // The version makes this fail when anybody changed the Secret meanwhile.
        let patch = Patch::Merge(serde_json::json!({"metadata": {"resourceVersion": version}, "data": data}));
        let parameters = PatchParams { field_manager: Some(names::MANAGER.to_owned()), ..PatchParams::default() };
        let api = self.api(Kind::Secret, namespace);
        let patched = api.patch_metadata(name, &parameters, &patch);
        Ok(self.timed(Kind::Secret.as_str(), "complete", name, patched).await?.metadata)
    }

    /// Deletes this very object; its own children are deleted after it.
    pub(super) async fn delete(
        &self,
        kind: Kind,
        namespace: &str,
        name: &str,
        uid: &str,
    ) -> Result<(), ReconcileError> {
        let parameters = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            preconditions: Some(Preconditions { uid: Some(uid.to_owned()), resource_version: None }),
            ..DeleteParams::default()
        };
        let api = self.api(kind, namespace);
        match self.timed(kind.as_str(), "delete", name, api.delete(name, &parameters)).await {
            Ok(_) => Ok(()),
            // Gone already, or another one by now.
            Err(ReconcileError::Write { source, .. }) if is_code(&source, 404) || is_code(&source, 409) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sets one annotation of a pod.
    pub(super) async fn annotate_pod(
        &self,
        namespace: &str,
        name: &str,
        annotation: &str,
        value: &str,
    ) -> Result<(), ReconcileError> {
        let api: Api<Pod> = Api::namespaced(self.client.clone(), namespace);
        let parameters = PatchParams { field_manager: Some(names::MANAGER.to_owned()), ..PatchParams::default() };
        let patch = Patch::Merge(serde_json::json!({"metadata": {"annotations": {annotation: value}}}));
        match self.timed("Pod", "touch", name, api.patch_metadata(name, &parameters, &patch)).await {
            Ok(_) => Ok(()),
            // Gone meanwhile.
            Err(ReconcileError::Write { source, .. }) if is_code(&source, 404) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Replaces what the status says of ours.
    pub(super) async fn status(
        &self,
        namespace: &str,
        name: &str,
        body: &Value,
    ) -> Result<DynamicObject, ReconcileError> {
        let resource = ApiResource::erase::<SecureChat>(&());
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &resource);
        let parameters = PatchParams::apply(names::MANAGER).force();
        let patch = Patch::Apply(body);
        self.timed("SecureChat", "status", name, api.patch_status(name, &parameters, &patch)).await
    }
}

fn is_code(error: &Error, code: u16) -> bool {
    matches!(error, Error::Api(status) if status.code == code)
}
