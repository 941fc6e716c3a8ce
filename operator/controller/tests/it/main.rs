//! The operator against a real API server and etcd. No kubelet runs here: where pods would make progress, the test
//! plays it, and says so (`played`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail a test")]

mod harness;

mod appears;
mod chart;
mod deletion;
mod drift;
mod leader;
mod migrations;
mod refusal;
mod rest;
mod status;
