//! A SignalR server for warp and hyper: the unmodified `@microsoft/signalr` client talks to it. It knows
//! nothing of SecureChat.
//!
//! A program implements [`Hub`], makes one [`Connections`] registry (the way to push) and one [`Server`], and
//! mounts [`routes`]. What a connection is made of:
//!
//! ```text
//! http/        negotiate, upgrade: any replica can take an upgrade, the connection token is signed (token.rs)
//! transport/   how bytes travel: WebSockets, driven with a 1 KiB read buffer. SSE and long polling join here
//! protocol/    what bytes mean: the handshake and the JSON hub protocol. MessagePack joins here
//! connection/  one task per connection: handshake, invocations one at a time, ordered bounded sends, the end
//! registry/    who is connected: by id, by user, by group; pushes, closing, draining
//! heartbeat.rs one timer for all connections: pings, silent clients, consumers that do not read
//! ```
//!
//! An idle connection owns no timer and no buffer but its 1 KiB for reading. A push is encoded once per protocol
//! and its bytes are shared by all connections; what waits for one connection leaves in one frame and one write.

mod connection;
mod heartbeat;
mod http;
mod hub;
mod protocol;
mod push;
mod registry;
mod request;
mod server;
mod settings;
mod token;
mod transport;

pub use connection::{Close, Connection};
pub use http::routes;
pub use hub::{Disconnect, Hub, HubError, Identity, Refusal};
pub use push::{Push, PushError};
pub use registry::{Connections, Stats};
pub use request::HubRequest;
pub use server::Server;
pub use settings::{Settings, TokenKey};
