use crate::fixture::{TestApp, stranger};
use securechat_contracts::Permission;
use securechat_kernel::{IdGenerator, SystemIds};
use serde_json::json;

const REQUESTS: &str = "/api/users/friendship-requests";

/// Proves: W-27, W-29, W-30, B-23, B-28.
#[tokio::test]
async fn a_request_is_made_told_accepted_and_becomes_one_friendship() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    let request = app.asks(&alice, &bob).await;
    assert_eq!(request["requester"], json!({"id": alice.id, "userName": "alice"}));
    assert_eq!(request["requestee"], json!({"id": bob.id, "userName": "bob"}));
    assert_eq!(request["state"], "pending");
    let (type_, event) = app.told().await;
    assert_eq!((type_.as_str(), &event["request"]), ("users.friendship-requested.v1", &request));

    let (status, accepted) = app.answers(&bob, &request, "accept").await;
    assert_eq!((status, &accepted["state"]), (200, &json!("accepted")));
    let (type_, event) = app.told().await;
    assert_eq!((type_.as_str(), &event["request"]), ("users.friendship-request-answered.v1", &accepted));
    let (type_, event) = app.told().await;
    assert_eq!(type_, "users.friendship-created.v1");
    for person in [&alice, &bob] {
        let (_, page) = app.get(person, &format!("/api/users/{}/friendships", person.id)).await;
        assert_eq!(page["items"], json!([event["friendship"]]));
    }
}

/// Proves: W-27, B-08, H-15.
#[tokio::test]
async fn nobody_asks_in_anothers_name() {
    let app = TestApp::start().await;
    let [alice, bob, mallory] = app.people(["alice", "bob", "mallory"]).await;
    let body = json!({ "requesteeId": bob.id });
    let as_alice = format!("/api/users/{}/friendship-requests", alice.id);
    assert_eq!(app.post(&mallory, &as_alice, body.clone()).await.0, 403);
    assert_eq!(app.post(&alice, &as_alice, body).await.0, 201);
}

/// Proves: H-14, B-25.
#[tokio::test]
async fn of_two_crossing_requests_one_is_made_and_there_can_be_one_friendship_only() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    let ask = |from, to: securechat_kernel::UserId| app.post(from, REQUESTS, json!({ "requesteeId": to }));
    let answers = tokio::join!(ask(&alice, bob.id), ask(&bob, alice.id), ask(&alice, bob.id), ask(&bob, alice.id));
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let made: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).collect();
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status == 409).collect();
    assert_eq!((made.len(), refused.len()), (1, 3), "{answers:?}");
    assert!(refused.iter().all(|(_, problem)| problem["type"] == "/problems/request-pending"));

    let request = &made[0].1;
    let asked = if request["requestee"]["userName"] == "bob" { &bob } else { &alice };
    let accept = || app.answers(asked, request, "accept");
    let (one, two) = tokio::join!(accept(), accept());
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let (_, page) = app.get(&alice, &format!("/api/users/{}/friendships", alice.id)).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let (status, problem) = ask(&bob, alice.id).await;
    assert_eq!((status, &problem["type"]), (409, &json!("/problems/already-friends")));
}

/// Proves: H-14, B-26.
#[tokio::test]
async fn one_cannot_ask_oneself_or_nobody() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    for requestee in [alice.id, stranger("nobody").id] {
        let (status, problem) = app.post(&alice, REQUESTS, json!({ "requesteeId": requestee })).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/requesteeId")), "{problem}");
    }
    let (status, problem) = app.post(&alice, REQUESTS, json!({ "requesteeId": "bob" })).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/requesteeId")));
}

/// Proves: H-13, B-12.
#[tokio::test]
async fn after_a_rejection_a_cancellation_or_the_end_of_the_friendship_one_may_ask_again() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    for (who, answer) in [(&bob, "reject"), (&alice, "cancel")] {
        let request = app.asks(&alice, &bob).await;
        assert_eq!((&request["state"], &request["createdAt"]), (&json!("pending"), &request["modifiedAt"]));
        assert_eq!(app.answers(who, &request, answer).await.0, 200);
    }
    let friendship = app.befriends(&alice, &bob).await;
    let path = format!("/api/users/friendships/{}", friendship["id"].as_str().unwrap());
    assert_eq!(app.call(&bob, reqwest::Method::DELETE, &path, None).await.0, 204);
    let again = app.befriends(&bob, &alice).await;
    assert_ne!(again["id"], friendship["id"]);
}

