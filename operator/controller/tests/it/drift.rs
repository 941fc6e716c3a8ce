use crate::harness::{World, until};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret, Service};
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use securechat_operator_controller::kinds::Kind;
use serde_json::json;

/// Every child, one after the other. How soon, the cluster's tests say: here others run beside it.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_child_returns() {
    let world = World::new("deleted").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let all = world.objects().await;
    for object in &all {
        let (kind, name) = object.split_once('/').unwrap();
        let kind = Kind::ALL.into_iter().find(|k| k.as_str() == kind).unwrap();
        // A lost key-encryption key is another story: see `a_lost_key_is_told_and_not_replaced`.
        if name == "acme-keys" {
            continue;
        }
        let api: Api<DynamicObject> = world.dynamic(&kind.resource());
        // What hangs on secrets that were made anew gets another name: it is not this object that returns.
        let Some(uid) = api.get_metadata_opt(name).await.unwrap().and_then(|o| o.metadata.uid) else { continue };
        api.delete(name, &DeleteParams::background()).await.unwrap();
        until(&format!("{object} is back"), || async {
            let found = api.get_metadata_opt(name).await.unwrap().and_then(|o| o.metadata.uid);
            let replaced = name.contains("-migrate-") || name.contains("-provision-");
            if found.as_ref().is_some_and(|found| *found != uid) || (replaced && found.is_none() && kind != Kind::Job) {
                Ok(())
            } else {
                Err(found)
            }
        })
        .await;
    }
    world.until_ready().await;
    let names = |set: &std::collections::BTreeSet<String>| {
        set.iter()
            .filter(|name| !name.contains("-migrate-") && !name.contains("-provision-"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&world.objects().await), names(&all));
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn an_edited_child_is_put_back() {
    let world = World::new("edited").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let by_hand = PatchParams::default();

    let deployments = world.api::<Deployment>();
    let scaled = Patch::Merge(json!({"spec": {"replicas": 7}}));
    deployments.patch("acme-auth", &by_hand, &scaled).await.unwrap();
    until("the number of replicas is ours again", || async {
        let replicas = world.get::<Deployment>("acme-auth").await?.spec.unwrap().replicas;
        if replicas == Some(2) { Ok(()) } else { Err(format!("{replicas:?}")) }
    })
    .await;

    let edited = Patch::Merge(json!({"data": {"config.json": "{}"}}));
    world.api::<ConfigMap>().patch("acme-users", &by_hand, &edited).await.unwrap();
    until("the configuration is ours again", || async {
        let text = world.get::<ConfigMap>("acme-users").await?.data.unwrap()["config.json"].clone();
        text.contains("acme-database").then_some(()).ok_or(text)
    })
    .await;

    let edited = Patch::Merge(json!({"spec": {"selector": {"app.kubernetes.io/component": "elsewhere"}}}));
    world.api::<Service>().patch("acme-gateway", &by_hand, &edited).await.unwrap();
    until("the selector is ours again", || async {
        let selector = world.get::<Service>("acme-gateway").await?.spec.unwrap().selector.unwrap();
        (selector["app.kubernetes.io/component"] == "gateway").then_some(()).ok_or(format!("{selector:?}"))
    })
    .await;

    let edited = Patch::Merge(json!({"data": {"definitions.json": "e30="}}));
    world.api::<Secret>().patch("acme-broker-bootstrap", &by_hand, &edited).await.unwrap();
    until("the broker's definitions are ours again", || async {
        let data = world.get::<Secret>("acme-broker-bootstrap").await?.data.unwrap();
        (data["definitions.json"].0.len() > 2).then_some(()).ok_or("still empty".to_owned())
    })
    .await;
}

/// Clusters that guard owner references let only those change them who may delete the object. Found by the seeds 91, 425,
/// 579, 667 and 814 of `make soak`.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_child_whose_owner_was_edited_is_ours_again() {
    let world = World::new("owner").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let owner =
        || async { world.get::<Deployment>("acme-auth").await?.metadata.owner_references.ok_or("none".to_owned()) };
    let former = owner().await.unwrap();
    let mut edited = former.clone();
    edited[0].controller = Some(false);
    edited[0].block_owner_deletion = Some(false);
    let edited = Patch::Merge(json!({"metadata": {"ownerReferences": edited}}));
    world.api::<Deployment>().patch("acme-auth", &PatchParams::default(), &edited).await.unwrap();
    until("the owner is as it was", || async {
        let now = owner().await?;
        if now == former { Ok(()) } else { Err(format!("{now:?}")) }
    })
    .await;
}

