//! The operator against a real API server and etcd. No kubelet runs here: where pods would make progress, the test
//! plays it, and says so (`played`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test has no better use for an error than to end with it")]

mod harness;

mod appears;
mod approval;
mod chart;
mod command_line;
mod convergence;
mod deletion;
mod drift;
mod faults;
mod front;
mod given;
mod guide;
mod helm;
mod leader;
mod metrics;
mod migrations;
mod plan_command;
mod refusal;
mod releases;
mod rest;
mod rights;
mod rotation;
mod scale;
mod scaling;
mod status;
mod traces;
mod twice;
mod upgrade;
