//! What a process tells while it runs, as it is configured.

use crate::{Process, StartError};
use securechat_config::Telemetry;
use securechat_metrics::services::TRACE_STEPS;
use securechat_telemetry::{Exporter, TelemetryError, Traces};
use std::pin::pin;

/// Starts logs alone. The second call in a process changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn logs(filter: &str) -> Result<(), TelemetryError> {
    securechat_telemetry::init(filter, None)
}

/// Starts logs and traces of `service`. The second call in a process changes nothing of the logs.
///
/// # Errors
/// The filter of logs or the collector's address cannot be used.
pub fn init(config: &Telemetry, service: &str, process: &Process) -> Result<(), StartError> {
    let Some(traces) = &config.traces else { return Ok(securechat_telemetry::init(&config.log, None)?) };
    let traces = Traces {
        endpoint: traces.endpoint.clone(),
        sample_percent: traces.sample_percent,
        service: format!("securechat-{service}"),
        version: env!("CARGO_PKG_VERSION"),
    };
    let count = process.metrics.counter(TRACE_STEPS);
    let (exporter, sending) = Exporter::new(&traces, process.clock.clone(), count)?;
    let (flush, stopping) = (exporter.flush(), process.stopping());
    process.spawn("traces", async move {
        let mut sending = pin!(sending);
        tokio::select! {
            () = &mut sending => return,
            () = stopping.cancelled() => {}
        }
        // Those of the last requests.
        tokio::select! {
            () = &mut sending => {}
            () = flush.now() => {}
        }
    });
    Ok(securechat_telemetry::init(&config.log, Some(&exporter))?)
}
