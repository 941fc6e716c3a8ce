//! Who may call whom between services: the one table from which callee checks, network policies and docs come.

use crate::ServiceName;
use std::time::Duration;

/// A service closes a connection on which nothing was asked for so long.
pub const IDLE_CLOSED: Duration = Duration::from_secs(10);
/// Whoever calls a service lets an idle connection go after so long: well before the service would close it, perhaps
/// just while a call is being written to it.
pub const IDLE_KEPT: Duration = Duration::from_secs(5);

/// One allowed kind of call on a callee's internal listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Who calls.
    pub caller: ServiceName,
    /// Whose internal listener answers.
    pub callee: ServiceName,
    /// What for, in words for the documentation.
    pub purpose: &'static str,
    /// The oldest release of the callee that this caller works with. An upgrade lets the caller wait for it.
    pub since: &'static str,
}

/// All calls between services that carry a service token. What is not listed is refused by the callee.
/// Everybody's fetch of auth's JWKS needs no identity and is not listed.
pub const CALLS: [Call; 4] = [
    Call {
        caller: ServiceName::Auth,
        callee: ServiceName::Account,
        purpose: "verify credentials; permissions and epoch",
        since: "0.1.0",
    },
    Call { caller: ServiceName::Session, callee: ServiceName::Users, purpose: "friends of a user", since: "0.1.0" },
    Call {
        caller: ServiceName::Messaging,
        callee: ServiceName::Chats,
        purpose: "send, sync, mark read, memberships",
        since: "0.1.0",
    },
    Call {
        caller: ServiceName::Chats,
        callee: ServiceName::Users,
        purpose: "resolve people, check friendship when the projection is cold",
        since: "0.1.0",
    },
];

/// Whether `caller` may call `callee`'s internal listener.
pub fn may_call(caller: ServiceName, callee: ServiceName) -> bool {
    CALLS.iter().any(|call| call.caller == caller && call.callee == callee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_calls_are_allowed() {
        assert!(may_call(ServiceName::Messaging, ServiceName::Chats));
        assert!(!may_call(ServiceName::Chats, ServiceName::Messaging));
        assert!(!may_call(ServiceName::Users, ServiceName::Account));
    }
}