/// What outlives its resource has no owner, only the label. Found by the seed 46 of `make soak`.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_says_whose_an_object_is_is_put_back_each_time() {
    let world = World::new("labelled").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let elsewhere = Patch::Merge(json!({"metadata": {"labels": {"app.kubernetes.io/instance": "elsewhere"}}}));
    for time in ["first", "second", "third"] {
        world.api::<Secret>().patch("acme-database", &PatchParams::default(), &elsewhere).await.unwrap();
        until(&format!("it is put back the {time} time"), || async {
            let label = world.get::<Secret>("acme-database").await?.labels()["app.kubernetes.io/instance"].clone();
            if label == "acme" { Ok(()) } else { Err(label) }
        })
        .await;
    }
}

/// What was edited while no operator ran is put back by the next one.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_while_the_operator_was_away_is_put_back() {
    let mut world = World::new("away").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    world.stop_operator().await.unwrap();
    let scaled = Patch::Merge(json!({"spec": {"replicas": 7}}));
    world.api::<Deployment>().patch("acme-chats", &PatchParams::default(), &scaled).await.unwrap();
    world.api::<Service>().delete("acme-chats", &DeleteParams::default()).await.unwrap();
    world.start_operator("two").await;
    until("both are as they were", || async {
        world.get::<Service>("acme-chats").await?;
        let replicas = world.get::<Deployment>("acme-chats").await?.spec.unwrap().replicas;
        if replicas == Some(2) { Ok(()) } else { Err(format!("{replicas:?}")) }
    })
    .await;
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_object_of_the_same_name_is_left_alone_and_told() {
    let world = World::new("foreign").await;
    let _played = world.play();
    let foreign: ConfigMap = serde_json::from_value(json!({
        "metadata": {"name": "acme-users"}, "data": {"theirs": "yes"},
    }))
    .unwrap();
    let maps = world.api::<ConfigMap>();
    let before = maps.create(&PostParams::default(), &foreign).await.unwrap();
    world.apply("");
    let told = until("it is told", || async {
        let condition = world.condition("Degraded").await;
        condition.starts_with("True NameTaken").then_some(condition.clone()).ok_or(condition)
    })
    .await;
    assert!(told.contains("ConfigMap named acme-users"), "{told}");
    let after = maps.get("acme-users").await.unwrap();
    assert_eq!(before.resource_version(), after.resource_version());
    // The rest of the platform goes on.
    until("another service is there", || world.get::<Deployment>("acme-chats")).await;
    maps.delete("acme-users", &DeleteParams::default()).await.unwrap();
    world.until_ready().await;
}

/// Proves: H-26.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_told_and_not_replaced() {
    let world = World::new("lost-key").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    let secrets = world.api::<Secret>();
    let backup = secrets.get("acme-keys").await.unwrap();
    secrets.delete("acme-keys", &DeleteParams::default()).await.unwrap();
    let told = until("it is told", || async {
        let condition = world.condition("Ready").await;
        condition.starts_with("False SecretLost").then_some(condition.clone()).ok_or(condition)
    })
    .await;
    assert!(told.contains("backup"), "{told}");
    assert!(world.get::<Secret>("acme-keys").await.is_err(), "a new key would open nothing");
    assert!(world.get::<Deployment>("acme-auth").await.is_ok(), "what runs goes on");
    let mut restored = Secret { data: backup.data, ..Secret::default() };
    restored.metadata.name = Some("acme-keys".to_owned());
    restored.metadata.labels = backup.metadata.labels;
    secrets.create(&PostParams::default(), &restored).await.unwrap();
    world.until_ready().await;
}

