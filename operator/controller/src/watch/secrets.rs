use super::{Listed, Seen, Sink, Source, Watching, watch};
use crate::queue::Queue;
use crate::store::{Key, Store};
use k8s_openapi::api::core::v1::Secret;
use kube::Resource as _;
use kube::core::Request;
use securechat_operator_render::names;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::watch::Sender;

/// The name of this watch.
const SECRETS: &str = "GivenSecret";

/// Watches the Secrets of others that carry a label by which they ask for it, for ever. The operator never watches all.
pub async fn watch_secrets(watching: Watching) {
    let Watching { client, namespace, store, queue, metrics, listed } = watching;
    let request = Request::new(Secret::url_path(&(), namespace.as_deref()));
    let source = Source { client, request, labels: Some(format!("{}=true", names::FOLLOW)), metadata_only: true };
    let given = Given { store, queue, listed, versions: HashMap::new(), gone: HashSet::new() };
    watch(SECRETS, source, given, metrics).await;
}

struct Given {
    store: Arc<Store>,
    queue: Arc<Queue>,
    listed: Sender<Listed>,
    versions: HashMap<Key, String>,
    /// While a list comes in: what it has not named yet.
    gone: HashSet<Key>,
}

impl Given {
    /// Whose they are only a look can say: all resources beside it are looked at.
    fn told(&mut self, secret: &Key, version: Option<&str>) {
        if self.versions.get(secret).map(String::as_str) == version {
            return;
        }
        match version {
            Some(version) => self.versions.insert(secret.clone(), version.to_owned()),
            None => self.versions.remove(secret),
        };
        let beside = self.store.keys().into_iter().filter(|key| key.namespace == secret.namespace);
        beside.for_each(|key| self.queue.add(key));
    }
}

fn key(secret: &Seen) -> Key {
    Key { namespace: secret.metadata.namespace.clone(), name: secret.metadata.name.clone() }
}

impl Sink for Given {
    type Object = Seen;

    fn version(secret: &Seen) -> &str {
        &secret.metadata.resource_version
    }

    fn begin(&mut self) {
        self.gone = self.versions.keys().cloned().collect();
    }

    fn page(&mut self, secrets: Vec<Seen>) {
        for secret in secrets {
            self.gone.remove(&key(&secret));
            self.changed(secret);
        }
    }

    fn end(&mut self) {
        for secret in std::mem::take(&mut self.gone) {
            self.told(&secret, None);
        }
        self.listed.send_if_modified(|kinds| kinds.insert(SECRETS));
    }

    fn changed(&mut self, secret: Seen) {
        self.told(&key(&secret), Some(&secret.metadata.resource_version));
    }

    fn gone(&mut self, secret: Seen) {
        self.told(&key(&secret), None);
    }
}
