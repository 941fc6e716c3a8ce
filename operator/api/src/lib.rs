//! The `SecureChat` resource: what a person may ask for, and what the operator answers. Types, rules and the
//! generator of the CRD; no behaviour.
//!
//! The doc comments of the fields are what `kubectl explain securechat` prints. Rules that concern several
//! fields are CEL rules beside the struct they belong to, each with a sentence for the person it refuses.

pub mod crd;
mod schema;
pub mod spec;
pub mod status;

pub use spec::{SecureChat, SecureChatSpec};
pub use status::SecureChatStatus;