/// Other passwords would not open the accounts.
///
/// Proves: B-06.
#[tokio::test(flavor = "multi_thread")]
async fn lost_first_passwords_of_people_are_told_and_not_replaced() {
    let world = World::new("lost-accounts").await;
    let _played = world.play();
    world.apply("demoAccounts: [{userName: alice, email: alice@example.org}]");
    world.until_ready().await;
    let seeded = || async {
        let map: ConfigMap = world.get("acme-account").await.unwrap();
        map.data.unwrap()["config.json"].contains("alice@example.org")
    };
    assert!(seeded().await);
    let secrets = world.api::<Secret>();
    let backup = secrets.get("acme-accounts").await.unwrap();
    secrets.delete("acme-accounts", &DeleteParams::default()).await.unwrap();
    let told = world.until_told("Degraded", "True PasswordsLost").await;
    assert!(told.contains("backup") && told.contains("alice"), "{told}");
    world.until_ready().await;
    assert!(!seeded().await, "no pod waits for a Secret that is gone");
    assert!(world.get::<Secret>("acme-accounts").await.is_err());

    // One that is asked for now is made.
    let both = "{userName: alice, email: alice@example.org}, {userName: bob, email: bob@example.org}";
    world.apply(&format!("demoAccounts: [{both}]"));
    until("the new account has a password", || async {
        let data = world.get::<Secret>("acme-accounts").await?.data.unwrap_or_default();
        data.keys().eq(["bob"]).then_some(()).ok_or(format!("{:?}", data.keys()))
    })
    .await;

    let restored = Patch::Merge(json!({"data": {"alice": backup.data.clone().unwrap()["alice"]}}));
    secrets.patch("acme-accounts", &PatchParams::default(), &restored).await.unwrap();
    world.until_told("Degraded", "False").await;
    world.until_ready().await;
    let after = secrets.get("acme-accounts").await.unwrap().data.unwrap();
    assert_eq!(after["alice"], backup.data.unwrap()["alice"]);
    assert!(after.contains_key("bob") && seeded().await);
}

/// A lost password of the database is made anew and provisioned anew.
///
/// Proves: W-57.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_password_is_made_and_provisioned_anew() {
    let world = World::new("lost-password").await;
    let played = world.play();
    world.apply("");
    world.until_ready().await;
    let provisioned = |played: &crate::harness::Played| {
        played.succeeded().into_iter().filter(|job| job.contains("-provision-")).collect::<Vec<_>>()
    };
    let before = provisioned(&played);
    let annotations = |d: Deployment| d.spec.unwrap().template.metadata.unwrap().annotations.unwrap();
    let template = annotations(world.get("acme-users").await.unwrap());
    world.api::<Secret>().delete("acme-users", &DeleteParams::default()).await.unwrap();
    until("it is provisioned anew", || async {
        let after = provisioned(&played);
        (after.len() > before.len()).then_some(()).ok_or(after)
    })
    .await;
    world.until_ready().await;
    assert_ne!(template, annotations(world.get("acme-users").await.unwrap()), "its processes read the new password");
}

/// Kubelet would bring the change of watched files after a minute; a change of the pod makes it look at once.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn the_gateways_pods_are_told_of_new_files_and_of_nothing_else() {
    let world = World::new("told").await;
    let _played = world.play();
    world.apply("");
    world.until_ready().await;
    // No controller makes pods here: one of the gateway's and one of a service's template.
    for name in ["acme-gateway", "acme-chats"] {
        let template = world.get::<Deployment>(name).await.unwrap().spec.unwrap().template;
        let mut pod = Pod { metadata: template.metadata.unwrap(), spec: template.spec, status: None };
        pod.metadata.name = Some(format!("{name}-pod"));
        world.api::<Pod>().create(&PostParams::default(), &pod).await.unwrap();
    }
    let seen = |pod: Pod| pod.metadata.annotations.unwrap_or_default().get("securechat.io/files-hash").cloned();
    world.apply("gateway: {trustedHops: 1}");
    until("the gateway's pod is told", || async {
        seen(world.get("acme-gateway-pod").await?).map(|_| ()).ok_or("not yet".to_owned())
    })
    .await;
    world.until_ready().await;
    assert_eq!(seen(world.get("acme-chats-pod").await.unwrap()), None);
    let before = world.get::<Pod>("acme-gateway-pod").await.unwrap().resource_version();
    world.apply("gateway: {trustedHops: 1}, logLevel: debug");
    until("another change has been made", || async {
        let text = world.get::<ConfigMap>("acme-auth").await?.data.unwrap()["config.json"].clone();
        text.contains("\"log\": \"debug\"").then_some(()).ok_or(text)
    })
    .await;
    world.until_ready().await;
    assert_eq!(before, world.get::<Pod>("acme-gateway-pod").await.unwrap().resource_version());
}
