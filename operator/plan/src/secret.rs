//! The Secrets of a platform: which are generated, what is in them, and who reads which key.

use crate::{Component, CredentialSet};
use securechat_contracts::ServiceName;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A Secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretName {
    /// The managed database's own users: root, the administrator and the prober.
    Database,
    /// The managed broker's cluster cookie.
    Broker,
    /// What must never be lost: the key that encrypts the signing keys in the database.
    Keys,
    /// One service's passwords and keys.
    Service(ServiceName),
    /// All services' passwords at the database and the broker, since they were replaced for the first time.
    Credentials(CredentialSet),
    /// Passwords of demo accounts and of the first administrator.
    Accounts,
    /// One that the resource names: made by somebody else.
    External(String),
}

impl SecretName {
    /// What stands in the generated Secret's name after the instance's; the whole name of an external one.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Database => "database",
            Self::Broker => "broker",
            Self::Keys => "keys",
            Self::Service(service) => service.as_str(),
            Self::Credentials(CredentialSet::First) => "credentials",
            Self::Credentials(CredentialSet::A) => "credentials-a",
            Self::Credentials(CredentialSet::B) => "credentials-b",
            Self::Accounts => "accounts",
            Self::External(name) => name,
        }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One entry of a Secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretKey {
    /// The Secret.
    pub secret: SecretName,
    /// The entry.
    pub key: String,
}

impl SecretKey {
    /// `key` of `secret`.
    pub fn new(secret: SecretName, key: impl Into<String>) -> Self {
        Self { secret, key: key.into() }
    }
}

/// What is put into a generated entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// 32 letters and digits: 190 bits.
    Password,
    /// 16 letters and digits in groups, for a person to type: 95 bits.
    TypedPassword,
    /// 32 bytes as base64.
    Key,
}

/// A Secret that is made once and never overwritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedSecret {
    /// Its name.
    pub name: SecretName,
    /// Its entries.
    pub entries: BTreeMap<String, Content>,
    /// Whether it outlives the resource, because it opens data that does.
    pub retain: bool,
    /// Whether a lost one may be made anew. Where it may not, what needs it stops and says so.
    pub replaceable: bool,
}

/// The entries that one component's processes read, by Secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretUse(pub BTreeMap<SecretName, BTreeSet<String>>);

impl SecretUse {
    pub(crate) fn add(&mut self, key: &SecretKey) {
        self.0.entry(key.secret.clone()).or_default().insert(key.key.clone());
    }
}

/// Who reads a secret: a component's long-running processes, or a Job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// A component's processes.
    Component(Component),
    /// The Job that makes schemas and users.
    Provision,
    /// The Job that migrates a service's schema.
    Migration(ServiceName),
}
