//! What is being worked on, in ids: the request id and the W3C trace context (`traceparent`), carried through a task
//! so that logs, outgoing calls, events and Problem answers name the same request.
//!
//! Each [`step`] of a trace is a `tracing` span under [`TARGET`], from which telemetry makes what it exports; without
//! telemetry it costs an allocation or two.

use std::{fmt, future::Future, str::FromStr};
use tracing::{Instrument, Span, field::Empty};

/// The target of the spans that are steps of a trace.
pub const TARGET: &str = "securechat::trace";

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// A W3C trace context (version 00): which trace, and which step of it is the parent of what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    /// The step that this one is part of.
    parent_id: Option<u64>,
    sampled: bool,
}

/// What a step is to those before and after it, in OpenTelemetry's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It answers a request.
    Server,
    /// It waits for the answer to a request.
    Client,
    /// It hands something over that others take later.
    Producer,
    /// It takes what was handed over.
    Consumer,
    /// It is a part of another step.
    Internal,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Server, Self::Client, Self::Producer, Self::Consumer, Self::Internal];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
            Self::Internal => "internal",
        }
    }
}

/// The text is not a `traceparent` of version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTraceparent;

impl TraceContext {
    /// The start of a new trace.
    #[must_use]
    pub fn root() -> Self {
        let trace_id = rand::random::<u128>() | 1;
        Self { trace_id, span_id: rand::random::<u64>() | 1, parent_id: None, sampled: true }
    }

    /// The start of the trace that has the id of what it is about, if that is one: it is found again by it.
    #[must_use]
    pub fn about(id: u128) -> Self {
        Self { trace_id: if id == 0 { Self::root().trace_id } else { id }, ..Self::root() }
    }

    /// A new step of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self { span_id: rand::random::<u64>() | 1, parent_id: Some(self.span_id), ..self }
    }

    /// A new step of what is under way in this task, or the start of a new trace.
    #[must_use]
    pub fn next() -> Self {
        Self::current().map_or_else(Self::root, Self::child)
    }

    /// A new step of what `traceparent` says, or the start of a new trace where it says nothing.
    #[must_use]
    pub fn after(traceparent: Option<&str>) -> Self {
        traceparent.and_then(|text| text.parse::<Self>().ok()).map_or_else(Self::root, Self::child)
    }

    /// The trace, as 32 hexadecimal digits; it is also the request's id.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// Of what is under way in this task, if anything is.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|context| *context).ok()
    }

    /// The span that stands for this step. What is known of it later goes into its fields `name`, `error` and `detail`.
    #[must_use]
    pub fn span(&self, kind: Kind, name: &str) -> Span {
        let span = tracing::info_span!(target: TARGET, "step", name, kind = kind.as_str(),
            trace_id = %format_args!("{:032x}", self.trace_id), span_id = %format_args!("{:016x}", self.span_id),
            parent_id = Empty, unsampled = Empty, error = Empty, detail = Empty);
        if let Some(parent) = self.parent_id {
            span.record("parent_id", tracing::field::display(format_args!("{parent:016x}")));
        }
        if !self.sampled {
            span.record("unsampled", true);
        }
        span
    }

    /// Runs `work` as part of this trace.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Runs `work` as this step, which is told of. Boxed: steps are nested, and each would be as large as all within.
    pub fn run<F: Future>(self, kind: Kind, name: &str, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self, Box::pin(work)).instrument(self.span(kind, name))
    }
}

/// Runs `work` as the next step of what is under way in this task.
pub fn step<F: Future>(kind: Kind, name: &str, work: F) -> impl Future<Output = F::Output> + use<F> {
    TraceContext::next().run(kind, name, work)
}

/// Says of the step under way that it failed, and why.
pub fn failed(error: &dyn fmt::Display) {
    Span::current().record("error", tracing::field::display(error));
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled))
    }
}

impl FromStr for TraceContext {
    type Err = InvalidTraceparent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceparent> {
        let mut parts = text.split('-');
        let mut next = |length: usize| {
            let hex =
                |part: &&str| part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            parts.next().filter(hex).ok_or(InvalidTraceparent)
        };
        let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
        let invalid = |_| InvalidTraceparent;
        let context = Self {
            trace_id: u128::from_str_radix(trace, 16).map_err(invalid)?,
            span_id: u64::from_str_radix(span, 16).map_err(invalid)?,
            parent_id: None,
            sampled: u8::from_str_radix(flags, 16).map_err(invalid)? & 1 == 1,
        };
        let known = version == "00" && parts.next().is_none();
        if known && context.trace_id != 0 && context.span_id != 0 { Ok(context) } else { Err(InvalidTraceparent) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /// Proves: P-06.
    #[test]
    fn a_traceparent_is_read_and_written_the_same() {
        let context: TraceContext = PARENT.parse().unwrap();
        assert_eq!(context.to_string(), PARENT);
        assert_eq!(context.trace_id(), context.child().trace_id());
        assert_ne!(context, context.child());
        assert_eq!(context.child().parent_id, Some(context.span_id));
    }

    #[test]
    fn what_the_standard_forbids_is_refused() {
        for text in [
            "",
            "00-0-0-0",
            &PARENT.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &format!("{PARENT}-x"),
            &PARENT.to_uppercase(),
        ] {
            assert_eq!(text.parse::<TraceContext>(), Err(InvalidTraceparent), "{text}");
        }
    }

    #[tokio::test]
    async fn a_task_knows_its_trace_and_only_its_own() {
        let context = TraceContext::root();
        assert_eq!(context.scope(async { TraceContext::current() }).await, Some(context));
        assert_eq!(TraceContext::current(), None);
        let next = context.scope(async { TraceContext::next() }).await;
        assert_eq!((next.trace_id, next.parent_id), (context.trace_id, Some(context.span_id)));
        assert_eq!(TraceContext::after(Some(PARENT)).trace_id(), PARENT.split('-').nth(1).unwrap());
        assert_eq!(TraceContext::after(Some("nonsense")).parent_id, None);
    }
}
