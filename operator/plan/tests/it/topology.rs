use crate::plan;
use securechat_contracts::ServiceName;
use securechat_operator_plan::{Config, SecretName};

/// Proves: W-09, H-22.
#[test]
fn the_clients_are_the_declared_ones_the_web_client_and_the_services_that_call() {
    let clients = |spec: &str| {
        let Config::Auth(auth) = plan(spec).services[0].process.config.clone() else { unreachable!() };
        auth.clients
    };
    let ids = |spec: &str| clients(spec).into_iter().map(|client| client.id).collect::<Vec<_>>();
    assert_eq!(ids(""), ["securechat-web", "session", "chats", "messaging"]);
    let own = "clients: [{id: securechat-web, name: Mine, grants: [authorization_code], redirectUris: [/back]}]";
    assert_eq!(ids(own), ["securechat-web", "session", "chats", "messaging"]);
    assert_eq!(clients(own)[0].redirect_uris[0].as_str(), "https://chat.example.org/back");
    let session = &clients("")[1];
    assert_eq!(session.audiences, ["urn:securechat:users"], "from the one table of who may call whom");
}

/// Proves: B-07.
#[test]
fn the_public_url_is_the_only_source_of_issuer_and_links() {
    let topology = plan("");
    for service in &topology.services {
        let text = service.process.config.to_json().unwrap();
        for url in text.split('"').filter(|part| part.starts_with("https://")) {
            assert!(url.starts_with("https://chat.example.org/"), "{}: {url}", service.name);
        }
    }
    assert_eq!(topology.gateway.issuer.as_str(), "https://chat.example.org/auth");
}

/// Proves: W-57.
#[test]
fn every_service_has_users_of_its_own_at_the_database() {
    let topology = plan("");
    let Config::Provision(provision) = &topology.provision.config else { unreachable!() };
    let users: std::collections::BTreeSet<_> =
        provision.schemas.iter().flat_map(|s| [s.ddl_user.clone(), s.dml_user.clone()]).collect();
    assert_eq!(users.len(), 12);
    for (schema, service) in provision.schemas.iter().zip(ServiceName::ALL) {
        assert_eq!(schema.name, service.as_str());
        assert!(schema.dml_password_file.path().ends_with(format!("{service}/database-password")));
    }
}

/// Proves: B-06.
#[test]
fn other_peoples_secrets_are_not_generated() {
    let topology = plan(
        "database: {external: {host: db, adminUser: r, adminSecret: {name: a}}}, \
         broker: {external: {host: mq, usersSecret: {name: b}}}, cache: {external: {host: redis}}",
    );
    let names: Vec<_> = topology.secrets.iter().map(|s| s.name.clone()).collect();
    assert!(!names.contains(&SecretName::Database) && !names.contains(&SecretName::Broker));
    let users = topology.secrets.iter().find(|s| s.name == SecretName::Service(ServiceName::Users)).unwrap();
    assert_eq!(users.entries.keys().collect::<Vec<_>>(), ["database-password", "migration-password"]);
    let uses = &topology.services.iter().find(|s| s.name == ServiceName::Users).unwrap().process.secrets.0;
    assert!(uses[&SecretName::External("b".to_owned())].contains("users"));
}
