//! The names of the services.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One of the six services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceName {
    /// The OpenID provider: sessions, grants, keys, tokens.
    Auth,
    /// Accounts: credentials, e-mail, roles.
    Account,
    /// Profiles and friendships.
    Users,
    /// Presence and its history.
    Session,
    /// Chats, members, messages.
    Chats,
    /// The hub.
    Messaging,
}

/// The text names no service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a service; the services are auth, account, users, session, chats and messaging")]
pub struct UnknownService(pub String);

impl ServiceName {
    /// All services, in the order in which they roll out.
    pub const ALL: [Self; 6] = [Self::Auth, Self::Account, Self::Users, Self::Session, Self::Chats, Self::Messaging];

    /// The name as it stands in paths, schemas, queues and tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Account => "account",
            Self::Users => "users",
            Self::Session => "session",
            Self::Chats => "chats",
            Self::Messaging => "messaging",
        }
    }

    /// The audience (`aud`) that a token must hold to be accepted by this service (RFC 8707 resource).
    pub fn audience(self) -> String {
        format!("urn:securechat:{self}")
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceName {
    type Err = UnknownService;
    fn from_str(text: &str) -> Result<Self, UnknownService> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownService(text.to_owned()))
    }
}
