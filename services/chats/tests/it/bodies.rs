use crate::fixture::{World, id, kind};
use securechat_contracts::ServiceName;
use serde_json::json;

/// Proves.
#[tokio::test]
async fn a_body_that_is_not_allowed_is_refused_by_field_and_nothing_is_stored() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let room = world.room(&alice, &[]).await;
    let (messages, invitations) = (format!("{room}/messages"), format!("{room}/invitations"));
    let rooms = "/api/chats/rooms";
    for (path, body, pointer) in [
        (messages.as_str(), json!({ "id": id(), "text": "" }), "/text"),
        (&messages, json!({ "id": id(), "text": " \n " }), "/text"),
        (&messages, json!({ "id": id(), "text": "x".repeat(4_001) }), "/text"),
        (&messages, json!({ "id": id(), "text": "a\u{0}b" }), "/text"),
        (&messages, json!({ "id": id(), "text": null }), "/text"),
        (&messages, json!({ "id": "no id", "text": "hello" }), "/id"),
        (&messages, json!({ "id": id(), "text": "hello", "seq": 7 }), "/seq"),
        (rooms, json!({ "name": "" }), "/name"),
        (rooms, json!({ "name": "x".repeat(81) }), "/name"),
        (rooms, json!({ "name": "two\nlines" }), "/name"),
        (rooms, json!({ "id": 5, "name": "Book club" }), "/id"),
        (rooms, json!({ "name": "Book club", "owner": bob.id }), "/owner"),
        (&invitations, json!({ "userId": "bob" }), "/userId"),
        (&invitations, json!({ "userId": bob.id, "id": "x" }), "/id"),
    ] {
        let answer = world.post(&alice, path, body.clone()).await;
        assert_eq!(kind(&answer), (422, "invalid-fields"), "{body}");
        assert_eq!(answer.1["errors"][0]["pointer"], pointer, "{body}");
    }
    for (path, body) in
        [(messages.as_str(), json!({ "text": "hello" })), (rooms, json!({})), (&invitations, json!({ "id": id() }))]
    {
        let answer = world.post(&alice, path, body.clone()).await;
        assert_eq!(kind(&answer), (422, "invalid-fields"), "{body}");
        assert!(answer.1["errors"][0]["detail"].as_str().unwrap().contains("missing field"), "{}", answer.1);
    }
    assert_eq!(world.numbers(&alice, &room).await, [0_u64; 0]);
    assert_eq!(world.get(&alice, "/api/chats").await.1["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&bob, "/api/chats/invitations").await.1["items"], json!([]));
}

/// Proves: A-07.
#[tokio::test]
async fn the_longest_message_and_the_widest_characters_are_taken() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    let text = "👋".repeat(4_000);
    assert_eq!(world.says(&alice, &chat, &text).await["text"], text);
    let (_, history) = world.get(&bob, &format!("{chat}/messages")).await;
    assert_eq!(history["items"][0]["text"], text);
}

/// Proves: A-07.
#[tokio::test]
async fn what_is_no_json_or_too_much_of_it_is_refused_by_kind() {
    let world = World::new().await;
    let [alice] = world.friends(["alice"]);
    let token = world.issuer.token(&alice, ServiceName::Chats);
    let url = format!("http://{}/api/chats/rooms", world.running.public);
    let large = json!({ "name": "x".repeat(70_000) }).to_string();
    for (media_type, body, status) in [
        ("application/json", "{".to_owned(), 400),
        ("text/plain", "{}".to_owned(), 415),
        ("application/json", large, 413),
    ] {
        let request = reqwest::Client::new().post(&url).bearer_auth(&token).header("content-type", media_type);
        assert_eq!(request.body(body).send().await.unwrap().status(), status);
    }
    assert_eq!(world.get(&alice, "/api/chats").await.1["items"], json!([]));
}
