use super::{Listed, Seen, Sink, Source, Watching, watch};
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::store::{Described, Key, Store};
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::core::ApiResource;
use securechat_operator_plan::Release;
use securechat_operator_render::names;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::watch::Sender;

/// The name of this watch.
const RELEASES: &str = "Release";
/// The entry of the ConfigMap that is read.
const ENTRY: &str = "release.yaml";

/// Watches the ConfigMaps that describe releases for ever.
pub async fn watch_releases(watching: Watching) {
    let (source, releases, metrics) = start(watching);
    watch(RELEASES, source, releases, metrics).await;
}

/// Lists them once.
///
/// # Errors
/// When the API server refuses.
pub async fn list_releases(watching: Watching) -> Result<(), kube::Error> {
    let (source, mut releases, _) = start(watching);
    releases.all(source.list().await?.0);
    Ok(())
}

fn start(watching: Watching) -> (Source, Releases, Arc<Metrics>) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let resource = ApiResource::erase::<ConfigMap>(&());
    let api = match &namespace {
        Some(namespace) => Api::namespaced_with(client, namespace, &resource),
        None => Api::all_with(client, &resource),
    };
    let source = Source { api, labels: Some(format!("{}=true", names::RELEASE)), metadata_only: false };
    (source, Releases { store, queue, listed }, metrics)
}

struct Releases {
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
}

impl Releases {
    fn told(&self, map: &Key, said: Option<Described>) {
        self.store.describe(map, said).into_iter().for_each(|resource| self.queue.add(resource));
    }
}

fn key(meta: &ObjectMeta) -> Option<Key> {
    Some(Key { namespace: meta.namespace.clone()?, name: meta.name.clone()? })
}

fn describe(object: &Seen) -> Described {
    let text = object.body["data"][ENTRY].as_str().ok_or_else(|| format!("it has no entry {ENTRY}"))?;
    Release::parse(text).map(Arc::new).map_err(|error| error.to_string())
}

impl Sink for Releases {
    fn all(&mut self, objects: Vec<Seen>) {
        let mut gone: HashSet<_> = self.store.described().into_iter().collect();
        for object in objects {
            if let Some(key) = key(&object.meta) {
                gone.remove(&key);
            }
            self.changed(object);
        }
        for map in gone {
            self.told(&map, None);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(RELEASES));
    }

    fn changed(&mut self, object: Seen) {
        if let Some(key) = key(&object.meta) {
            self.told(&key, Some(describe(&object)));
        }
    }

    fn gone(&mut self, object: Seen) {
        if let Some(key) = key(&object.meta) {
            self.told(&key, None);
        }
    }
}
