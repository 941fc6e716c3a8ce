use crate::fixture::{PASSWORD, World, kind};
use reqwest::Method;
use securechat_contracts::ServiceName;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};

const VERIFY: &str = "/verify-credentials";

fn credentials(user_name: &str, password: &str) -> Value {
    json!({ "userName": user_name, "password": password })
}

/// Proves: H-22, B-05.
#[tokio::test]
async fn auth_and_nobody_else_checks_passwords_and_reads_grants() {
    let world = World::new().await;
    let alice = world.registers("alice").await;
    let grant = format!("/users/{}/grant", alice["id"].as_str().unwrap());
    let calls = [(Method::POST, VERIFY, Some(credentials("alice", PASSWORD))), (Method::GET, grant.as_str(), None)];
    for (method, path, body) in calls {
        for caller in ServiceName::ALL.into_iter().filter(|caller| *caller != ServiceName::Auth) {
            let answer = world.internal(caller, method.clone(), path, body.clone()).await;
            assert_eq!(kind(&answer), (403, "caller-not-allowed"), "{caller} {path}");
        }
        let person = world.issuer.token(&TestUser::new(), ServiceName::Account);
        let elsewhere = world.issuer.service_token(ServiceName::Auth, ServiceName::Users);
        for (token, status) in [("", 401), ("nonsense", 401), (elsewhere.as_str(), 401), (person.as_str(), 403)] {
            assert_eq!(world.internal_with(token, method.clone(), path, body.clone()).await.0, status, "{path}");
        }
        assert_eq!(world.internal(ServiceName::Auth, method.clone(), path, body.clone()).await.0, 200, "{path}");
        // The gateway's side does not know these paths at all.
        let token = world.issuer.service_token(ServiceName::Auth, ServiceName::Account);
        let request = world.http.request(method, world.url(&format!("/internal/account{path}"))).bearer_auth(token);
        assert_eq!(request.json(&body).send().await.unwrap().status(), 404, "{path}");
    }
}

/// Proves: W-18.
#[tokio::test]
async fn a_right_password_is_answered_by_what_its_owner_may_do_and_a_wrong_one_like_an_unknown_name() {
    let world = World::new().await;
    let alice = world.registers("alice").await;
    let verify = async |name: &str, password: &str| {
        world.internal(ServiceName::Auth, Method::POST, VERIFY, Some(credentials(name, password))).await
    };
    for name in ["alice", "ALICE"] {
        let (status, grant) = verify(name, PASSWORD).await;
        assert_eq!((status, &grant["userId"], &grant["userName"]), (200, &alice["id"], &json!("alice")));
        assert_eq!(grant, world.grant(&alice).await);
        assert_eq!((&grant["authEpoch"], &grant["permissions"]), (&json!(1), &json!([])));
    }
    let (mut wrong, mut unknown) = (verify("alice", "correct horse batterz").await, verify("nobody", PASSWORD).await);
    assert_eq!(kind(&wrong), (401, "invalid-credentials"));
    wrong.1["instance"].take();
    unknown.1["instance"].take();
    assert_eq!(wrong, unknown);
    for (name, password) in [("", ""), ("alice", ""), ("alice@example.org", PASSWORD), ("' OR 1=1 --", PASSWORD)] {
        assert_eq!(verify(name, password).await.0, 401, "{name}");
    }
    let nobody = format!("/users/{}/grant", TestUser::new().id);
    assert_eq!(world.internal(ServiceName::Auth, Method::GET, &nobody, None).await.0, 404);
}
