use super::{Listed, Sink, Source, Watching, watch};
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::store::{Described, Key, Store};
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource as _;
use kube::core::Request;
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
    source.list(&mut releases, || ()).await.map(drop)
}

fn start(watching: Watching) -> (Source, Releases, Arc<Metrics>) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let request = Request::new(ConfigMap::url_path(&(), namespace.as_deref()));
    let source = Source { client, request, labels: Some(format!("{}=true", names::RELEASE)), metadata_only: false };
    (source, Releases { store, queue, listed, gone: HashSet::new() }, metrics)
}

struct Releases {
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
    /// While a list comes in: what it has not named yet.
    gone: HashSet<Key>,
}

impl Releases {
    fn told(&self, map: &Key, said: Option<Described>) {
        self.store.describe(map, said).into_iter().for_each(|resource| self.queue.add(resource));
    }
}

fn key(meta: &ObjectMeta) -> Option<Key> {
    Some(Key { namespace: meta.namespace.clone()?, name: meta.name.clone()? })
}

fn describe(map: &ConfigMap) -> Described {
    let text = map.data.as_ref().and_then(|data| data.get(ENTRY)).ok_or_else(|| format!("it has no entry {ENTRY}"))?;
    Release::parse(text).map(Arc::new).map_err(|error| error.to_string())
}

impl Sink for Releases {
    type Object = ConfigMap;

    fn version(map: &ConfigMap) -> &str {
        map.metadata.resource_version.as_deref().unwrap_or_default()
    }

    fn begin(&mut self) {
        self.gone = self.store.described().into_iter().collect();
    }

    fn page(&mut self, maps: Vec<ConfigMap>) {
        for map in maps {
            if let Some(key) = key(&map.metadata) {
                self.gone.remove(&key);
            }
            self.changed(map);
        }
    }

    fn end(&mut self) {
        for map in std::mem::take(&mut self.gone) {
            self.told(&map, None);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(RELEASES));
    }

    fn changed(&mut self, map: ConfigMap) {
        if let Some(key) = key(&map.metadata) {
            self.told(&key, Some(describe(&map)));
        }
    }

    fn gone(&mut self, map: ConfigMap) {
        if let Some(key) = key(&map.metadata) {
            self.told(&key, None);
        }
    }
}
