//! One watch per kind, each with a back-off of its own: a kind that cannot be watched keeps no other waiting.
//!
//! The loop is our own because it must see bookmarks: they prove that a quiet watch is alive. Lists are taken in page
//! by page, and of each object only what is needed is read: a large cluster does not make a large process.

mod children;
mod front;
mod releases;
mod resources;
mod secrets;
mod seen;
mod source;

pub use children::{list_children, watch_children};
pub use releases::{list_releases, watch_releases};
pub use resources::{RESOURCES, watch_resources};
pub use secrets::watch_secrets;
pub use seen::{Meta, Seen};
pub use source::Source;

use crate::client::said;
use crate::kinds::Kind;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::store::Store;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use kube::Client;
use kube::api::WatchEvent;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Sender;
use tokio::time::{Instant, timeout};

/// A watch is renewed after so many seconds, drawn anew each time: all at once, every half a minute, would be felt by
/// whoever else needs the API server. It sends a bookmark before.
const RENEW: RangeInclusive<u32> = 15..=25;
/// A watch that says nothing for so long is dead.
const SILENCE: Duration = Duration::from_secs(30);
/// A watch that the API server ends sooner than this was refused, however politely.
const REFUSED: Duration = Duration::from_secs(1);
const BACKOFF_FIRST: Duration = Duration::from_millis(200);
const BACKOFF_LAST: Duration = Duration::from_secs(5);

/// The watches whose first list is in.
pub type Listed = BTreeSet<&'static str>;

/// How many watches there are: one a kind of child, one of the resources, one of the releases that ConfigMaps describe, one
/// of the Secrets of others.
pub const WATCHES: usize = Kind::ALL.len() + 3;

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

/// Who takes what a watch sees.
pub trait Sink: Send {
    /// What is read of an object.
    type Object: DeserializeOwned + Clone + Send + 'static;

    /// An object's resource version.
    fn version(object: &Self::Object) -> &str;
    /// A list of all objects begins.
    fn begin(&mut self);
    /// Some of the list.
    fn page(&mut self, objects: Vec<Self::Object>);
    /// The list is complete: what it did not name is gone.
    fn end(&mut self);
    /// One is new or changed.
    fn changed(&mut self, object: Self::Object);
    /// One is gone.
    fn gone(&mut self, object: Self::Object);
    /// The cluster does not know such objects. Returns when it is worth asking again; `None`: that is an error.
    fn unknown(&mut self) -> Option<BoxFuture<'static, ()>> {
        None
    }
}

#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error("{}", said(.0))]
    Api(kube::Error),
    #[error("the watch was silent for {} s", SILENCE.as_secs())]
    Silent,
    #[error("the watch was told: {0}")]
    Told(String),
    /// The version that the watch stood at is too old: list again.
    #[error("the watch was too far behind")]
    Expired,
    #[error("the watch was ended as soon as it had begun")]
    Refused,
}

impl From<kube::Error> for WatchError {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.code == 410 => Self::Expired,
            error => Self::Api(error),
        }
    }
}

/// Watches for ever.
pub async fn watch(name: &'static str, source: Source, mut sink: impl Sink, metrics: Arc<Metrics>) {
    let mut backoff = BACKOFF_FIRST;
    let mut version: Option<String> = None;
    loop {
        let started = Instant::now();
        let followed = follow(name, &source, &mut version, &mut sink, &metrics).await;
        let lasted = started.elapsed();
        let error = match followed {
            Ok(()) if lasted >= REFUSED => {
                metrics.fresh(name);
                backoff = BACKOFF_FIRST;
                continue;
            }
            Ok(()) => WatchError::Refused,
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
        if matches!(error, WatchError::Expired) {
            version = None;
        }
        if lasted > BACKOFF_LAST {
            backoff = BACKOFF_FIRST;
        }
        metrics.watch_failed(name);
        tracing::warn!(watch = name, %error, retry_in_ms = backoff.as_millis(), "a watch failed");
        tokio::time::sleep(backoff).await;
        backoff = (backoff * 2).min(BACKOFF_LAST);
    }
}

/// Lists if needed, then follows one watch to its end.
async fn follow<S: Sink>(
    name: &'static str,
    source: &Source,
    version: &mut Option<String>,
    sink: &mut S,
    metrics: &Metrics,
) -> Result<(), WatchError> {
    let mut at = if let Some(at) = version.clone() {
        at
    } else {
        metrics.watch_lists(name);
        source.list(sink, || metrics.fresh(name)).await?
    };
    *version = Some(at.clone());
    let mut events = source.watch::<S::Object>(&at, rand::random_range(RENEW)).await?;
    while let Some(event) = timeout(SILENCE, events.next()).await.map_err(|_| WatchError::Silent)? {
        metrics.fresh(name);
        match event? {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                S::version(&object).clone_into(&mut at);
                sink.changed(object);
            }
            WatchEvent::Deleted(object) => {
                S::version(&object).clone_into(&mut at);
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
