//! Metrics: each is declared once, with all that a person needs who reads it, and counted where it happens.
//!
//! A program declares its metrics in one list ([`declare!`]); [`services`] is that of all services. From a declaration
//! [`Metrics`] makes what is counted with, and [`page`] the page of the operations guide.

mod declaration;
pub mod page;
mod registry;
pub mod services;

pub use declaration::{Counter, Declaration, Gauge, Histogram, Label};
pub use prometheus::{GaugeVec, HistogramVec, IntCounterVec};
pub use registry::{Metrics, UnderWay};

/// The values of a metric that has no labels.
pub const NO_LABELS: &[&str] = &[];

/// A number of things as metrics have it: exact up to four thousand million.
pub fn figure(count: impl TryInto<u32>) -> f64 {
    f64::from(count.try_into().unwrap_or(u32::MAX))
}
