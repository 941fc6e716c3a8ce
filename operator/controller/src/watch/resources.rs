use super::{Listed, Sink, Source, Watching, watch};
use crate::queue::Queue;
use crate::store::{Key, Store};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource as _;
use kube::core::{ApiResource, DynamicObject, Request};
use securechat_operator_api::SecureChat;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::watch::Sender;

/// The name of this watch.
pub const RESOURCES: &str = "SecureChat";

/// Watches the resources for ever.
pub async fn watch_resources(watching: Watching) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let resource = ApiResource::erase::<SecureChat>(&());
    let request = Request::new(DynamicObject::url_path(&resource, namespace.as_deref()));
    let source = Source { client, request, labels: None, metadata_only: false };
    watch(RESOURCES, source, Resources { store, queue, listed, gone: HashSet::new() }, metrics).await;
}

struct Resources {
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
    /// While a list comes in: what it has not named yet.
    gone: HashSet<Key>,
}

fn key(meta: &ObjectMeta) -> Option<Key> {
    Some(Key { namespace: meta.namespace.clone()?, name: meta.name.clone()? })
}

impl Sink for Resources {
    type Object = DynamicObject;

    fn version(object: &DynamicObject) -> &str {
        object.metadata.resource_version.as_deref().unwrap_or_default()
    }

    fn begin(&mut self) {
        self.gone = self.store.keys();
    }

    fn page(&mut self, objects: Vec<DynamicObject>) {
        for object in objects {
            if let Some(key) = key(&object.metadata) {
                self.gone.remove(&key);
                // Also what is no news: a list is a reason to look whether all is as it should be.
                self.queue.add(key);
            }
            self.changed(object);
        }
    }

    fn end(&mut self) {
        for key in std::mem::take(&mut self.gone) {
            self.store.remove_resource(&key);
            self.queue.add(key);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(RESOURCES));
    }

    fn changed(&mut self, object: DynamicObject) {
        let Some(key) = key(&object.metadata) else { return };
        if self.store.see_resource(key.clone(), object) {
            self.queue.add(key);
        }
    }

    fn gone(&mut self, object: DynamicObject) {
        if let Some(key) = key(&object.metadata) {
            self.store.remove_resource(&key);
            // The look forgets what was remembered of it.
            self.queue.add(key);
        }
    }
}
