//! Logs: one JSON object a line on standard output, each with its trace id.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging with `filter`, such as `info,securechat_chats=debug`. The second call in a process changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn init(filter: &str) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter: EnvFilter = filter.parse()?;
    let lines = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
    // An error means that a subscriber stands already: tests share one.
    drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
    Ok(())
}
