use crate::{plan, settled};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::Reason;
use securechat_operator_plan::{Component, Gate, JobState, Record, SecretName, Steps};

fn is_waiting(gate: &Gate, reason: Reason) -> bool {
    matches!(gate, Gate::Waits(why, _) if *why == reason)
}

/// Proves: W-34.
#[test]
fn each_step_waits_for_the_one_before_and_no_service_for_another() {
    let topology = plan("");
    let mut observed = settled(&topology);
    observed.jobs.clear();
    observed.parts.get_mut(&Component::Database).unwrap().ready = 0;
    let steps = Steps::decide(&topology, &observed);
    assert!(is_waiting(&steps.may_provision, Reason::WaitingForDatabase));

    observed.parts.get_mut(&Component::Database).unwrap().ready = 1;
    assert!(Steps::decide(&topology, &observed).may_provision.is_open());

    observed.jobs.insert(topology.provision.name.clone(), JobState::Running);
    let steps = Steps::decide(&topology, &observed);
    assert!(steps.services.values().all(|s| is_waiting(&s.migrate, Reason::Provisioning)));

    observed.jobs.insert(topology.provision.name.clone(), JobState::Succeeded);
    let steps = Steps::decide(&topology, &observed);
    assert!(steps.services.values().all(|s| s.migrate.is_open() && !s.rollout.is_open()));

    let users = &topology.services.iter().find(|s| s.name == ServiceName::Users).unwrap().migration;
    observed.jobs.insert(users.name.clone(), JobState::Succeeded);
    let steps = Steps::decide(&topology, &observed);
    let open: Vec<_> = steps.services.iter().filter(|(_, s)| s.rollout.is_open()).map(|(name, _)| *name).collect();
    assert_eq!(open, [ServiceName::Users]);
}

/// A service that was migrated once goes on while its Job is run again, because somebody deleted it.
///
/// Proves: W-34.
#[test]
fn a_job_that_is_run_again_holds_nobody_up() {
    let topology = plan("");
    let mut observed = settled(&topology);
    let users = topology.services.iter().find(|s| s.name == ServiceName::Users).unwrap().migration.name.clone();
    let record = Record { done: Some(users.clone()), ..Record::default() };
    observed.previous.records.insert(ServiceName::Users, record);
    observed.jobs.remove(&users);
    let steps = &Steps::decide(&topology, &observed).services[&ServiceName::Users];
    assert!(steps.migrate.is_open() && steps.rollout.is_open());
}

/// Two quick edits: the second migration waits until the first has ended.
///
/// Proves: W-34.
#[test]
fn two_migrations_of_one_schema_never_run_at_once() {
    let (before, after) = (plan(""), plan("images: {server: another}"));
    let mut observed = settled(&after);
    let job = |topology: &securechat_operator_plan::Topology| topology.services[0].migration.name.clone();
    observed.jobs.remove(&job(&after));
    observed.jobs.insert(job(&before), JobState::Running);
    let steps = Steps::decide(&after, &observed);
    assert!(is_waiting(&steps.services[&ServiceName::Auth].migrate, Reason::Migrating));
    observed.jobs.insert(job(&before), JobState::Succeeded);
    assert!(Steps::decide(&after, &observed).services[&ServiceName::Auth].migrate.is_open());
}

/// Proves: H-26.
#[test]
fn a_lost_key_stops_the_service_that_needs_it_and_is_not_made_anew() {
    let topology = plan("");
    let mut observed = settled(&topology);
    observed.previous.key_fingerprint = Some("print".to_owned());
    assert_eq!(Steps::decide(&topology, &observed).key, None);

    observed.secrets.0.insert(SecretName::Keys, "another".to_owned());
    assert!(Steps::decide(&topology, &observed).key.unwrap().contains("another key"));

    observed.secrets.0.remove(&SecretName::Keys);
    let steps = Steps::decide(&topology, &observed);
    assert!(steps.secrets.is_empty(), "it would open nothing");
    assert!(matches!(steps.services[&ServiceName::Auth].rollout, Gate::Blocked(Reason::SecretLost, _)));
    assert!(steps.services[&ServiceName::Chats].rollout.is_open());

    observed.previous.key_fingerprint = None;
    assert_eq!(Steps::decide(&topology, &observed).secrets, [SecretName::Keys], "a new platform gets a key");
    observed.database_volume = true;
    assert!(Steps::decide(&topology, &observed).key.is_some(), "an old volume was written with another one");
}
