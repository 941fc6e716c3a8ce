//! What services say to each other and to clients: integration events, DTOs, Problem kinds, permissions and
//! the table of who may call whom. Serde only: no behaviour, no SQL, no HTTP framework.

pub mod asyncapi;
pub mod calls;
pub mod dto;
pub mod event;
pub mod network;
pub mod permission;
pub mod problem;
pub mod service;
pub mod subscriptions;

pub use event::Event;
pub use permission::{Permission, Role};
pub use problem::{FieldError, Problem, ProblemKind};
pub use service::ServiceName;
