//! One watch per kind, each with a back-off of its own: a kind that cannot be watched keeps no other waiting.
//!
//! The loop is our own because it must see bookmarks: they prove that a quiet watch is alive.

mod children;
mod front;
mod releases;
mod resources;

pub use children::{list_children, watch_children};
pub use releases::{list_releases, watch_releases};
pub use resources::{decode, watch_resources};

use crate::kinds::Kind;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::store::Store;
use futures_util::{StreamExt as _, TryStreamExt as _, future::BoxFuture, stream::BoxStream};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Client;
use kube::api::{Api, DynamicObject, ListParams, WatchEvent, WatchParams};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Sender;
use tokio::time::{Instant, timeout};

/// A watch is renewed after so long. The API server sends a bookmark before.
const RENEW: Duration = Duration::from_secs(50);
/// A watch that says nothing for so long is dead.
const SILENCE: Duration = Duration::from_mins(1);
/// A list takes no longer.
const LIST: Duration = Duration::from_secs(30);
const PAGE: u32 = 500;
const BACKOFF_FIRST: Duration = Duration::from_millis(200);
const BACKOFF_LAST: Duration = Duration::from_secs(5);

/// The watches whose first list is in.
pub type Listed = BTreeSet<&'static str>;

/// How many watches there are: one a kind of child, one of the resources, one of the releases that ConfigMaps describe.
pub const WATCHES: usize = Kind::ALL.len() + 2;

/// What every watch needs.
#[derive(Clone)]
pub struct Watching {
    /// The API server.
    pub client: Client,
    /// The only namespace that is watched; absent: all.
    pub namespace: Option<String>,
    /// Where to keep what is seen.
    pub store: Arc<Store>,
    /// Whom to tell what changed.
    pub queue: Arc<Queue>,
    /// Where to count.
    pub metrics: Arc<Metrics>,
    /// Where to tell that a first list is in.
    pub listed: Sender<Listed>,
}

/// An object as a watch sees it; without a body where only metadata is fetched.
#[derive(Debug)]
pub struct Seen {
    /// Metadata.
    pub meta: ObjectMeta,
    /// The rest.
    pub body: Value,
}

/// Who takes what a watch sees.
pub trait Sink: Send {
    /// All objects there are.
    fn all(&mut self, objects: Vec<Seen>);
    /// One is new or changed.
    fn changed(&mut self, object: Seen);
    /// One is gone.
    fn gone(&mut self, object: Seen);
    /// The cluster does not know such objects. Returns when it is worth asking again; `None`: that is an error.
    fn unknown(&mut self) -> Option<BoxFuture<'static, ()>> {
        None
    }
}

/// What is watched.
#[derive(Clone)]
pub struct Source {
    /// Where.
    pub api: Api<DynamicObject>,
    /// Which.
    pub labels: Option<String>,
    /// Whether only metadata is fetched.
    pub metadata_only: bool,
}

#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error("{0}")]
    Api(#[from] kube::Error),
    #[error("the list took longer than {} s", LIST.as_secs())]
    SlowList,
    #[error("the watch was silent for {} s", SILENCE.as_secs())]
    Silent,
    #[error("the watch was told: {0}")]
    Told(String),
    /// The version that the watch stood at is too old: list again.
    #[error("the watch was too far behind")]
    Expired,
}

/// Watches for ever.
pub async fn watch(name: &'static str, source: Source, mut sink: impl Sink, metrics: Arc<Metrics>) {
    let mut backoff = BACKOFF_FIRST;
    let mut version: Option<String> = None;
    loop {
        let started = Instant::now();
        let error = match follow(name, &source, &mut version, &mut sink, &metrics).await {
            Ok(()) => {
                backoff = BACKOFF_FIRST;
                continue;
            }
            Err(WatchError::Expired) => {
                version = None;
                WatchError::Expired
            }
            // Without a reason: it is no object that is not there, but the whole kind.
            Err(WatchError::Api(kube::Error::Api(status))) if status.code == 404 => match sink.unknown() {
                Some(again) => {
                    tracing::info!(watch = name, "the cluster does not know this kind");
                    (version, backoff) = (None, BACKOFF_FIRST);
                    metrics.stopped(name);
                    again.await;
                    continue;
                }
                None => WatchError::Api(kube::Error::Api(status)),
            },
            Err(error) => error,
        };
        if started.elapsed() > BACKOFF_LAST {
            backoff = BACKOFF_FIRST;
        }
        metrics.watch_errors.with_label_values(&[name]).inc();
        tracing::warn!(watch = name, %error, retry_in_ms = backoff.as_millis(), "a watch failed");
        tokio::time::sleep(backoff).await;
        backoff = (backoff * 2).min(BACKOFF_LAST);
    }
}

