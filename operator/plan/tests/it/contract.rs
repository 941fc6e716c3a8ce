use crate::releases::{follow, release, rolled, running, topology_of};
use crate::resource;
use securechat_contracts::ServiceName;
use securechat_operator_api::status::{ConditionType, Reason};
use securechat_operator_plan::{
    Change, Component, Fact, Gate, JobState, Observed, Releases, Request, ServiceSteps, Steps, Topology, conditions,
};

/// The second brings an expand and a contract file for users, and nothing for the others.
fn releases() -> Releases {
    Releases::of(vec![release("1.0.0", &[("users", "1e")]), release("1.1.0", &[("users", "1e 2e 3c")])])
}

fn users(steps: &Steps) -> &ServiceSteps {
    &steps.services[&ServiceName::Users]
}

fn scripts(service: &ServiceSteps) -> Vec<&str> {
    service.job.as_ref().unwrap().files.iter().map(|file| file.script.as_str()).collect()
}

fn services() -> impl Iterator<Item = Component> {
    ServiceName::ALL.into_iter().map(Component::Service)
}

/// All first Jobs have succeeded and everything runs 1.1.0: only what comes last is left.
fn almost_done() -> (Topology, Observed) {
    let mut observed = running(&releases(), "1.0.0");
    let topology = topology_of(&releases(), "1.1.0");
    follow(&mut observed, &topology, &JobState::Succeeded);
    services().chain([Component::Web]).for_each(|component| rolled(&mut observed, component, "1.1.0"));
    observed.old_pods = Some(0);
    (topology, observed)
}

fn told(topology: &Topology, observed: &Observed) -> Fact {
    let mut resource = resource("");
    resource.spec.version.clone_from(&topology.version);
    let request = Request::check(&resource, &observed.releases).unwrap();
    let steps = Steps::decide(topology, observed);
    let facts = conditions(&request, topology, &steps, observed, Vec::new());
    facts.into_iter().find(|fact| fact.condition == ConditionType::MigrationsCurrent).unwrap()
}

/// Proves: W-34.
#[test]
fn what_takes_away_runs_by_a_job_of_its_own_when_everything_runs_the_release() {
    let mut observed = running(&releases(), "1.0.0");
    let topology = topology_of(&releases(), "1.1.0");
    let steps = follow(&mut observed, &topology, &JobState::Running);
    let first = users(&steps).job.clone().unwrap();
    assert_eq!(first.args, ["migrate", "users", "--target", "2"]);
    assert_eq!(scripts(users(&steps)), ["V1__x.sql", "V2__x.sql"]);
    assert!(!users(&Steps::decide(&topology, &observed)).rollout.is_open());

    let (topology, mut observed) = almost_done();
    let steps = follow(&mut observed, &topology, &JobState::Running);
    let last = users(&steps).job.clone().unwrap();
    assert_eq!(last.args, ["migrate", "users"]);
    assert!(users(&steps).rollout.is_open() && users(&steps).begins);
    assert!(users(&steps).kept.contains(&first.name), "the schema is what it made of it");
    let running = told(&topology, &observed);
    assert_eq!((running.holds, running.reason), (false, Reason::Contracting));

    observed.jobs.insert(last.name.clone(), JobState::Succeeded);
    assert!(told(&topology, &observed).holds);
    let steps = Steps::decide(&topology, &observed);
    assert_eq!(users(&steps).record.done.as_ref(), Some(&last.name));
    assert_eq!(users(&steps).record.last(), Some("V3__x.sql"));
    assert!(users(&steps).rollout.is_open(), "and what runs may follow its configuration");
}

/// Proves: W-34.
#[test]
fn it_waits_for_every_replica_of_every_service_and_says_for_whom() {
    type Spoil = fn(&mut Observed);
    let chats = |observed: &mut Observed| {
        observed.parts.get_mut(&Component::Service(ServiceName::Chats)).unwrap().settled = false;
    };
    let cases: [(Spoil, &str); 7] = [
        (chats, "chats: 2 of 2 ready"),
        (|o| o.parts.get_mut(&Component::Web).unwrap().ready = 1, "web: 1 of 2 ready"),
        (|o| rolled(o, Component::Service(ServiceName::Auth), "1.0.0"), "auth runs 1.0.0"),
        (|o| drop(o.parts.remove(&Component::Web)), "web does not exist"),
        (|o| o.old_pods = Some(3), "3 older pods still end"),
        (|o| o.old_pods = Some(1), "one older pod still ends"),
        (|o| o.old_pods = None, "older pods may still end"),
    ];
    for (spoil, who) in cases {
        let (topology, mut observed) = almost_done();
        spoil(&mut observed);
        let steps = Steps::decide(&topology, &observed);
        let Gate::Waits(Reason::ContractPending, text) = &users(&steps).contract else { panic!("{:?}", users(&steps)) };
        assert!(text.contains("users: V3__x.sql waits") && text.contains(who), "{text}");
        assert!(!users(&steps).begins, "{text}");
        assert_eq!(steps.asks_for_old_pods, observed.old_pods.is_none());
        assert_eq!(told(&topology, &observed).reason, Reason::ContractPending);
    }
}

/// Scaled to zero, a service has no replica that could be of an older release.
#[test]
fn a_stopped_service_holds_nobody_up() {
    let (topology, mut observed) = almost_done();
    let part = observed.parts.get_mut(&Component::Service(ServiceName::Session)).unwrap();
    (part.desired, part.ready) = (0, 0);
    assert!(users(&Steps::decide(&topology, &observed)).begins);
}

/// From the moment when it was noted there is no way back, whatever is known of the Job.
///
/// Proves: W-34.
#[test]
fn once_it_was_noted_the_way_back_is_closed() {
    let (topology, mut observed) = almost_done();
    let back = |observed: &Observed| Change::plan(observed.releases.find("1.0.0").unwrap(), observed).refusals.len();
    assert_eq!(back(&observed), 0, "until then it is open");
    follow(&mut observed, &topology, &JobState::Running);
    assert_eq!(back(&observed), 1);
    observed.jobs.clear();
    assert_eq!(back(&observed), 1, "also when somebody deleted the Job");
}

/// A failed one changes nothing about who serves; fixing it forward runs the mended file last again.
#[test]
fn a_failed_one_is_told_and_can_be_mended_by_the_next_release() {
    let (topology, mut observed) = almost_done();
    let failed = JobState::Failed { reason: "X".to_owned(), message: "V3__x.sql:2: no".to_owned() };
    follow(&mut observed, &topology, &failed);
    let fact = told(&topology, &observed);
    assert_eq!(fact.reason, Reason::MigrationFailed);
    assert!(fact.message.contains("V3__x.sql:2: no"), "{}", fact.message);
    assert!(users(&Steps::decide(&topology, &observed)).rollout.is_open());

    let mended = release("1.1.1", &[("users", "1e 2e 3c:7")]);
    observed.releases = Releases::of(vec![mended.clone()]);
    assert_eq!(Change::plan(&mended, &observed).refusals, []);
    let topology = topology_of(&observed.releases, "1.1.1");
    let steps = follow(&mut observed, &topology, &JobState::Succeeded);
    assert_eq!(scripts(users(&steps)), ["V1__x.sql", "V2__x.sql"]);
    services().chain([Component::Web]).for_each(|component| rolled(&mut observed, component, "1.1.1"));
    follow(&mut observed, &topology, &JobState::Succeeded);
    let record = users(&Steps::decide(&topology, &observed)).record.clone();
    assert_eq!(record.files.iter().map(|f| f.file.checksum).collect::<Vec<_>>(), [100, 200, 7]);
}
