//! Who is calling, and who are we: access tokens are verified here (RFC 9068), the caller's rights are checked here,
//! and calls to other services get their service token here. There is no other way in and no bypass header (B-05).
//!
//! [`Verifier`] turns a bearer token into a [`Caller`]. [`Peer`] calls another service's internal listener.

pub mod caller;
pub mod claims;
pub mod client;
pub mod epoch;
pub mod jwks;
pub mod peer;
pub mod service_token;
pub mod verifier;

pub use caller::{Caller, Denied, User};
pub use claims::{Claims, TOKEN_TYPE};
pub use client::client;
pub use epoch::Epochs;
pub use jwks::{Jwks, JwksError};
pub use peer::{Peer, PeerError};
pub use service_token::{ClientCredentials, ServiceTokenError, ServiceTokens, ServiceTokensRef};
pub use verifier::{InvalidToken, Verifier};
