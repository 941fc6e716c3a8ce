//! Who may open a connection to whom: the one table from which network policies, the operations guide and their tests
//! come. Calls between services stand in [`calls`](crate::calls), where the callee finds them, and are part of it.

use crate::{ServiceName, calls::CALLS};

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Browsers and API clients, and whatever stands between them and the gateway.
    Client,
    /// Who collects metrics.
    Scraper,
    /// Envoy.
    Gateway,
    /// One of the six services.
    Service(ServiceName),
    /// The server of the browser application.
    Web,
    /// The Job that makes schemas and database users.
    Provision,
    /// The Jobs that migrate schemas.
    Migrations,
    /// MySQL or MariaDB.
    Database,
    /// RabbitMQ.
    Broker,
    /// Valkey or Redis.
    Cache,
    /// The mail server.
    MailServer,
    /// Who collects traces.
    Collector,
    /// The cluster's name server.
    NameServer,
}

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listener {
    /// Requests of people.
    Public,
    /// Requests of other services.
    Internal,
    /// Health and metrics.
    Admin,
    /// MySQL's protocol.
    Sql,
    /// AMQP 0-9-1.
    Amqp,
    /// Redis' protocol.
    Redis,
    /// Mail.
    Smtp,
    /// Traces.
    Otlp,
    /// Names.
    Dns,
}

/// How the one who connects shows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// Not at all: what it gets is no secret.
    None,
    /// By the access token of the person, or none on public paths.
    AccessToken,
    /// By a service token, which the callee checks against [`CALLS`].
    ServiceToken,
    /// By its client secret.
    ClientSecret,
    /// By a user and a password of its own.
    Password,
    /// As the resource says.
    Configured,
}

/// A connection that may be opened. All others are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Who connects.
    pub from: Party,
    /// Who answers.
    pub to: Party,
    /// Where.
    pub listener: Listener,
    /// What for, in words for the documentation.
    pub purpose: &'static str,
    /// How the caller shows who it is.
    pub identity: Identity,
}

const AUTH: Party = Party::Service(ServiceName::Auth);
const ACCOUNT: Party = Party::Service(ServiceName::Account);
const USERS: Party = Party::Service(ServiceName::Users);
const SESSION: Party = Party::Service(ServiceName::Session);
const CHATS: Party = Party::Service(ServiceName::Chats);
const MESSAGING: Party = Party::Service(ServiceName::Messaging);
const SERVICES: &[Party] = &[AUTH, ACCOUNT, USERS, SESSION, CHATS, MESSAGING];

/// A row of the table: everybody of `from` to everybody of `to`.
struct Row(&'static [Party], &'static [Party], Listener, &'static str, Identity);

const ROWS: &[Row] = &[
    Row(&[Party::Client], &[Party::Gateway], Listener::Public, "everything", Identity::AccessToken),
    Row(&[Party::Gateway], SERVICES, Listener::Public, "the routes of the route table", Identity::AccessToken),
    Row(&[Party::Gateway], &[Party::Web], Listener::Public, "the browser application", Identity::None),
    Row(
        &[Party::Gateway, ACCOUNT, USERS, SESSION, CHATS, MESSAGING],
        &[AUTH],
        Listener::Internal,
        "signing keys (JWKS)",
        Identity::None,
    ),
    Row(&[SESSION, CHATS, MESSAGING], &[AUTH], Listener::Internal, "service tokens", Identity::ClientSecret),
    Row(&[Party::Web], SERVICES, Listener::Admin, "health, for the status page", Identity::None),
    Row(SERVICES, &[Party::Database], Listener::Sql, "rows of its own schema", Identity::Password),
    Row(&[Party::Provision], &[Party::Database], Listener::Sql, "schemas and users", Identity::Password),
    Row(&[Party::Migrations], &[Party::Database], Listener::Sql, "tables of one schema", Identity::Password),
    Row(&[ACCOUNT, USERS, SESSION, CHATS, MESSAGING], &[Party::Broker], Listener::Amqp, "events", Identity::Password),
    Row(&[AUTH], &[Party::Cache], Listener::Redis, "counts of failed sign-ins", Identity::Password),
    Row(&[SESSION], &[Party::Cache], Listener::Redis, "live presence", Identity::Password),
    Row(&[ACCOUNT], &[Party::MailServer], Listener::Smtp, "mail", Identity::Configured),
    Row(SERVICES, &[Party::Collector], Listener::Otlp, "traces", Identity::None),
    Row(&[Party::Web], &[Party::Collector], Listener::Otlp, "traces", Identity::None),
    Row(&[Party::Scraper], SERVICES, Listener::Admin, "metrics", Identity::None),
    Row(&[Party::Scraper], &[Party::Web, Party::Gateway], Listener::Admin, "metrics", Identity::None),
    Row(SERVICES, &[Party::NameServer], Listener::Dns, "names", Identity::None),
    Row(
        // The broker's node is named after its host; the other two stores look nobody up.
        &[Party::Gateway, Party::Web, Party::Provision, Party::Migrations, Party::Broker],
        &[Party::NameServer],
        Listener::Dns,
        "names",
        Identity::None,
    ),
];

/// The whole table, calls between services first.
pub fn ways() -> Vec<Way> {
    let calls = CALLS.iter().map(|call| Way {
        from: Party::Service(call.caller),
        to: Party::Service(call.callee),
        listener: Listener::Internal,
        purpose: call.purpose,
        identity: Identity::ServiceToken,
    });
    let rows = ROWS.iter().flat_map(|Row(from, to, listener, purpose, identity)| {
        let ends = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
        ends.map(|(from, to)| Way { from, to, listener: *listener, purpose, identity: *identity })
    });
    calls.chain(rows).collect()
}

/// The services that connect to `to`.
pub fn services_with_way_to(to: Party) -> impl Iterator<Item = ServiceName> {
    ServiceName::ALL.into_iter().filter(move |service| {
        ROWS.iter().any(|Row(from, all, ..)| from.contains(&Party::Service(*service)) && all.contains(&to))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_way_stands_twice() {
        let ways = ways();
        let keys: BTreeSet<_> = ways.iter().map(|way| (way.from, way.to, way.listener, way.purpose)).collect();
        assert_eq!(keys.len(), ways.len());
    }

    /// auth signs its own tokens; every other service that calls one gets its token there.
    #[test]
    fn whoever_calls_a_service_can_get_its_token() {
        let token = |caller| {
            ways().iter().any(|way| {
                way.from == Party::Service(caller) && way.to == AUTH && way.identity == Identity::ClientSecret
            })
        };
        for service in ServiceName::ALL {
            let calls = CALLS.iter().any(|call| call.caller == service) && service != ServiceName::Auth;
            assert_eq!(token(service), calls, "{service}");
        }
    }

    #[test]
    fn the_cache_has_two_users_and_the_broker_five() {
        let names = |to| services_with_way_to(to).collect::<Vec<_>>();
        assert_eq!(names(Party::Cache), [ServiceName::Auth, ServiceName::Session]);
        assert_eq!(names(Party::Broker).len(), 5);
    }
}
