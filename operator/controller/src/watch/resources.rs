use super::{Listed, Seen, Sink, Source, Watching, watch};
use crate::queue::Queue;
use crate::store::{Key, Resource, Store};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::core::{ApiResource, DynamicObject, TypeMeta};
use securechat_operator_api::SecureChat;
use securechat_operator_render::names;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::watch::Sender;

/// The name of this watch.
const RESOURCES: &str = "SecureChat";

/// Watches the resources for ever.
pub async fn watch_resources(watching: Watching) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let resource = ApiResource::erase::<SecureChat>(&());
    let api = match &namespace {
        Some(namespace) => Api::namespaced_with(client, namespace, &resource),
        None => Api::all_with(client, &resource),
    };
    let source = Source { api, labels: None, metadata_only: false };
    watch(RESOURCES, source, Resources { store, queue, listed }, metrics).await;
}

struct Resources {
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
}

/// A resource from its parts. One that does not fit the types is kept as such.
pub fn decode(meta: ObjectMeta, body: serde_json::Value) -> Resource {
    let resource = ApiResource::erase::<SecureChat>(&());
    let types = Some(TypeMeta { api_version: resource.api_version, kind: resource.kind });
    let object = DynamicObject { types, metadata: meta.clone(), data: body };
    match object.try_parse::<SecureChat>() {
        Ok(resource) => Resource::Good(Arc::new(resource)),
        Err(error) => Resource::Unreadable(Arc::new(meta), error.to_string()),
    }
}

fn key(meta: &ObjectMeta) -> Option<Key> {
    Some(Key { namespace: meta.namespace.clone()?, name: meta.name.clone()? })
}

/// What a look at the resource depends on; the status, which the look itself writes, is not part of it.
fn asked(resource: &Resource) -> (Option<&str>, Option<i64>, bool, Option<&String>) {
    let meta = resource.meta();
    let retry = meta.annotations.as_ref().and_then(|all| all.get(names::RETRY));
    (meta.uid.as_deref(), meta.generation, meta.deletion_timestamp.is_some(), retry)
}

impl Sink for Resources {
    fn all(&mut self, objects: Vec<Seen>) {
        let mut gone: HashSet<_> = self.store.keys().into_iter().collect();
        for object in objects {
            if let Some(key) = key(&object.meta) {
                gone.remove(&key);
                self.queue.add(key);
            }
            self.changed(object);
        }
        for key in gone {
            self.store.remove_resource(&key);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(RESOURCES));
    }

    fn changed(&mut self, object: Seen) {
        let Some(key) = key(&object.meta) else { return };
        let resource = decode(object.meta, object.body);
        let news = self.store.resource(&key).is_none_or(|known| asked(&known) != asked(&resource));
        self.store.put_resource(key.clone(), resource);
        if news {
            self.queue.add(key);
        }
    }

    fn gone(&mut self, object: Seen) {
        if let Some(key) = key(&object.meta) {
            self.store.remove_resource(&key);
        }
    }
}
