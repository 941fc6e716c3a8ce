use crate::{plan, request, settled};
use securechat_contracts::ServiceName;
use securechat_operator_api::status::{ConditionType, Reason};
use securechat_operator_plan::{Component, Fact, JobState, Observed, Steps, Topology, conditions};

pub(crate) fn told(topology: &Topology, observed: &Observed, condition: ConditionType) -> Fact {
    let steps = Steps::decide(topology, observed);
    let facts = conditions(&request(""), topology, &steps, observed, Vec::new());
    facts.into_iter().find(|fact| fact.condition == condition).unwrap()
}

/// Proves: P-15.
#[test]
fn every_condition_is_told_in_its_order() {
    let topology = plan("");
    let observed = settled(&topology);
    let steps = Steps::decide(&topology, &observed);
    let facts = conditions(&request(""), &topology, &steps, &observed, Vec::new());
    assert_eq!(facts.iter().map(|fact| fact.condition).collect::<Vec<_>>(), ConditionType::ALL);
    assert!(facts[0].holds, "{}", facts[0].message);
    assert_eq!(facts[0].message, "release 1.2.3 serves at https://chat.example.org");
}

/// The sentence names Job, file and error, and the rest of the platform is not said to be broken.
///
/// Proves: W-34.
#[test]
fn a_failed_migration_is_told_before_what_merely_takes_its_time() {
    let topology = plan("");
    let mut observed = settled(&topology);
    let job = topology.services.iter().find(|s| s.name == ServiceName::Users).unwrap().migration.name.clone();
    observed.parts.get_mut(&Component::Web).unwrap().settled = false;
    for (message, expected) in [
        ("V1__users.sql:2: no", format!("users: migration Job {job} failed (X): V1__users.sql:2: no")),
        ("no", format!("users: migration Job {job} failed (X) while running V1__users.sql: no")),
    ] {
        let failed = JobState::Failed { reason: "X".to_owned(), message: message.to_owned() };
        observed.jobs.insert(job.clone(), failed);
        let migrations = told(&topology, &observed, ConditionType::MigrationsCurrent);
        assert_eq!((migrations.reason, migrations.message), (Reason::MigrationFailed, expected.clone()));
        let ready = told(&topology, &observed, ConditionType::Ready);
        assert_eq!((ready.reason, ready.message), (Reason::MigrationFailed, format!("{expected} (and 1 more)")));
    }
}

/// Proves: W-55.
#[test]
fn a_store_that_served_before_is_unavailable_and_a_new_one_is_starting() {
    let topology = plan("");
    let mut observed = settled(&topology);
    observed.parts.get_mut(&Component::Broker).unwrap().ready = 0;
    assert_eq!(told(&topology, &observed, ConditionType::BrokerReady).reason, Reason::Starting);
    observed.previous.held.insert(ConditionType::BrokerReady);
    assert_eq!(told(&topology, &observed, ConditionType::BrokerReady).reason, Reason::Unavailable);
    assert!(!told(&topology, &observed, ConditionType::Ready).holds);
}

#[test]
fn a_service_scaled_to_zero_needs_a_person_and_one_that_rolls_does_not() {
    let topology = plan("");
    let mut observed = settled(&topology);
    observed.parts.get_mut(&Component::Web).unwrap().settled = false;
    assert_eq!(told(&topology, &observed, ConditionType::Progressing).reason, Reason::RollingOut);
    assert!(!told(&topology, &observed, ConditionType::Degraded).holds);
    observed.parts.get_mut(&Component::Web).unwrap().desired = 0;
    assert_eq!(told(&topology, &observed, ConditionType::Degraded).reason, Reason::ServiceStopped);
}
