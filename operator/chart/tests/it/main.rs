//! The chart, rendered by real Helm. What a real API server makes of it is proved beside the operator.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod alerts;
mod dashboards;
mod expressions;
mod generated;
mod helm;
mod matrix;
mod refused;
