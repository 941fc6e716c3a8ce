//! The passwords with which the services sign in at the database and the broker, and how they are replaced: by others,
//! of other users, beside which the old ones work until nobody uses them any more. No process ever holds a password that
//! is not accepted.

use crate::{Fingerprints, SecretKey, SecretName};
use securechat_contracts::ServiceName;
use std::fmt;
use std::str::FromStr;

/// A set of users and passwords, one of each for every service and store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialSet {
    /// What a platform begins with: the users of `A`, with passwords that lie among each service's own secrets.
    #[default]
    First,
    /// Users that are called as their services.
    A,
    /// Users that are called as their services, with `_b` behind it.
    B,
}

/// What a password is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A service's rows.
    Database,
    /// A service's tables.
    Migration,
    /// Events.
    Broker,
}

impl CredentialSet {
    /// The name in the status and in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// How pods that use it are told apart from others; those with the first are not.
    pub fn label(self) -> Option<String> {
        (self != Self::First).then(|| self.to_string())
    }

    /// The set that follows it: other users.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::First | Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The Secret of its own, if it has one.
    pub const fn secret(self) -> Option<SecretName> {
        match self {
            Self::First => None,
            Self::A | Self::B => Some(SecretName::Credentials(self)),
        }
    }

    /// What a service's user is called.
    pub fn user(self, service: ServiceName, purpose: Purpose) -> String {
        let role = if purpose == Purpose::Migration { "_migration" } else { "" };
        let slot = if self == Self::B { "_b" } else { "" };
        format!("{service}{role}{slot}")
    }

    /// Where its password is.
    pub fn password(self, service: ServiceName, purpose: Purpose) -> SecretKey {
        let what = purpose.as_str();
        match self.secret() {
            None => SecretKey::new(SecretName::Service(service), format!("{what}-password")),
            Some(secret) => SecretKey::new(secret, format!("{service}-{what}")),
        }
    }
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Migration => "migration",
            Self::Broker => "broker",
        }
    }
}

impl fmt::Display for CredentialSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such set of credentials: use first, a or b")]
pub struct UnknownSet;

impl FromStr for CredentialSet {
    type Err = UnknownSet;

    fn from_str(text: &str) -> Result<Self, UnknownSet> {
        [Self::First, Self::A, Self::B].into_iter().find(|set| set.as_str() == text).ok_or(UnknownSet)
    }
}

/// How far the replacement of one set by the next is. It goes round: rest, preparing, moving, dropping, rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// One set is there and used.
    Rest(CredentialSet),
    /// The first is used; the stores are told of the second.
    Preparing(CredentialSet, CredentialSet),
    /// Both are accepted; processes with the first are replaced by such with the second.
    Moving(CredentialSet, CredentialSet),
    /// The second is used; the stores are told to forget the first.
    Dropping(CredentialSet, CredentialSet),
}

impl Default for Rotation {
    fn default() -> Self {
        Self::Rest(CredentialSet::First)
    }
}

impl Rotation {
    /// The set that processes are started with.
    pub const fn used(self) -> CredentialSet {
        match self {
            Self::Rest(used) | Self::Preparing(used, _) | Self::Moving(_, used) | Self::Dropping(_, used) => used,
        }
    }

    /// The sets that the stores accept. They are the same, in the same order, while processes are replaced as before: no
    /// store has anything to learn between the two.
    pub fn accepted(self) -> Vec<CredentialSet> {
        match self {
            Self::Rest(set) | Self::Dropping(_, set) => vec![set],
            Self::Preparing(from, to) | Self::Moving(from, to) => vec![from, to],
        }
    }

    /// The set whose users must not exist any more. Before the first rotation nobody can have made them.
    pub const fn dropped(self) -> Option<CredentialSet> {
        match self {
            Self::Rest(CredentialSet::First) | Self::Preparing(..) | Self::Moving(..) => None,
            Self::Rest(set) | Self::Dropping(_, set) => Some(set.next()),
        }
    }

    /// How pods of a store that accept these sets are told apart from others; as long as there was never but the first,
    /// they are not.
    pub fn label(self) -> Option<String> {
        match self {
            Self::Rest(set) | Self::Dropping(_, set) => set.label(),
            Self::Preparing(from, to) | Self::Moving(from, to) => Some(format!("{from}.{to}")),
        }
    }
}

/// What is remembered of rotations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// How far the present one is.
    pub rotation: Rotation,
    /// The word that asked for the present or the last one; or that was there when nobody could have meant it.
    pub asked: Option<String>,
}

impl Credentials {
    /// Where the status was lost, what the Secrets tell: of two sets either may be in use, and both go on being accepted
    /// until one is not. `asked` may have been there for long: it asks for nothing.
    pub fn recalled(secrets: &Fingerprints, asked: Option<&String>) -> Self {
        let has = |set| secrets.has(&SecretName::Credentials(set));
        let rotation = match (has(CredentialSet::A), has(CredentialSet::B)) {
            (false, false) => Rotation::default(),
            (true, false) => Rotation::Rest(CredentialSet::A),
            (false, true) => Rotation::Moving(CredentialSet::First, CredentialSet::B),
            (true, true) => Rotation::Moving(CredentialSet::A, CredentialSet::B),
        };
        Self { rotation, asked: asked.cloned() }
    }
}
