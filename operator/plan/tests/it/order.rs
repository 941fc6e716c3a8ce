use crate::conditions::told;
use crate::releases::{follow, release, rolled, running, topology_by, topology_of, with_needs};
use securechat_contracts::ServiceName::{self, Account, Auth, Chats, Messaging, Session, Users};
use securechat_operator_api::status::ConditionType::{MigrationsCurrent, Ready};
use securechat_operator_api::status::Reason;
use securechat_operator_plan::{Change, Component, Gate, JobState, Observed, Releases, Steps};

/// In the second, chats needs users of the same release, and messaging chats; session is content with the first.
fn releases() -> Releases {
    let needs = [("chats", "users", "1.1.0"), ("messaging", "chats", "1.1.0"), ("session", "users", "1.0.0")];
    Releases::of(vec![release("1.0.0", &[]), with_needs("1.1.0", &[("users", "1e")], &needs)])
}

/// The second brings something to every schema.
fn with_files() -> Releases {
    let files = ServiceName::ALL.map(|name| (name.as_str(), "1e"));
    Releases::of(vec![release("1.0.0", &[]), release("1.1.0", &files)])
}

fn open(steps: &Steps) -> Vec<ServiceName> {
    steps.services.iter().filter(|(_, steps)| steps.rollout.is_open()).map(|(name, _)| *name).collect()
}

fn upgraded() -> Observed {
    let mut observed = running(&releases(), "1.0.0");
    follow(&mut observed, &topology_of(&releases(), "1.1.0"), &JobState::Succeeded);
    observed
}

/// Proves: W-34.
#[test]
fn a_service_waits_for_another_one_only_where_it_needs_its_release() {
    let (mut observed, topology) = (upgraded(), topology_of(&releases(), "1.1.0"));
    let steps = Steps::decide(&topology, &observed);
    assert_eq!(open(&steps), [Auth, Account, Users, Session]);
    let Gate::Waits(Reason::WaitingForService, text) = &steps.services[&Chats].rollout else { panic!("{steps:?}") };
    assert_eq!(text, "chats needs users 1.1.0 or newer, which still runs 1.0.0");

    // Its template is new, its pods are not yet.
    observed.parts.get_mut(&Component::Service(Users)).unwrap().version = "1.1.0".to_owned();
    observed.parts.get_mut(&Component::Service(Users)).unwrap().settled = false;
    assert!(!open(&Steps::decide(&topology, &observed)).contains(&Chats));
    observed.parts.get_mut(&Component::Service(Users)).unwrap().settled = true;
    let steps = Steps::decide(&topology, &observed);
    assert!(open(&steps).contains(&Chats) && !open(&steps).contains(&Messaging));
    rolled(&mut observed, Component::Service(Chats), "1.1.0");
    assert_eq!(open(&Steps::decide(&topology, &observed)).len(), 6);
}

/// Proves: W-34.
#[test]
fn a_failed_migration_stops_its_service_and_those_that_need_it_and_no_other() {
    let mut observed = running(&releases(), "1.0.0");
    let topology = topology_of(&releases(), "1.1.0");
    follow(&mut observed, &topology, &JobState::Succeeded);
    let job = Steps::decide(&topology, &observed).services[&Users].job.clone().unwrap();
    observed.jobs.insert(job.name, JobState::Failed { reason: "X".to_owned(), message: "no".to_owned() });
    observed.previous.records.get_mut(&Users).unwrap().done = None;
    assert_eq!(open(&Steps::decide(&topology, &observed)), [Auth, Account, Session]);
}

#[test]
fn on_the_way_back_callers_go_first() {
    let observed = running(&releases(), "1.1.0");
    let topology = topology_of(&releases(), "1.0.0");
    let steps = Steps::decide(&topology, &observed);
    assert_eq!(open(&steps), [Auth, Account, Session, Messaging]);
    let Gate::Waits(Reason::WaitingForService, text) = &steps.services[&Users].rollout else { panic!("{steps:?}") };
    assert!(text.contains("users stays until chats has left"), "{text}");
}

/// Proves: W-34.
#[test]
fn services_come_to_a_release_one_after_the_other_and_stop_at_one_that_does_not_become_ready() {
    let (mut observed, topology) = (upgraded(), topology_by(&releases(), "1.1.0", 1));
    for name in [Auth, Account, Users, Session, Chats, Messaging] {
        let steps = Steps::decide(&topology, &observed);
        let next = |name: &ServiceName| observed.parts[&Component::Service(*name)].version != "1.1.0";
        let allowed: Vec<_> = open(&steps).into_iter().filter(next).collect();
        assert_eq!(allowed, [name]);

        rolled(&mut observed, Component::Service(name), "1.1.0");
        observed.parts.get_mut(&Component::Service(name)).unwrap().settled = false;
        let steps = Steps::decide(&topology, &observed);
        assert!(open(&steps).into_iter().all(|name| observed.parts[&Component::Service(name)].version == "1.1.0"));
        observed.parts.get_mut(&Component::Service(name)).unwrap().settled = true;
    }
}

/// Proves: W-34.
#[test]
fn migrations_take_turns_with_the_processes_that_need_them() {
    let (mut observed, topology) = (running(&with_files(), "1.0.0"), topology_by(&with_files(), "1.1.0", 1));
    let job = |steps: &Steps, name| steps.services[&name].job.clone().unwrap().name;
    let begins = |steps: &Steps| -> Vec<_> {
        steps.services.iter().filter(|(_, steps)| steps.begins).map(|(name, _)| *name).collect()
    };
    for name in [Auth, Account, Users, Session, Chats, Messaging] {
        // One step after the other: noted, made, done, its processes replaced.
        let steps = follow(&mut observed, &topology, &JobState::Running);
        assert_eq!(begins(&steps), [name]);
        let steps = Steps::decide(&topology, &observed);
        assert_eq!(begins(&steps), []);
        observed.jobs.insert(job(&steps, name), JobState::Succeeded);
        let steps = follow(&mut observed, &topology, &JobState::Running);
        assert!(steps.services[&name].rollout.is_open());
        assert_eq!(begins(&steps), [], "while the processes of {name} are replaced");
        rolled(&mut observed, Component::Service(name), "1.1.0");
    }
}

