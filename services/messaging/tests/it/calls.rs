use crate::fixture::{World, id};
use securechat_auth_verify::{Jwks, Verifier};
use securechat_contracts::ServiceName;
use securechat_kernel::SystemClock;
use securechat_test_kit::TestUser;
use serde_json::{Value, json};
use std::sync::Arc;

/// Proves: A-07.
#[tokio::test]
async fn a_message_is_passed_to_chats_in_the_name_of_the_connections_person_and_answered_with_what_was_stored() {
    let world = World::new().await;
    let hub = world.start().await;
    let alice = TestUser::new();
    let mut client = world.connect(&hub, &alice).await;
    let (chat, message) = (id(), id());
    let sent = client.call("SendMessage", json!({ "chatId": chat, "id": message, "text": "grüß dich" })).await.unwrap();
    assert_eq!((&sent["id"], &sent["seq"], &sent["text"]), (&json!(message), &json!(1), &json!("grüß dich")));
    let asked = world.asked(&format!("/internal/chats/{chat}/messages"));
    let [request] = asked.as_slice() else { panic!("one call") };
    let actor = json!({
        "userId": alice.id, "sid": alice.sid, "authEpoch": 1,
        "permissions": ["users.view_others", "users.update_self", "messages.create", "chats.create"],
    });
    assert_eq!(request.json, json!({ "actor": actor, "id": message, "text": "grüß dich" }));
    // The identity is the hub's own, good for chats.
    let check = world.issuer.token_check();
    let jwks = Jwks::new(&check, reqwest::Client::new());
    let verifier = Verifier::new(ServiceName::Chats, &check, jwks, Arc::new(SystemClock));
    let caller = verifier.verify(request.authorization.as_deref().unwrap()).await.unwrap();
    assert_eq!(caller.require_caller_of(ServiceName::Chats), Ok(ServiceName::Messaging));
}

/// Whoever is on call sees who is connected and how calls end.
#[tokio::test]
async fn connections_and_calls_are_counted() {
    let world = World::new().await;
    let hub = world.start().await;
    let mut client = world.connect(&hub, &TestUser::new()).await;
    client.call("SendMessage", json!({ "chatId": id(), "id": id(), "text": "hello" })).await.unwrap();
    client.call("SendMessage", json!({ "chatId": id() })).await.unwrap_err();
    client.call("Sing", json!({})).await.unwrap_err();
    let text = reqwest::get(format!("http://{}/metrics", hub.admin)).await.unwrap().text().await.unwrap();
    for line in [
        "securechat_hub_call_duration_seconds_count{method=\"sendmessage\",outcome=\"done\"} 1",
        "securechat_hub_call_duration_seconds_count{method=\"sendmessage\",outcome=\"invalid-fields\"} 1",
        "securechat_hub_call_duration_seconds_count{method=\"other\",outcome=\"no_method\"} 1",
        "securechat_broker_connected 1",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let connections = text.lines().find_map(|line| line.strip_prefix("securechat_hub_connections "));
    assert!(connections.is_some_and(|count| count != "0"), "{text}");
}

#[tokio::test]
async fn reading_and_syncing_are_passed_on() {
    let world = World::new().await;
    let hub = world.start().await;
    let mut client = world.connect(&hub, &TestUser::new()).await;
    let chat = id();
    let marker = client.call("MarkRead", json!({ "chatId": chat, "seq": 12 })).await;
    assert_eq!(marker, Ok(json!({ "readSeq": 12, "unread": 0 })));
    let positions = json!([{ "chatId": chat, "afterSeq": 3 }]);
    assert_eq!(client.call("Sync", json!({ "positions": positions })).await, Ok(json!({ "chats": [] })));
    assert_eq!(world.asked("/internal/chats/sync")[0].json["positions"], positions);
}

#[tokio::test]
async fn refusals_and_faults_are_told_as_kind_and_detail_and_the_connection_lives_on() {
    let world = World::new().await;
    let hub = world.start().await;
    let mut client = world.connect(&hub, &TestUser::new()).await;
    let good = json!({ "chatId": id(), "id": id(), "text": "x" });
    world.chats.lock().unwrap().refuses = Some(("not-friends", 403, "bob is no friend of yours"));
    let refused = client.call("SendMessage", good.clone()).await;
    assert_eq!(refused, Err("not-friends: bob is no friend of yours".into()));
    world.chats.lock().unwrap().refuses = Some(("internal", 500, "secrets of the server"));
    assert!(client.call("SendMessage", good.clone()).await.unwrap_err().starts_with("internal: "));
    world.chats.lock().unwrap().away = true;
    let away = client.call("SendMessage", good.clone()).await;
    assert_eq!(away, Err("unavailable: try again in a moment".into()));
    *world.chats.lock().unwrap() = crate::fixture::Chats::default();
    assert!(client.call("SendMessage", good).await.is_ok());
}

#[tokio::test]
async fn wrong_arguments_are_named_and_nothing_reaches_chats() {
    let world = World::new().await;
    let hub = world.start().await;
    let mut client = world.connect(&hub, &TestUser::new()).await;
    for (method, argument, expected) in [
        ("SendMessage", Value::Null, "invalid-fields: /: one object"),
        ("SendMessage", json!({ "chatId": "x", "id": id(), "text": "" }), "invalid-fields: /chatId"),
        ("SendMessage", json!({ "chatId": id(), "id": id() }), "invalid-fields: /: missing field `text`"),
        ("SendMessage", json!({ "chatId": id(), "id": id(), "text": "", "more": 1 }), "invalid-fields: /more"),
        ("MarkRead", json!({ "chatId": id(), "seq": -1 }), "invalid-fields: /seq"),
        ("Sync", json!([]), "invalid-fields: /"),
        ("Typing", json!("x"), "invalid-fields: /"),
        ("DropTables", Value::Null, "Unknown hub method 'droptables'"),
    ] {
        let refused = client.call(method, argument).await.unwrap_err();
        assert!(refused.starts_with(expected), "{method}: {refused}");
    }
    assert!(world.chats.lock().unwrap().asked.iter().all(|request| request.path.ends_with("/memberships")));
}
