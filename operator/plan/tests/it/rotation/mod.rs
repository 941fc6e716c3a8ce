//! New credentials, stage by stage.

mod seeded;
mod world;

use crate::{Machine, request, settled};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::{ConditionType, Reason};
use securechat_operator_plan::{
    Component, Config, CredentialSet, Credentials, Fingerprints, Gate, JobState, Known, Observed, Rotation, SecretName,
    Steps, Topology, conditions, topology,
};
use std::collections::BTreeSet;

use CredentialSet::{A, B, First};

fn plan_at(spec: &str, rotation: Rotation, asked: Option<&str>) -> Topology {
    let credentials = Credentials { rotation, asked: asked.map(str::to_owned) };
    topology(&request(spec), &Machine, &Known { credentials, ..Known::default() })
}

/// Everything is as the plan says.
fn arrived(topology: &Topology) -> Observed {
    let mut observed = settled(topology);
    for service in ServiceName::ALL {
        let part = observed.parts.get_mut(&Component::Service(service)).unwrap();
        part.credentials = topology.credentials.rotation.used().label();
    }
    observed.parts.get_mut(&Component::Broker).unwrap().credentials = topology.credentials.rotation.label();
    observed
}

fn after(topology: &Topology, observed: &Observed) -> Credentials {
    Steps::decide(topology, observed).rotation.after
}

/// The users that a service's process and its migrations are.
fn users(topology: &Topology, service: ServiceName) -> [String; 3] {
    let plan = topology.services.iter().find(|plan| plan.name == service).unwrap();
    let Config::Chats(process) = &plan.process.config else { panic!("only chats is asked for") };
    let Config::Migration(migration) = &plan.migration.config else { panic!("a migration") };
    [process.database.user.clone(), migration.database.user.clone(), process.broker.user.clone()]
}

/// Proves: B-06.
#[test]
fn a_rotation_goes_through_its_stages_and_each_waits_for_what_it_needs() {
    let rest = plan_at("", Rotation::Rest(First), None);
    let mut observed = arrived(&rest);
    assert_eq!(after(&rest, &observed), rest.credentials, "nobody asked");
    observed.rotate = Some("one".to_owned());
    let begun = after(&rest, &observed);
    assert_eq!(begun, Credentials { rotation: Rotation::Preparing(First, B), asked: Some("one".to_owned()) });

    // The new passwords do not exist yet.
    let preparing = plan_at("", begun.rotation, Some("one"));
    assert_eq!(users(&preparing, ServiceName::Chats), users(&rest, ServiceName::Chats), "processes stay as they are");
    let mut observed = arrived(&preparing);
    observed.secrets.0.remove(&SecretName::Credentials(B));
    let steps = Steps::decide(&preparing, &observed);
    assert_eq!(steps.secrets, [SecretName::Credentials(B)]);
    assert_eq!(steps.rotation.after, preparing.credentials);

    // A store does not know them yet.
    let ready = arrived(&preparing);
    let mut observed = ready.clone();
    observed.jobs.insert(preparing.provision.name.clone(), JobState::Running);
    assert_eq!(after(&preparing, &observed), preparing.credentials);
    let mut observed = ready.clone();
    observed.parts.get_mut(&Component::Broker).unwrap().credentials = None;
    assert_eq!(after(&preparing, &observed), preparing.credentials);
    assert_eq!(after(&preparing, &ready).rotation, Rotation::Moving(First, B));

    let moving = plan_at("", Rotation::Moving(First, B), Some("one"));
    assert_eq!(users(&moving, ServiceName::Chats), ["chats_b", "chats_migration_b", "chats_b"]);
    assert_eq!(moving.provision.name, preparing.provision.name, "the stores have nothing to learn");
    let arrived_at = arrived(&moving);
    let mut observed = arrived_at.clone();
    observed.parts.get_mut(&Component::Service(ServiceName::Users)).unwrap().credentials = None;
    let steps = Steps::decide(&moving, &observed);
    assert_eq!(steps.rotation.after, moving.credentials);
    assert!(steps.rotation.waits.unwrap().contains("users"));
    let mut observed = arrived_at.clone();
    observed.jobs.insert("acme-users-migrate-0ld".to_owned(), JobState::Running);
    assert_eq!(after(&moving, &observed), moving.credentials, "a migration signs in, too");
    assert!(Steps::decide(&moving, &arrived_at).rotation.asks_for_former_pods);
    let with_pods = |n| Observed { former_pods: Some(n), ..arrived_at.clone() };
    assert_eq!(after(&moving, &with_pods(1)), moving.credentials);
    assert_eq!(after(&moving, &with_pods(0)).rotation, Rotation::Dropping(First, B));

    let dropping = plan_at("", Rotation::Dropping(First, B), Some("one"));
    let mut observed = arrived(&dropping);
    observed.jobs.insert(dropping.provision.name.clone(), JobState::Running);
    assert_eq!(after(&dropping, &observed), dropping.credentials, "the old users may still be there");
    assert_eq!(after(&dropping, &arrived(&dropping)).rotation, Rotation::Rest(B));

    // The same word asks for nothing any more; another one does, and the first users come back.
    let rest = plan_at("", Rotation::Rest(B), Some("one"));
    assert_eq!(rest.provision.name, dropping.provision.name);
    let Config::Provision(provision) = &rest.provision.config else { panic!("provisioning") };
    assert_eq!(provision.former_users.len(), 12);
    assert!(provision.former_users.contains(&"chats_migration".to_owned()));
    let mut observed = arrived(&rest);
    observed.rotate = Some("one".to_owned());
    assert_eq!(after(&rest, &observed), rest.credentials);
    observed.rotate = Some("two".to_owned());
    observed.secrets.0.insert(SecretName::Credentials(A), "left over".to_owned());
    assert_eq!(after(&rest, &observed), rest.credentials, "a password is not used twice");
    observed.secrets.0.remove(&SecretName::Credentials(A));
    assert_eq!(after(&rest, &observed).rotation, Rotation::Preparing(B, A));
    assert_eq!(users(&plan_at("", Rotation::Rest(A), None), ServiceName::Chats), ["chats", "chats_migration", "chats"]);
}

