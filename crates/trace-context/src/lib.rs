//! What is being worked on, in ids: the request id and the W3C trace context (`traceparent`), carried through a task
//! so that logs, outgoing calls, events and Problem answers name the same request.

use std::{fmt, future::Future, str::FromStr};

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// A W3C trace context (version 00): which trace, and which step of it is the parent of what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace_id: u128,
    span_id: u64,
    sampled: bool,
}

/// The text is not a `traceparent` of version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTraceparent;

impl TraceContext {
    /// The start of a new trace.
    #[must_use]
    pub fn root() -> Self {
        Self { trace_id: rand::random::<u128>() | 1, span_id: rand::random::<u64>() | 1, sampled: true }
    }

    /// A new step of the same trace.
    #[must_use]
    pub fn child(self) -> Self {
        Self { span_id: rand::random::<u64>() | 1, ..self }
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

    /// Runs `work` as part of this trace.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }
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
    }
}
