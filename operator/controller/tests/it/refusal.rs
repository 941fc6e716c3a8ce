use crate::harness::{World, resource, server};

/// What a person is told who applies it.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_cannot_work_is_refused_with_a_sentence() {
    let world = World::without_operator("refused").await;
    for (spec, sentence) in [
        (
            "database: {managed: {}, external: {host: a, adminUser: r, adminSecret: {name: x}}}",
            "give either managed or external, not both",
        ),
        ("publicUrl: 'http://chat.example.org'", "publicUrl must begin with https://"),
        (
            "publicUrl: 'https://chat.example.org/talk'",
            "publicUrl must be scheme and host, such as https://chat.example.org",
        ),
        ("version: '1.2'", "version must be three numbers with dots between, such as 1.2.3"),
        (
            "firstAdministrator: {userName: root, email: r@example.org}",
            "without mail, firstAdministrator needs a passwordSecret",
        ),
        ("gateway: {nodePort: 30080}", "nodePort needs serviceType: NodePort"),
        ("services: {auth: {replicas: -1}}", "spec.services.auth.replicas"),
        ("services: {auth: {resources: {limits: {memory: lots}}}}", "an amount such as 500m, 2 or 8Gi is needed"),
        (
            "mail: {host: m, from: a@b, encryption: none, userName: u, passwordSecret: {name: s}}",
            "a password must not travel in the clear",
        ),
        ("clients: [{id: x, name: X, grants: [client_credentials]}]", "client_credentials is for confidential clients"),
        (
            "clients: [{id: x, name: X, grants: [authorization_code]}]",
            "authorization_code needs at least one of redirectUris",
        ),
        ("clients: [{id: auth, name: X, grants: [refresh_token]}]", "this id belongs to one of the services"),
        ("demoAccounts: [{userName: 'a b', email: a@b}]", "a user name is letters, digits"),
        ("colour: red", "unknown field \"spec.colour\""),
    ] {
        let (accepted, said) = apply(&world, &with(spec));
        assert!(!accepted && said.contains(sentence), "{spec}: {said}");
    }
    let long = resource("").replace("name: acme", &format!("name: {}", "a".repeat(31)));
    let (accepted, said) = apply(&world, &long);
    assert!(!accepted && said.contains("the name must be at most 30"), "{said}");
    assert!(apply(&world, &resource("")).0);
}

/// What cannot be undone is refused later too.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_would_lose_data_is_refused_with_a_sentence() {
    let world = World::without_operator("unchangeable").await;
    world.apply("database: {managed: {flavour: mariadb}}");
    for (spec, sentence) in [
        ("", "the database's flavour cannot change"),
        ("database: {managed: {flavour: mysql}}", "the database's flavour cannot change"),
        ("database: {managed: {flavour: mariadb, storage: {size: 9Gi}}}", "the database's storage cannot change"),
        (
            "database: {external: {host: a, adminUser: r, adminSecret: {name: x}}}",
            "cannot change between managed and external",
        ),
        (
            "database: {managed: {flavour: mariadb}}, broker: {managed: {storage: {size: 9Gi}}}",
            "the broker's storage cannot change",
        ),
    ] {
        let (accepted, said) = apply(&world, &resource(spec));
        assert!(!accepted && said.contains(sentence), "{spec}: {said}");
    }
    assert!(apply(&world, &resource("database: {managed: {flavour: mariadb, deletionPolicy: delete}}")).0);
}

/// What only the operator can know is told by a condition.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_version_is_told_by_a_condition_and_nothing_is_made() {
    let world = World::new("unknown-version").await;
    world.apply("version: 9.9.9");
    let told = crate::harness::until("it is told", || async {
        let condition = world.condition("Ready").await;
        condition.starts_with("False UnknownVersion").then_some(condition.clone()).ok_or(condition)
    })
    .await;
    assert!(told.contains("9.9.9") && told.contains("1.2.3, 1.3.0"), "{told}");
    assert!(world.objects().await.is_empty());
}

/// Proves: W-59.
#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_resources_are_accepted() {
    let world = World::without_operator("samples").await;
    let deploy = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy");
    for file in ["local.yaml", "cluster/minimal.yaml", "cluster/external-stores.yaml"] {
        world.kubectl(&["apply", "--dry-run=server", "-f", &format!("{deploy}/{file}")]);
    }
}

/// `resource` with a field of its own spec said twice would not be YAML: later ones win here.
fn with(spec: &str) -> String {
    let base = resource("");
    match spec.split_once(':') {
        Some(("publicUrl", _)) => base.replace("publicUrl: 'https://chat.example.org'", spec),
        Some(("version", _)) => base.replace("version: 1.2.3", spec),
        _ => resource(spec),
    }
}

fn apply(world: &World, manifest: &str) -> (bool, String) {
    server().run("kubectl", &["apply", "-n", &world.namespace, "-f", "-"], manifest)
}