/// What runs is not touched by an operator that can rotate: neither pods nor Jobs nor Secrets are others.
///
/// Proves: B-06.
#[test]
fn before_the_first_rotation_everything_is_called_as_before_it_could_be_asked_for() {
    let topology = plan_at("", Rotation::default(), None);
    assert_eq!(users(&topology, ServiceName::Chats), ["chats", "chats_migration", "chats"]);
    let Config::Provision(provision) = &topology.provision.config else { panic!("provisioning") };
    assert!(provision.former_users.is_empty() && provision.schemas.len() == 6);
    assert!(topology.secrets.iter().all(|secret| !matches!(secret.name, SecretName::Credentials(_))));
    assert_eq!((topology.credentials.rotation.label(), First.label()), (None, None));
}

/// Proves: B-06.
#[test]
fn no_process_is_started_with_credentials_that_a_store_may_refuse() {
    let moving = plan_at("", Rotation::Moving(First, B), None);
    let mut observed = arrived(&moving);
    observed.jobs.remove(&moving.provision.name);
    let steps = Steps::decide(&moving, &observed);
    for (name, service) in &steps.services {
        assert!(
            matches!(service.rollout, Gate::Waits(Reason::RotatingCredentials, _)),
            "{name}: {:?}",
            service.rollout
        );
    }
}

/// Of what others keep the operator replaces nothing, and a word that asks for it is done at once.
#[test]
fn only_what_the_operator_made_is_replaced() {
    let external_database = "database: {external: {host: db, usersSecret: {name: u}}}";
    let broker_alone = plan_at(external_database, Rotation::Preparing(First, B), None);
    let secret = broker_alone.secrets.iter().find(|secret| secret.name == SecretName::Credentials(B)).unwrap();
    assert!(secret.entries.keys().all(|key| key.ends_with("-broker")), "{:?}", secret.entries);
    assert_eq!(secret.entries.len(), 5);

    let nothing = format!("{external_database}, broker: {{external: {{host: mq, usersSecret: {{name: u}}}}}}");
    let topology = plan_at(&nothing, Rotation::default(), None);
    let mut observed = arrived(&topology);
    observed.rotate = Some("one".to_owned());
    let after = after(&topology, &observed);
    assert_eq!(after, Credentials { rotation: Rotation::default(), asked: Some("one".to_owned()) });
}

/// Every set that may be in use is accepted after the status was lost.
#[test]
fn a_lost_status_is_recalled_from_the_secrets() {
    let recalled = |sets: &[CredentialSet]| {
        let secrets = sets.iter().map(|set| (SecretName::Credentials(*set), String::new())).collect();
        Credentials::recalled(&Fingerprints(secrets), Some(&"old".to_owned()))
    };
    assert_eq!(recalled(&[]).rotation, Rotation::Rest(First));
    for sets in [&[A][..], &[B], &[A, B]] {
        let accepted: BTreeSet<_> = recalled(sets).rotation.accepted().into_iter().collect();
        assert!(sets.iter().all(|set| accepted.contains(set)), "{sets:?}: {accepted:?}");
    }
    assert!(recalled(&[B]).rotation.accepted().contains(&First), "the first one has no Secret that would tell of it");
    assert_eq!(recalled(&[A]).asked.as_deref(), Some("old"), "it may have been there for long");
}

#[test]
fn the_platform_is_ready_while_stores_learn_of_new_credentials() {
    let request = request("");
    let preparing = plan_at("", Rotation::Preparing(First, B), Some("one"));
    let mut observed = arrived(&preparing);
    observed.jobs.insert(preparing.provision.name.clone(), JobState::Running);
    let facts = conditions(&request, &preparing, &Steps::decide(&preparing, &observed), &observed, Vec::new());
    let fact = |condition| facts.iter().find(|fact| fact.condition == condition).unwrap();
    assert!(fact(ConditionType::Ready).holds, "{facts:?}");
    let progressing = fact(ConditionType::Progressing);
    assert_eq!((progressing.holds, progressing.reason), (true, Reason::RotatingCredentials));
}
