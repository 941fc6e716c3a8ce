//! Stores that somebody else runs.

use crate::case::{existing, migrated, objects, plan, rendered};
use securechat_operator_plan::{Gate, Observed, SecretName, Steps};
use std::collections::BTreeSet;

/// Proves: A-18.
#[test]
fn every_process_that_reaches_a_store_is_given_its_authority() {
    let topology = plan("trusted");
    let objects = objects(&rendered(&topology, &migrated(&topology)));
    let mut with_authority = BTreeSet::new();
    for object in objects.iter().filter(|object| object["kind"] == "ConfigMap") {
        let Some(text) = object["data"]["config.json"].as_str() else { continue };
        let stores = text.matches("\"tls\": ").count();
        let authorities = text.matches("\"authority\": \"/run/secrets/securechat/external/authority/ca.crt\"").count();
        assert_eq!(stores, authorities, "{}: each store has the authority", object["metadata"]["name"]);
        if stores > 0 {
            with_authority.insert(object["metadata"]["labels"]["app.kubernetes.io/component"].as_str().unwrap());
        }
    }
    let expected = ["account", "auth", "chats", "messaging", "migrate", "session", "users"];
    assert_eq!(with_authority.into_iter().collect::<Vec<_>>(), expected);
}

/// Proves: P-15, W-57.
#[test]
fn with_users_that_exist_nothing_is_provisioned_and_no_password_is_made_for_them() {
    let topology = plan("trusted");
    let mut observed = Observed { secrets: existing(&topology), ..Observed::default() };
    let steps = Steps::decide(&topology, &observed);
    assert!(steps.services.values().all(|steps| steps.migrate == Gate::Open), "nobody waits for provisioning");
    let noted = steps.services.iter().map(|(name, steps)| (*name, steps.noted(&topology.version, true)));
    observed.previous.records = noted.collect();
    let rendered = rendered(&topology, &observed);
    let jobs: Vec<_> = rendered.jobs.iter().map(|job| job.metadata.name.clone().unwrap()).collect();
    assert!(jobs.len() == 6 && jobs.iter().all(|job| job.contains("-migrate-")), "{jobs:?}");
    for secret in &topology.secrets {
        assert!(!secret.entries.keys().any(|key| key.contains("database") || key.contains("migration")), "{secret:?}");
        assert!(!secret.entries.is_empty(), "{secret:?}");
    }
    let users = SecretName::External("db-users".to_owned());
    let service = topology.services.iter().find(|service| service.name.as_str() == "chats").unwrap();
    assert!(service.process.secrets.0[&users].iter().eq(["chats"]), "the one that may change rows");
    assert!(service.migration.secrets.0[&users].iter().eq(["chats_migration"]), "the one that may change tables");
}