/// Lists if needed, then follows one watch to its end.
async fn follow(
    name: &str,
    source: &Source,
    version: &mut Option<String>,
    sink: &mut impl Sink,
    metrics: &Metrics,
) -> Result<(), WatchError> {
    let mut at = if let Some(at) = version.clone() {
        at
    } else {
        let (objects, at) = timeout(LIST, source.list()).await.map_err(|_| WatchError::SlowList)??;
        sink.all(objects);
        metrics.fresh(name);
        at
    };
    *version = Some(at.clone());
    let mut events = timeout(LIST, source.watch(&at)).await.map_err(|_| WatchError::SlowList)??;
    while let Some(event) = timeout(SILENCE, events.next()).await.map_err(|_| WatchError::Silent)? {
        metrics.fresh(name);
        match event? {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                at = object.meta.resource_version.clone().unwrap_or(at);
                sink.changed(object);
            }
            WatchEvent::Deleted(object) => {
                at = object.meta.resource_version.clone().unwrap_or(at);
                sink.gone(object);
            }
            WatchEvent::Bookmark(bookmark) => at = bookmark.metadata.resource_version,
            WatchEvent::Error(status) if status.code == 410 => return Err(WatchError::Expired),
            WatchEvent::Error(status) => return Err(WatchError::Told(status.message.clone())),
        }
        *version = Some(at.clone());
    }
    Ok(())
}

impl Source {
    async fn list(&self) -> Result<(Vec<Seen>, String), kube::Error> {
        let mut params = ListParams { label_selector: self.labels.clone(), ..ListParams::default() }.limit(PAGE);
        let mut all = Vec::new();
        loop {
            let list = if self.metadata_only {
                let list = self.api.list_metadata(&params).await?;
                all.extend(list.items.into_iter().map(|object| Seen { meta: object.metadata, body: Value::Null }));
                list.metadata
            } else {
                let list = self.api.list(&params).await?;
                all.extend(list.items.into_iter().map(|object| Seen { meta: object.metadata, body: object.data }));
                list.metadata
            };
            match list.continue_.filter(|token| !token.is_empty()) {
                Some(token) => params.continue_token = Some(token),
                None => return Ok((all, list.resource_version.unwrap_or_default())),
            }
        }
    }

    async fn watch(&self, at: &str) -> Result<BoxStream<'static, Result<WatchEvent<Seen>, kube::Error>>, kube::Error> {
        let seconds = u32::try_from(RENEW.as_secs()).unwrap_or(u32::MAX);
        let params = WatchParams { label_selector: self.labels.clone(), ..WatchParams::default() }.timeout(seconds);
        if self.metadata_only {
            let stream = self.api.watch_metadata(&params, at).await?;
            Ok(stream.map_ok(|event| map(event, |o| Seen { meta: o.metadata, body: Value::Null })).boxed())
        } else {
            let stream = self.api.watch(&params, at).await?;
            Ok(stream.map_ok(|event| map(event, |o| Seen { meta: o.metadata, body: o.data })).boxed())
        }
    }
}

fn map<K>(event: WatchEvent<K>, seen: impl Fn(K) -> Seen) -> WatchEvent<Seen> {
    match event {
        WatchEvent::Added(object) => WatchEvent::Added(seen(object)),
        WatchEvent::Modified(object) => WatchEvent::Modified(seen(object)),
        WatchEvent::Deleted(object) => WatchEvent::Deleted(seen(object)),
        WatchEvent::Bookmark(bookmark) => WatchEvent::Bookmark(bookmark),
        WatchEvent::Error(status) => WatchEvent::Error(status),
    }
}
