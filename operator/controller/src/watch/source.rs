use super::Sink;
use futures_util::{StreamExt as _, stream::BoxStream};
use kube::Client;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::{ObjectList, Request};
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

/// The API server begins to answer within this time.
const ANSWER: Duration = Duration::from_secs(15);
/// Whole objects are ten times as large as metadata, and all of a page are in memory at once. Every page costs the API
/// server some milliseconds, and more where there are many objects.
const PAGE: u32 = 100;
const PAGE_OF_METADATA: u32 = 500;

/// What is watched.
pub struct Source {
    /// The API server.
    pub client: Client,
    /// The kind, and where.
    pub request: Request,
    /// Which.
    pub labels: Option<String>,
    /// Whether only metadata is fetched.
    pub metadata_only: bool,
}

impl Source {
    /// Lists all, page by page, and gives the version at which the list stands. `page` is told of each.
    pub(super) async fn list<S: Sink>(&self, sink: &mut S, page: impl Fn()) -> Result<String, kube::Error> {
        sink.begin();
        let mut params = ListParams { label_selector: self.labels.clone(), ..ListParams::default() };
        params.limit = Some(if self.metadata_only { PAGE_OF_METADATA } else { PAGE });
        loop {
            let request =
                if self.metadata_only { self.request.list_metadata(&params) } else { self.request.list(&params) };
            let request = request.map_err(kube::Error::BuildRequest)?;
            let list = answered(self.client.request::<ObjectList<S::Object>>(request)).await?;
            page();
            sink.page(list.items);
            params.continue_token = list.metadata.continue_.filter(|token| !token.is_empty());
            if params.continue_token.is_none() {
                sink.end();
                return Ok(list.metadata.resource_version.unwrap_or_default());
            }
        }
    }

    pub(super) async fn watch<T>(
        &self,
        at: &str,
        seconds: u32,
    ) -> Result<BoxStream<'static, Result<WatchEvent<T>, kube::Error>>, kube::Error>
    where
        T: DeserializeOwned + Clone + Send + 'static,
    {
        let params = WatchParams { label_selector: self.labels.clone(), ..WatchParams::default() }.timeout(seconds);
        let request =
            if self.metadata_only { self.request.watch_metadata(&params, at) } else { self.request.watch(&params, at) };
        let events = answered(self.client.request_events(request.map_err(kube::Error::BuildRequest)?)).await?;
        Ok(events.boxed())
    }
}

/// An answer that begins in time.
async fn answered<T>(request: impl Future<Output = Result<T, kube::Error>>) -> Result<T, kube::Error> {
    match timeout(ANSWER, request).await {
        Ok(answer) => answer,
        Err(late) => Err(kube::Error::Service(late.into())),
    }
}