/// Proves: W-29, H-15, B-08, B-27, W-32.
#[tokio::test]
async fn only_the_right_person_answers_and_only_once() {
    let app = TestApp::start().await;
    let [alice, bob, mallory] = app.people(["alice", "bob", "mallory"]).await;
    let mallory = mallory.with(&[Permission::UsersManage]);
    let request = app.asks(&alice, &bob).await;
    for (who, answer) in [
        (&mallory, "accept"),
        (&mallory, "reject"),
        (&mallory, "cancel"),
        (&alice, "accept"),
        (&alice, "reject"),
        (&bob, "cancel"),
    ] {
        assert_eq!(app.answers(who, &request, answer).await.0, 403, "{} {answer}", who.name);
    }
    assert_eq!(app.answers(&bob, &request, "reject").await.1["state"], "rejected");
    for (who, answer) in [(&bob, "accept"), (&bob, "reject"), (&alice, "cancel")] {
        let (status, problem) = app.answers(who, &request, answer).await;
        assert_eq!((status, &problem["type"]), (409, &json!("/problems/already-answered")), "{answer}");
    }
    let unknown = json!({ "id": SystemIds.uuid_v7() });
    assert_eq!(app.answers(&bob, &unknown, "accept").await.0, 404);
    assert_eq!(app.answers(&bob, &json!({ "id": "7" }), "accept").await.0, 404);
}

/// Proves: W-27.
#[tokio::test]
async fn the_same_request_sent_twice_is_made_once() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.people(["alice", "bob", "carol"]).await;
    let body =
        |to: securechat_kernel::UserId| json!({ "id": "0190a1b2-0000-7000-8000-000000000001", "requesteeId": to });
    let (one, two) = tokio::join!(app.post(&alice, REQUESTS, body(bob.id)), app.post(&alice, REQUESTS, body(bob.id)));
    assert_eq!(one.1, two.1);
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    let (status, problem) = app.post(&alice, REQUESTS, body(carol.id)).await;
    assert_eq!((status, &problem["type"]), (409, &json!("/problems/id-reused")));
}

/// Proves: W-28, W-32, H-15, B-34.
#[tokio::test]
async fn a_request_is_read_by_its_parties_and_by_who_manages_people() {
    let app = TestApp::start().await;
    let [alice, bob, carol] = app.people(["alice", "bob", "carol"]).await;
    let request = app.asks(&alice, &bob).await;
    let path = format!("{REQUESTS}/{}", request["id"].as_str().unwrap());
    for party in [&alice, &bob] {
        assert_eq!(app.get(party, &path).await, (200, request.clone()));
    }
    assert_eq!(app.get(&carol, &path).await.0, 403);
    assert_eq!(app.get(&carol, REQUESTS).await.0, 403);
    let moderator = carol.with(&[Permission::UsersManage]);
    assert_eq!(app.get(&moderator, &path).await, (200, request.clone()));
    assert_eq!(app.get(&moderator, REQUESTS).await.1["items"], json!([request]));
}

/// Proves: W-32, B-11, B-34.
#[tokio::test]
async fn without_the_permission_one_may_not_ask_but_still_see_ones_own() {
    let app = TestApp::start().await;
    let [alice, bob] = app.people(["alice", "bob"]).await;
    let unconfirmed = alice.without_permissions();
    assert_eq!(app.post(&unconfirmed, REQUESTS, json!({ "requesteeId": bob.id })).await.0, 403);
    let own = format!("/api/users/{}", unconfirmed.id);
    for path in ["/api/users/me", &own, &format!("{own}/friendship-requests"), &format!("{own}/friendships")] {
        assert_eq!(app.get(&unconfirmed, path).await.0, 200, "{path}");
    }
}
