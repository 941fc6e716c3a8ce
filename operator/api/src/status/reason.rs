//! The words of the conditions. `Reason` is the documented list: every condition has one of them, and each says
//! who must act.

use std::fmt::Write as _;

/// What a condition speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionType {
    /// People can use the whole platform.
    Ready,
    /// The operator is on its way to what was asked for.
    Progressing,
    /// Something is wrong that will not mend by waiting.
    Degraded,
    /// The database serves.
    DatabaseReady,
    /// The broker serves.
    BrokerReady,
    /// The cache serves.
    CacheReady,
    /// Every schema is where the asked-for release needs it.
    MigrationsCurrent,
    /// The gateway serves.
    GatewayReady,
    /// Mail can be sent.
    MailReady,
    /// The operator was told to change nothing.
    Paused,
}

impl ConditionType {
    /// All, in the order in which they stand in the status.
    pub const ALL: [Self; 10] = [
        Self::Ready,
        Self::Progressing,
        Self::Degraded,
        Self::DatabaseReady,
        Self::BrokerReady,
        Self::CacheReady,
        Self::MigrationsCurrent,
        Self::GatewayReady,
        Self::MailReady,
        Self::Paused,
    ];

    /// The name in the status.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Progressing => "Progressing",
            Self::Degraded => "Degraded",
            Self::DatabaseReady => "DatabaseReady",
            Self::BrokerReady => "BrokerReady",
            Self::CacheReady => "CacheReady",
            Self::MigrationsCurrent => "MigrationsCurrent",
            Self::GatewayReady => "GatewayReady",
            Self::MailReady => "MailReady",
            Self::Paused => "Paused",
        }
    }
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody needs to: it is well, or passes by itself.
    Nobody,
    /// Whoever edits the `SecureChat` resource.
    ResourceOwner,
    /// Whoever runs the cluster: nodes, storage, registries, external servers.
    ClusterOperator,
    /// The people who made the release.
    Developers,
}

macro_rules! reasons {
    ($($name:ident, $actor:ident, $meaning:literal;)*) => {
        /// Why a condition is what it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $(#[doc = $meaning] $name,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the status.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// Who can mend it.
            pub const fn actor(self) -> Actor {
                match self { $(Self::$name => Actor::$actor,)* }
            }
        }
    };
}

reasons! {
    AllServing, Nobody, "Every service runs the asked-for release and is ready.";
    AsAsked, Nobody, "The state is what the resource asks for.";
    Installing, Nobody, "Parts are being made for the first time.";
    RollingOut, Nobody, "Pods are being replaced.";
    Migrating, Nobody, "Migration Jobs are under way; services that wait for theirs are not touched.";
    WaitingForDatabase, Nobody, "Provisioning and migrations wait until the database serves.";
    Provisioning, Nobody, "Schemas and database users are being made.";
    ProvisionFailed, ClusterOperator, "The Job that makes schemas and users failed; its message says why.";
    MigrationFailed, Developers, "A migration Job failed; its service stays at its old release. The message names Job, file and error.";
    ContractPending, Nobody, "Migrations that take away what older releases need wait until every replica runs the new release.";
    Contracting, Nobody, "Migrations that take away what older releases need are under way; there is no way back to those.";
    WaitingForService, Nobody, "A service waits for its turn to come to the release, or until another one runs the release that it needs.";
    WaitingForApproval, ResourceOwner, "A plan waits for its approval; the message says what to type. Until then what was approved before goes on.";
    JumpRefused, ResourceOwner, "The asked-for release can only be reached through another one, which the message names.";
    RollbackRefused, ResourceOwner, "The schema has lost what the asked-for release needs: there is no way back but a backup.";
    MigrationsDiffer, Developers, "The asked-for release has other migrations than the schema was made with; the message names the file.";
    ReleaseInvalid, ResourceOwner, "A ConfigMap that describes a release cannot be used; the message names it.";
    CrdOutdated, ClusterOperator, "The cluster's CRD is older than the operator and forgets what the status says: upgrade the chart's release, or apply crds/securechat.yaml.";
    RotatingCredentials, Nobody, "The services' passwords at the database and the broker are being replaced. The old ones work until nobody uses them.";
    Starting, Nobody, "The pod is not ready yet.";
    Running, Nobody, "It serves.";
    Unavailable, ClusterOperator, "It served before and does not now.";
    External, Nobody, "It is not run by this operator; the services' own health says whether they reach it.";
    ServiceUnavailable, ClusterOperator, "A service has no ready pod.";
    ServiceStopped, ResourceOwner, "A service is scaled to zero.";
    SecretMissing, ResourceOwner, "A Secret that the resource names does not exist or lacks a key.";
    SecretLost, ClusterOperator, "The key-encryption key is gone while data that it opens exists. Put the Secret back from a backup: the operator never replaces it.";
    PasswordsLost, ClusterOperator, "First passwords of people are gone. Their accounts are as they were, and other passwords would not open them: put the Secret back from a backup, or leave the accounts out of the spec.";
    GatewayApiMissing, ClusterOperator, "The cluster has no HTTPRoute. Install the Gateway API, or leave spec.gateway.httpRoute out.";
    RoutePending, ClusterOperator, "No Gateway has answered for the HTTPRoute yet.";
    RouteRefused, ClusterOperator, "A Gateway does not accept the HTTPRoute; the message says why.";
    CertManagerMissing, ClusterOperator, "The cluster has no cert-manager. Install it, or give a Secret in place of issuerRef.";
    CertificatePending, ClusterOperator, "The certificate is not issued yet; the message says what cert-manager says.";
    InvalidSpec, ResourceOwner, "The resource asks for what cannot work.";
    UnknownVersion, ResourceOwner, "This operator does not know the asked-for release.";
    NameTaken, ResourceOwner, "An object of the needed name belongs to somebody else.";
    ApplyFailed, ClusterOperator, "The API server refused an object; the operator tries again.";
    Configured, Nobody, "A mail server is named.";
    NotConfigured, ResourceOwner, "No mail server is named: nobody can be sent a link.";
    Paused, ResourceOwner, "spec.paused is true.";
    NotPaused, Nobody, "The operator acts.";
}

impl Actor {
    /// Who that is, in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::ResourceOwner => "whoever edits the resource",
            Self::ClusterOperator => "whoever runs the cluster",
            Self::Developers => "the makers of the release",
        }
    }
}

/// The list of reasons for the operations guide.
pub fn markdown() -> String {
    let mut text = "<!-- Generated: UPDATE_GOLDEN=1 cargo test -p securechat-operator-api -->\n\
                    # Reasons of the conditions\n\n\
                    `kubectl get schat` shows the reason of `Ready`; `kubectl describe schat` shows all conditions.\n\n\
                    | Reason | What it means | Who must act |\n| --- | --- | --- |\n"
        .to_owned();
    for reason in Reason::ALL {
        let _ = writeln!(text, "| `{}` | {} | {} |", reason.as_str(), reason.meaning(), reason.actor().describe());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: P-15.
    #[test]
    fn the_operations_guide_lists_every_reason() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/reasons.md");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, markdown()).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == markdown(),
            "{path} is out of date. Run: UPDATE_GOLDEN=1 cargo test -p securechat-operator-api"
        );
    }

    #[test]
    fn a_reason_is_one_word_that_the_api_server_accepts() {
        for reason in Reason::ALL {
            assert!(reason.as_str().chars().all(|c| c.is_ascii_alphabetic()));
            assert!(reason.meaning().ends_with('.'), "{reason:?} is explained by a sentence");
        }
    }
}
