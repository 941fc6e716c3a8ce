//! From this process to a collector.

use crate::TelemetryError;
use opentelemetry::KeyValue;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use securechat_kernel::ClockRef;
use securechat_metrics::IntCounterVec;
use std::future::Future;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use url::Url;

/// So many steps wait at most: a few seconds of a busy process, and a few megabytes.
const WAITING: usize = 8_192;
/// So many are sent at once.
const BATCH: usize = 512;
/// Steps are collected for so long before they are sent.
const LINGER: Duration = Duration::from_millis(500);
/// A collector that takes longer has not taken them.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Where traces go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// The base of an OTLP/HTTP receiver, such as `http://collector:4318`.
    pub endpoint: Url,
    /// Of a hundred traces so many are told, the same ones by every process.
    pub sample_percent: u8,
    /// This program, as `service.name`.
    pub service: String,
    /// Its release.
    pub version: &'static str,
}

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Exporter {
    sender: mpsc::Sender<Item>,
    pub(crate) clock: ClockRef,
    pub(crate) sample_percent: u8,
    count: IntCounterVec,
}

/// Sends what waits.
#[derive(Clone)]
pub struct Flush(mpsc::Sender<Item>);

enum Item {
    Step(Box<SpanData>),
    Flush(oneshot::Sender<()>),
}

impl Exporter {
    /// An exporter, and the work that sends; `count` counts steps by what became of them.
    ///
    /// # Errors
    /// [`TelemetryError::Endpoint`]
    pub fn new(
        traces: &Traces,
        clock: ClockRef,
        count: IntCounterVec,
    ) -> Result<(Self, impl Future<Output = ()> + Send + use<>), TelemetryError> {
        let wrong = |reason: String| TelemetryError::Endpoint { endpoint: traces.endpoint.to_string(), reason };
        let to = traces.endpoint.join("v1/traces").map_err(|error| wrong(error.to_string()))?;
        let http = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|error| wrong(error.to_string()))?;
        let builder = SpanExporter::builder().with_http().with_http_client(http);
        let built = builder.with_endpoint(to).with_timeout(TIMEOUT).build();
        let mut exporter = built.map_err(|error| wrong(error.to_string()))?;
        let name = KeyValue::new("service.name", traces.service.clone());
        let resource =
            Resource::builder_empty().with_attributes([name, KeyValue::new("service.version", traces.version)]);
        exporter.set_resource(&resource.build());
        for outcome in ["sent", "dropped", "refused"] {
            count.with_label_values(&[outcome]).inc_by(0);
        }
        let (sender, waiting) = mpsc::channel(WAITING);
        let way = Self { sender, clock, sample_percent: traces.sample_percent, count: count.clone() };
        Ok((way, send(exporter, waiting, count)))
    }

    /// Never waits.
    pub(crate) fn tell(&self, step: SpanData) {
        if self.sender.try_send(Item::Step(Box::new(step))).is_err() {
            self.count.with_label_values(&["dropped"]).inc();
        }
    }

    /// How many steps wait to be sent.
    pub fn waiting(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }

    /// To be asked before the process ends.
    pub fn flush(&self) -> Flush {
        Flush(self.sender.clone())
    }
}

impl Flush {
    /// Returns when what waits now has been sent, or a collector has had its time.
    pub async fn now(&self) {
        let (done, sent) = oneshot::channel();
        let flushed = async {
            if self.0.send(Item::Flush(done)).await.is_ok() {
                let _ = sent.await;
            }
        };
        let _ = tokio::time::timeout(TIMEOUT, flushed).await;
    }
}

async fn send(exporter: SpanExporter, mut waiting: mpsc::Receiver<Item>, count: IntCounterVec) {
    let (mut items, mut well) = (Vec::with_capacity(BATCH), true);
    // What came together meanwhile waits for nothing more.
    while !items.is_empty() || waiting.recv_many(&mut items, BATCH).await > 0 {
        let (mut steps, mut asked) = (Vec::with_capacity(items.len()), Vec::new());
        for item in items.drain(..) {
            match item {
                Item::Step(step) => steps.push(*step),
                Item::Flush(done) => asked.push(done),
            }
        }
        let sent = u64::try_from(steps.len()).unwrap_or(u64::MAX);
        let outcome = if sent == 0 { Ok(()) } else { exporter.export(steps).await };
        match &outcome {
            Ok(()) => count.with_label_values(&["sent"]).inc_by(sent),
            Err(_) => count.with_label_values(&["refused"]).inc_by(sent),
        }
        match &outcome {
            Err(error) if well => tracing::warn!(%error, "the collector takes no traces; they are counted and let go"),
            Ok(()) if !well => tracing::info!("the collector takes traces again"),
            Ok(()) | Err(_) => {}
        }
        well = outcome.is_ok();
        for done in asked {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
        if waiting.len() < BATCH {
            linger(&mut waiting, &mut items).await;
        }
    }
}

/// Lets more come together, unless somebody wants all to be sent now.
async fn linger(waiting: &mut mpsc::Receiver<Item>, items: &mut Vec<Item>) {
    let until = tokio::time::Instant::now() + LINGER;
    while items.len() < BATCH {
        match tokio::time::timeout_at(until, waiting.recv()).await {
            Ok(Some(item)) => {
                let now = matches!(item, Item::Flush(_));
                items.push(item);
                if now {
                    return;
                }
            }
            Ok(None) | Err(_) => return,
        }
    }
}
