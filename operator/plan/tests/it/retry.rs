use crate::releases::{follow, release, running, topology_of};
use securechat_contracts::ServiceName;
use securechat_operator_plan::{JobState, Observed, Releases, Steps, Topology};

fn releases() -> Releases {
    Releases::of(vec![
        release("1.0.0", &[("users", "1e")]),
        release("1.1.0", &[("users", "1e 2e"), ("chats", "1e")]),
        release("1.1.1", &[("users", "1e 2e:7"), ("chats", "1e")]),
    ])
}

fn job(topology: &Topology, observed: &Observed) -> String {
    Steps::decide(topology, observed).services[&ServiceName::Users].job.clone().unwrap().name
}

/// The migration of users has failed on the way to 1.1.0, the others have succeeded.
fn failed(retry: Option<&str>) -> (Topology, Observed) {
    let mut observed = running(&releases(), "1.0.0");
    observed.retry = retry.map(str::to_owned);
    let topology = topology_of(&releases(), "1.1.0");
    follow(&mut observed, &topology, &JobState::Succeeded);
    let name = observed.previous.records[&ServiceName::Users].begun.clone().unwrap();
    observed.jobs.insert(name, JobState::Failed { reason: "X".to_owned(), message: "no".to_owned() });
    (topology, observed)
}

/// Proves: W-34.
#[test]
fn a_failed_migration_is_run_once_more_for_every_new_word_and_never_by_itself() {
    let (topology, mut observed) = failed(None);
    let first = job(&topology, &observed);
    assert!(!Steps::decide(&topology, &observed).services[&ServiceName::Users].begins);
    let chats = Steps::decide(&topology, &observed).services[&ServiceName::Chats].job.clone();

    observed.retry = Some("once".to_owned());
    let steps = follow(&mut observed, &topology, &JobState::Running);
    let second = job(&topology, &observed);
    assert!(steps.services[&ServiceName::Users].begins && second.starts_with(&first) && second != first);
    assert_eq!(steps.services[&ServiceName::Chats].job, chats, "what succeeded is not run again");
    observed.jobs.insert(second.clone(), JobState::Failed { reason: "X".to_owned(), message: "no".to_owned() });
    assert_eq!(job(&topology, &observed), second, "the same word asks for nothing more");
    observed.retry = None;
    assert_eq!(job(&topology, &observed), second, "nor does taking it away");

    observed.retry = Some("twice".to_owned());
    let third = job(&topology, &observed);
    assert!(third != first && third != second);
    follow(&mut observed, &topology, &JobState::Succeeded);
    assert!(Steps::decide(&topology, &observed).services[&ServiceName::Users].rollout.is_open());
}

/// A word that is left over from an earlier trouble does not make a later failure run again.
#[test]
fn an_old_word_asks_for_nothing() {
    let (topology, observed) = failed(Some("old"));
    let steps = Steps::decide(&topology, &observed);
    assert!(!steps.services[&ServiceName::Users].begins && !steps.services[&ServiceName::Users].rollout.is_open());
}

/// Proves: W-34.
#[test]
fn a_failed_migration_is_mended_by_going_back_and_by_going_forward() {
    let (_, mut observed) = failed(None);
    let back = topology_of(&releases(), "1.0.0");
    let steps = Steps::decide(&back, &observed);
    assert!(steps.services.values().all(|service| service.rollout.is_open() && service.contract.is_open()));
    assert!(steps.services.values().all(|service| service.job.is_none()), "no Job is run for the way back");

    let forward = topology_of(&releases(), "1.1.1");
    let steps = follow(&mut observed, &forward, &JobState::Succeeded);
    assert!(steps.services[&ServiceName::Users].begins);
    let record = Steps::decide(&forward, &observed).services[&ServiceName::Users].record.clone();
    assert_eq!(record.files.iter().map(|f| f.file.checksum).collect::<Vec<_>>(), [100, 7]);
}

#[test]
fn a_failed_provisioning_is_run_once_more_too() {
    let mut observed = running(&releases(), "1.0.0");
    let topology = topology_of(&releases(), "1.0.0");
    let failed = JobState::Failed { reason: "X".to_owned(), message: "no".to_owned() };
    observed.jobs.insert(topology.provision.name.clone(), failed);
    assert_eq!(Steps::decide(&topology, &observed).provision.name, topology.provision.name);
    observed.retry = Some("once".to_owned());
    let again = Steps::decide(&topology, &observed).provision.name;
    assert_ne!(again, topology.provision.name);
    observed.jobs.insert(again.clone(), JobState::Running);
    observed.retry = None;
    assert_eq!(Steps::decide(&topology, &observed).provision.name, again);
}
