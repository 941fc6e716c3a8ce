use crate::releases::{release, running};
use securechat_contracts::ServiceName;
use securechat_operator_plan::{Change, MigrationFile, Observed, Releases, ServiceChange};

fn releases() -> Releases {
    Releases::of(vec![
        release("1.0.0", &[("users", "1e"), ("chats", "1e")]),
        release("1.1.0", &[("users", "1e 2d 3c"), ("chats", "1e 2e")]),
        release("1.2.0", &[("users", "1e 2d 3c 4e"), ("chats", "1e 2e")]),
    ])
}

fn plan(version: &str, observed: &Observed) -> Change {
    Change::plan(observed.releases.find(version).unwrap(), observed)
}

fn users(change: &Change) -> &ServiceChange {
    change.services.iter().find(|service| service.name == ServiceName::Users).unwrap()
}

/// The files that run before the pods are replaced, and those that run last.
fn scripts(change: &ServiceChange) -> (String, String) {
    let names = |files: &[MigrationFile]| files.iter().map(|f| f.script.as_str()).collect::<Vec<_>>().join(" ");
    (names(&change.before), names(&change.last))
}

fn both(before: &str, last: &str) -> (String, String) {
    (before.to_owned(), last.to_owned())
}

fn refusal(version: &str, observed: &Observed) -> String {
    let refusals = plan(version, observed).refusals;
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    refusals[0].to_string()
}

/// Proves: W-34.
#[test]
fn a_change_names_releases_and_files_and_which_of_them_come_last() {
    let change = plan("1.1.0", &running(&releases(), "1.0.0"));
    assert_eq!(change.refusals, []);
    let users = users(&change);
    assert_eq!((users.from.as_deref(), users.to.as_str()), (Some("1.0.0"), "1.1.0"));
    assert_eq!(scripts(users), both("V2__x.sql", "V3__x.sql"));
    assert!(!plan("1.0.0", &running(&releases(), "1.0.0")).is_something(), "what runs already is no change");
}

/// No pod is disturbed, so nothing has to come last.
#[test]
fn a_first_installation_runs_every_file_before_its_pods() {
    let observed = Observed { releases: releases(), ..Observed::default() };
    let change = plan("1.2.0", &observed);
    assert_eq!(change.refusals, []);
    assert_eq!(scripts(users(&change)), both("V1__x.sql V2__x.sql V3__x.sql V4__x.sql", ""));
    assert_eq!(users(&change).from, None);
}

/// Proves: W-34.
#[test]
fn a_jump_over_a_contract_release_is_refused_and_names_the_way() {
    let told = refusal("1.2.0", &running(&releases(), "1.0.0"));
    for words in ["users: V3__x.sql", "1.2.0 has V4__x.sql after it", "go to 1.1.0 first"] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(plan("1.2.0", &running(&releases(), "1.1.0")).refusals, []);

    let gap = Releases::of(vec![
        release("1.0.0", &[("users", "1e"), ("chats", "1e")]),
        release("1.2.0", &[("users", "1e 2d 3c 4e"), ("chats", "1e 2e")]),
    ]);
    let told = refusal("1.2.0", &running(&gap, "1.0.0"));
    assert!(told.contains("describe it in a ConfigMap"), "{told}");
}

/// Proves: W-34.
#[test]
fn the_way_back_is_open_while_nothing_was_taken_away() {
    let two = Releases::of(vec![release("1.0.0", &[("users", "1e")]), release("1.1.0", &[("users", "1e 2e 3d")])]);
    let change = plan("1.0.0", &running(&two, "1.1.0"));
    assert_eq!(change.refusals, []);
    assert_eq!(scripts(users(&change)), both("", ""));

    let told = refusal("1.0.0", &running(&releases(), "1.1.0"));
    for words in ["V3__x.sql of release 1.1.0 has taken away what release 1.0.0 needs", "before 1.1.0"] {
        assert!(told.contains(words), "{told}");
    }
    let mut observed = running(&releases(), "1.1.0");
    let record = observed.previous.records.get_mut(&ServiceName::Users).unwrap();
    record.files.last_mut().unwrap().begun_by = Some("a-job".to_owned());
    assert!(refusal("1.0.0", &observed).contains("was begun and may have taken away"));
}

/// Found before anything is done, by comparing releases.
///
/// Proves: W-34.
#[test]
fn a_release_that_was_made_from_other_files_is_refused_by_name() {
    for (files, words) in [
        (
            "1e:7 2e",
            "release 1.1.0 holds V1__x.sql with checksum 7, and V1__x.sql of release 1.0.0 was applied with checksum 100",
        ),
        ("2e 3e", "release 1.1.0 lacks V1__x.sql, which release 1.0.0 applied"),
    ] {
        let releases = Releases::of(vec![release("1.0.0", &[("users", "1e")]), release("1.1.0", &[("users", files)])]);
        let told = refusal("1.1.0", &running(&releases, "1.0.0"));
        assert!(told.contains(words), "{told}");
    }
    let late = Releases::of(vec![release("1.0.0", &[("users", "2e")]), release("1.1.0", &[("users", "1e 2e")])]);
    let told = refusal("1.1.0", &running(&late, "1.0.0"));
    assert!(told.contains("V1__x.sql of release 1.1.0 comes too late: the schema has version 2"), "{told}");
}

/// An approval is good for one change: what else is done has another name, also the same thing done again later.
#[test]
fn a_change_is_named_after_all_that_it_does() {
    let observed = running(&releases(), "1.0.0");
    let change = plan("1.1.0", &observed);
    let hash = change.hash("objects", Some("before"));
    assert_eq!(hash.len(), 10);
    assert_eq!(hash, plan("1.1.0", &observed).hash("objects", Some("before")));
    let mut other = observed.clone();
    other.previous.records.get_mut(&ServiceName::Users).unwrap().files.clear();
    for another in [
        change.hash("other objects", Some("before")),
        change.hash("objects", None),
        plan("1.0.0", &observed).hash("objects", Some("before")),
        plan("1.1.0", &other).hash("objects", Some("before")),
    ] {
        assert_ne!(hash, another);
    }
}

/// The status was lost: what runs tells what the schema has, but not whether what comes last was run.
#[test]
fn what_a_lost_status_knew_is_told_by_the_release_that_runs() {
    let mut observed = running(&releases(), "1.1.0");
    observed.previous.records.clear();
    let change = plan("1.1.0", &observed);
    assert_eq!(scripts(users(&change)), both("", "V3__x.sql"));
    assert!(refusal("1.0.0", &observed).contains("may have taken away"));
}