#[test]
fn a_migration_that_waits_for_its_turn_says_so() {
    let (mut observed, topology) = (running(&with_files(), "1.0.0"), topology_by(&with_files(), "1.1.0", 1));
    follow(&mut observed, &topology, &JobState::Running);
    let users = Steps::decide(&topology, &observed).services[&Users].clone();
    let waits = Gate::Waits(Reason::WaitingForService, "users: its migration comes after auth".to_owned());
    assert_eq!([&users.migrate, &users.rollout], [&waits; 2]);
    assert!(!users.may_make && users.noted("1.1.0", true).begun.is_none());
}

#[test]
fn who_is_on_the_way_is_told_before_who_waits_for_it() {
    let (mut observed, topology) = (running(&with_files(), "1.0.0"), topology_by(&with_files(), "1.1.0", 1));
    let steps = follow(&mut observed, &topology, &JobState::Running);
    let job = &steps.services[&Auth].job.as_ref().unwrap().name;
    let told = |observed: &Observed, condition| told(&topology, observed, condition).message;
    let migrates = format!("auth: Job {job} is under way");
    assert_eq!(told(&observed, MigrationsCurrent), format!("{migrates} (and 5 more)"));
    let ready = told(&observed, Ready);
    assert!(ready.starts_with(&format!("{migrates} (and ")), "{ready}");
    assert_eq!(ready.matches(" more)").count(), 1, "what is left out is counted once: {ready}");

    observed.jobs.insert(job.clone(), JobState::Succeeded);
    rolled(&mut observed, Component::Service(Auth), "1.1.0");
    observed.parts.get_mut(&Component::Service(Auth)).unwrap().settled = false;
    assert_eq!(told(&observed, MigrationsCurrent), "account: its migration comes after auth (and 4 more)");
    assert!(told(&observed, Ready).starts_with("auth: 2 of 2 ready"));
}

#[test]
fn a_failed_migration_gives_up_its_turn() {
    let (mut observed, topology) = (running(&with_files(), "1.0.0"), topology_by(&with_files(), "1.1.0", 1));
    let failed = JobState::Failed { reason: "X".to_owned(), message: "no".to_owned() };
    follow(&mut observed, &topology, &failed);
    assert!(Steps::decide(&topology, &observed).services[&Account].begins);
}

#[test]
fn as_many_services_as_allowed_come_to_a_release_together() {
    let (mut observed, topology) = (upgraded(), topology_by(&releases(), "1.1.0", 2));
    let steps = Steps::decide(&topology, &observed);
    assert_eq!(open(&steps), [Auth, Account]);
    let Gate::Waits(Reason::WaitingForService, text) = &steps.services[&Users].rollout else { panic!("{steps:?}") };
    assert_eq!(text, "users comes to 1.1.0 after auth, account");

    rolled(&mut observed, Component::Service(Auth), "1.1.0");
    observed.parts.get_mut(&Component::Service(Auth)).unwrap().settled = false;
    assert_eq!(open(&Steps::decide(&topology, &observed)), [Auth, Account]);
}

/// A release that does not come up holds up nobody who leaves it.
#[test]
fn the_way_back_from_a_bad_release_does_not_wait_for_it() {
    let mut observed = running(&releases(), "1.0.0");
    rolled(&mut observed, Component::Service(Auth), "1.1.0");
    let auth = observed.parts.get_mut(&Component::Service(Auth)).unwrap();
    (auth.settled, auth.ready) = (false, 0);
    let steps = Steps::decide(&topology_by(&releases(), "1.0.0", 1), &observed);
    assert_eq!(open(&steps).len(), 6, "{steps:?}");
}

#[test]
fn a_new_platform_waits_for_nobody() {
    let mut observed = running(&releases(), "1.1.0");
    observed.parts.retain(|component, _| !matches!(component, Component::Service(_)));
    let topology = topology_by(&releases(), "1.1.0", 1);
    assert_eq!(open(&Steps::decide(&topology, &observed)).len(), 6);
}

#[test]
fn the_web_application_comes_after_the_services_whose_interfaces_it_calls_and_goes_back_with_them() {
    let (mut observed, topology) = (upgraded(), topology_of(&releases(), "1.1.0"));
    assert!(
        matches!(&Steps::decide(&topology, &observed).web, Gate::Waits(Reason::WaitingForService, text) if text.contains("auth"))
    );
    for name in ServiceName::ALL {
        rolled(&mut observed, Component::Service(name), "1.1.0");
    }
    assert!(Steps::decide(&topology, &observed).web.is_open());
    assert!(Steps::decide(&topology_of(&releases(), "1.0.0"), &running(&releases(), "1.1.0")).web.is_open());
}

#[test]
fn a_plan_tells_who_waits_for_whom() {
    let change = Change::plan(releases().find("1.1.0").unwrap(), &running(&releases(), "1.0.0"));
    let position = |name| change.services.iter().position(|service| service.name == name).unwrap();
    assert!(position(Users) < position(Chats) && position(Chats) < position(Messaging));
    assert_eq!(change.services[position(Chats)].after, [Users]);
    assert!(change.services[position(Session)].after.is_empty());
}
