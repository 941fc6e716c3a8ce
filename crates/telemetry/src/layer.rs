//! From a step's `tracing` span to what is exported of it.

use crate::Exporter;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use securechat_trace_context::Kind;
use std::fmt::Debug;
use std::time::SystemTime;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Tells an exporter of every step that ends.
pub(crate) struct Steps {
    exporter: Exporter,
}

impl Steps {
    pub(crate) fn new(exporter: Exporter) -> Self {
        Self { exporter }
    }

    fn now(&self) -> SystemTime {
        self.exporter.clock.now().into()
    }
}

/// What is known of a step.
struct Step {
    began: SystemTime,
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: SpanId,
    unsampled: bool,
    kind: SpanKind,
    name: String,
    error: Option<String>,
    attributes: Vec<KeyValue>,
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Steps {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut step = Step {
            began: self.now(),
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            parent_id: SpanId::INVALID,
            unsampled: false,
            kind: SpanKind::Internal,
            name: String::new(),
            error: None,
            attributes: Vec::new(),
        };
        attributes.record(&mut step);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(step);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(step) = span.extensions_mut().get_mut::<Step>() {
            values.record(step);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let step = context.span(&id).and_then(|span| span.extensions_mut().remove::<Step>());
        if let Some(step) = step.filter(|step| step.is_told(self.exporter.sample_percent)) {
            self.exporter.tell(step.ended(self.now()));
        }
    }
}

impl Step {
    /// Every process decides alike for one trace: by its id, which is random.
    fn is_told(&self, percent: u8) -> bool {
        let draw = u128::from_be_bytes(self.trace_id.to_bytes()) % 100;
        !self.unsampled && self.span_id != SpanId::INVALID && draw < u128::from(percent)
    }

    fn ended(self, at: SystemTime) -> SpanData {
        let context = SpanContext::new(self.trace_id, self.span_id, TraceFlags::SAMPLED, false, TraceState::default());
        SpanData {
            span_context: context,
            parent_span_id: self.parent_id,
            parent_span_is_remote: matches!(self.kind, SpanKind::Server | SpanKind::Consumer),
            span_kind: self.kind,
            name: self.name.into(),
            start_time: self.began,
            end_time: at.max(self.began),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: self.error.map_or(Status::Unset, Status::error),
            instrumentation_scope: InstrumentationScope::builder("securechat").build(),
        }
    }

    fn keep(&mut self, field: &Field, value: impl Into<Value>) {
        self.attributes.push(KeyValue::new(field.name(), value));
    }
}

impl Visit for Step {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "name" => value.clone_into(&mut self.name),
            "trace_id" => self.trace_id = TraceId::from_hex(value).unwrap_or(TraceId::INVALID),
            "span_id" => self.span_id = SpanId::from_hex(value).unwrap_or(SpanId::INVALID),
            "parent_id" => self.parent_id = SpanId::from_hex(value).unwrap_or(SpanId::INVALID),
            "error" => self.error = Some(value.to_owned()),
            "kind" => {
                let known = Kind::ALL.into_iter().find(|kind| kind.as_str() == value);
                self.kind = known.map_or(SpanKind::Internal, kind);
            }
            _ => self.keep(field, value.to_owned()),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "unsampled" => self.unsampled = value,
            _ => self.keep(field, value),
        }
    }
}

fn kind(kind: Kind) -> SpanKind {
    match kind {
        Kind::Server => SpanKind::Server,
        Kind::Client => SpanKind::Client,
        Kind::Producer => SpanKind::Producer,
        Kind::Consumer => SpanKind::Consumer,
        Kind::Internal => SpanKind::Internal,
    }
}
