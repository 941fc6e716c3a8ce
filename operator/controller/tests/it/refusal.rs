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
        (
            "services: {auth: {replicas: 3, autoscaling: {maxReplicas: 4}}}",
            "autoscaling decides how many pods there are",
        ),
        (
            "services: {auth: {autoscaling: {minReplicas: 5, maxReplicas: 4}}}",
            "maxReplicas must be at least minReplicas",
        ),
        (
            "gateway: {tls: {secretName: s}, ingress: {}}",
            "TLS ends where people connect: behind an Ingress give ingress.tls",
        ),
        (
            "database: {external: {host: a}}",
            "give adminUser and adminSecret, with which schemas and users are made, or usersSecret, if they exist",
        ),
        (
            "database: {external: {host: a, adminUser: r, usersSecret: {name: x}}}",
            "give adminUser and adminSecret together",
        ),
        ("cache: {external: {host: a, caSecret: {name: x}}}", "caSecret needs tls: true"),
        ("gateway: {tls: {}}", "give either secretName or issuerRef"),
        ("gateway: {tls: {secretName: s, issuerRef: {name: i}}}", "give either secretName or issuerRef"),
        ("gateway: {httpRoute: {parentRefs: []}}", "spec.gateway.httpRoute.parentRefs"),
        (
            "gateway: {ingress: {annotations: {nginx.ingress.kubernetes.io/server-snippet: x}}}",
            "snippets and annotations of securechat.io are refused",
        ),
        ("networkPolicy: {metricsFrom: [{}]}", "name the pods by namespaceSelector, podSelector or both"),
        ("networkPolicy: {gatewayFrom: [{podSelector: {matchLabels: {a: 'b c'}}}]}", "labels are names such as"),
        ("networkPolicy: {gatewayFrom: [{podSelector: {matchLabels: {}}}]}", "at least 1"),
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
    assert!(told.contains("9.9.9") && told.contains("1.2.3, 1.3.0, 1.4.0, 1.5.0"), "{told}");
    assert!(world.objects().await.is_empty());
}

/// Proves: W-59.
#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_resources_are_accepted() {
    let world = World::without_operator("samples").await;
    let deploy = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy");
    let samples = std::fs::read_dir(format!("{deploy}/cluster")).unwrap().map(|entry| entry.unwrap().path());
    let samples: Vec<_> = samples.chain([format!("{deploy}/local.yaml").into()]).collect();
    assert!(samples.len() > 5);
    let releases = securechat_operator_plan::Releases::built_in().unwrap();
    for path in samples {
        world.kubectl(&["apply", "--dry-run=server", "-f", path.to_str().unwrap()]);
        // What only the operator judges is right, too.
        let resource = serde_saphyr::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let checked = securechat_operator_plan::Request::check(&resource, &releases);
        assert!(checked.is_ok(), "{}: {checked:?}", path.display());
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

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_patch_tunes_an_object_and_one_that_escalates_is_told_and_changes_nothing() {
    let world = World::new("patches").await;
    let _played = world.play();
    let patch = |inner: &str| {
        format!(
            "patches: [{{target: {{kind: Deployment, component: chats}}, patch: {{spec: {{template: {{spec: {inner}}}}}}}}}]"
        )
    };
    world.apply(&patch("{priorityClassName: system-node-critical}"));
    world.until_ready().await;
    let spec = || async {
        let deployment = world.get::<k8s_openapi::api::apps::v1::Deployment>("acme-chats").await.unwrap();
        deployment.spec.unwrap().template.spec.unwrap()
    };
    assert_eq!(spec().await.priority_class_name.as_deref(), Some("system-node-critical"));
    for (inner, sentence) in [
        (
            "{hostNetwork: true}",
            "spec.patches[0]: spec.template.spec.hostNetwork would let the pod out into its node: leave it out",
        ),
        (
            "{nodeSelektor: {a: b}}",
            "spec.patches: Deployment acme-chats: there is no field spec.template.spec.nodeSelektor",
        ),
    ] {
        world.apply(&patch(inner));
        let told = crate::harness::until("it is told", || async {
            let condition = world.condition("Degraded").await;
            condition
                .starts_with("True InvalidSpec")
                .then_some(condition.clone())
                .filter(|c| c.contains(sentence))
                .ok_or(condition)
        })
        .await;
        assert!(told.contains(sentence), "{told}");
        assert_eq!(spec().await.priority_class_name.as_deref(), Some("system-node-critical"), "what runs goes on");
    }
}
