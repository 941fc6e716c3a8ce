use crate::fixture::{World, email};
use reqwest::Method;
use securechat_config::{DemoAccount, Secret};
use securechat_contracts::{Role, ServiceName};
use securechat_test_kit::eventually;
use serde_json::json;
use std::collections::BTreeSet;

fn demo(dir: &std::path::Path, name: &str, roles: &[Role]) -> DemoAccount {
    let file = dir.join(name);
    std::fs::write(&file, format!("{name} demo")).unwrap();
    DemoAccount { user_name: name.to_owned(), email: email(name), roles: roles.to_vec(), password_file: Secret(file) }
}

/// Proves: W-19, W-18, B-23.
#[tokio::test]
async fn demo_accounts_are_made_once_however_many_processes_start() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::new().await;
    let mut config = world.config.clone();
    config.demo_accounts =
        vec![demo(dir.path(), "alice", &[Role::User, Role::Moderator]), demo(dir.path(), "bob", &[Role::User])];
    let start = async || {
        let process = securechat_runtime::Process::system();
        let service = securechat_account::build(&config, &process).unwrap_or_else(|error| panic!("{error}"));
        securechat_runtime::start(service, process, &config.http).await.unwrap()
    };
    let (one, two) = tokio::join!(start(), start());
    let told = [world.told().await.1, world.told().await.1];
    let names: BTreeSet<_> = told.iter().map(|event| event["userName"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["alice", "bob"]));

    // An account that exists is left as it is, whatever the configuration says by now.
    std::fs::write(dir.path().join("alice"), "another password").unwrap();
    let three = start().await;
    for running in [&one, &two, &three] {
        eventually("readiness", async || running.health.is_ready()).await;
    }
    let verify = async |password: &str| {
        let body = Some(json!({ "userName": "alice", "password": password }));
        world.internal(ServiceName::Auth, Method::POST, "/verify-credentials", body).await
    };
    let (status, grant) = verify("alice demo").await;
    assert_eq!((status, &grant["emailVerified"]), (200, &json!(true)));
    assert_eq!(grant["permissions"].as_array().unwrap().len(), 7, "{grant}");
    assert_eq!(verify("another password").await.0, 401);
    assert_eq!((world.count("accounts").await, world.count("mail_queue").await), (2, 0));
    world.told_nothing().await;
}
