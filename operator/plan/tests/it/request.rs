use crate::{releases, resource};
use securechat_operator_plan::{Invalid, Releases, Request};

fn problems(spec: &str) -> Vec<String> {
    let problems = Request::check(&resource(spec), &releases()).unwrap_err();
    problems.iter().map(Invalid::to_string).collect()
}

/// What the API server refuses is refused here too: the same resource runs where no API server is.
///
/// Proves: P-15.
#[test]
fn all_problems_of_a_resource_are_told_at_once() {
    let told = problems(
        "database: {managed: {}, external: {host: a, adminUser: r, adminSecret: {name: x}}}, \
         demoAccounts: [{userName: bob, email: a@b}, {userName: bob, email: c@d}]",
    );
    assert_eq!(
        told,
        ["spec.database: give either managed or external, not both", "spec.demoAccounts: 'bob' occurs twice"]
    );
}

#[test]
fn an_unknown_version_names_the_known_ones() {
    let mut other = resource("");
    other.spec.version = "9.9.9".to_owned();
    let told = Request::check(&other, &releases()).unwrap_err();
    assert_eq!(told, [Invalid::UnknownVersion("9.9.9".to_owned(), "1.2.3".to_owned())]);
}

#[test]
fn a_name_that_leaves_no_room_for_the_objects_names_is_refused() {
    for name in ["", "Acme", "1acme", "acme.", "acme-", &"a".repeat(31)] {
        let mut other = resource("");
        other.metadata.name = Some(name.to_owned());
        assert_eq!(Request::check(&other, &releases()).unwrap_err(), [Invalid::Name(name.to_owned())]);
    }
}

/// The release and the samples that are shipped fit together.
///
/// Proves: W-59.
#[test]
fn the_shipped_resources_can_be_planned_with_the_shipped_release() {
    let deploy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    for file in ["local.yaml", "cluster/minimal.yaml", "cluster/external-stores.yaml"] {
        let text = std::fs::read_to_string(deploy.join(file)).unwrap();
        let resource = serde_saphyr::from_str(&text).unwrap();
        let checked = Request::check(&resource, &Releases::built_in().unwrap());
        assert!(checked.is_ok(), "{file}: {:?}", checked.unwrap_err());
    }
}
