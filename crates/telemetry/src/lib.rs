//! What a process tells while it runs: logs, one JSON object a line, each with its trace id; and, where a collector is
//! named, the steps of its traces by OTLP over HTTP.
//!
//! Nothing waits for the collector: steps go into a bounded queue, what finds it full is dropped, and both what was
//! dropped and what a collector did not take is counted.

mod export;
mod layer;

pub use export::{Exporter, Flush, Traces};

use layer::Steps;
use securechat_trace_context::TARGET;
use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

/// Telemetry cannot be started as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter of logs is none.
    #[error("the filter of logs cannot be read: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The collector's address is none.
    #[error(
        "traces cannot be sent to {endpoint}: {reason}. Name the base of an OTLP/HTTP receiver, such as http://collector:4318"
    )]
    Endpoint {
        /// Where to.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Starts logging on standard output with `filter`, such as `info,securechat_chats=debug`, and telling of steps to
/// `exporter`. The second call in a process changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn init(filter: &str, exporter: Option<&Exporter>) -> Result<(), TelemetryError> {
    start(filter, exporter, std::io::stdout)
}

/// As [`init`], but logs on standard error: for a program whose standard output is its answer.
///
/// # Errors
/// The filter cannot be read.
pub fn init_on_stderr(filter: &str, exporter: Option<&Exporter>) -> Result<(), TelemetryError> {
    start(filter, exporter, std::io::stderr)
}

fn start<W>(filter: &str, exporter: Option<&Exporter>, writer: W) -> Result<(), TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter: EnvFilter = filter.parse()?;
    let lines = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
    let lines = lines.with_writer(writer).with_filter(filter);
    // An error means that a subscriber stands already: tests share one.
    drop(registry().with(lines).with(exporter.map(steps)).try_init());
    Ok(())
}

/// Tells `exporter` of every step.
pub fn steps<S: Subscriber + for<'s> LookupSpan<'s>>(exporter: &Exporter) -> impl Layer<S> + use<S> {
    Steps::new(exporter.clone()).with_filter(Targets::new().with_target(TARGET, tracing::Level::INFO))
}
