use crate::fixture::{Person, World, id, kind};
use reqwest::Method;
use securechat_contracts::Permission::MessagesCreate;
use securechat_contracts::ServiceName;
use securechat_contracts::event::AccessChanged;
use securechat_test_kit::eventually;
use serde_json::{Value, json};

fn chat_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Everything that `messaging` may ask about a chat, on behalf of `who`.
fn every_call(chat: &str, who: &Person) -> Vec<(String, Value)> {
    let chat = chat_of(chat);
    vec![
        (format!("/{chat}/messages"), json!({ "actor": who.actor(), "id": id(), "text": "by the hub" })),
        (format!("/{chat}/read-marker"), json!({ "actor": who.actor(), "seq": 1 })),
        (
            "/sync".to_owned(),
            json!({ "actor": who.actor(), "positions": [{ "chatId": chat, "afterSeq": 0 }], "limit": 10 }),
        ),
        ("/memberships".to_owned(), json!({ "userIds": [who.id] })),
    ]
}

/// Proves: H-22, B-05.
#[tokio::test]
async fn the_hub_and_nobody_else_acts_on_behalf_of_people() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    for (path, body) in every_call(&chat, &alice) {
        for caller in ServiceName::ALL.into_iter().filter(|caller| *caller != ServiceName::Messaging) {
            let answer = world.internal(caller, &path, body.clone()).await;
            assert_eq!(kind(&answer), (403, "caller-not-allowed"), "{caller} {path}");
        }
        let url = format!("http://{}/internal/chats{path}", world.running.internal);
        let own = world.issuer.token(&alice, ServiceName::Chats);
        let elsewhere = world.issuer.service_token(ServiceName::Messaging, ServiceName::Users);
        for (token, status) in [("", 401), (own.as_str(), 403), (elsewhere.as_str(), 401)] {
            let answer = world.send(Method::POST, url.clone(), token, Some(body.clone())).await;
            assert_eq!(answer.status(), status, "{path}");
        }
        // The gateway's side does not know these paths at all.
        let token = world.issuer.service_token(ServiceName::Messaging, ServiceName::Chats);
        let url = format!("http://{}/internal/chats{path}", world.running.public);
        assert_eq!(world.send(Method::POST, url, &token, Some(body)).await.status(), 404, "{path}");
    }
    assert_eq!(world.numbers(&alice, &chat).await, [0_u64; 0]);
}

/// Proves.
#[tokio::test]
async fn the_hub_sends_and_marks_as_the_person_would_herself() {
    let world = World::new().await;
    let [alice, bob, mallory] = world.friends(["alice", "bob", "mallory"]);
    let chat = world.private_chat(&alice, &bob).await;
    let (send, mark) = (format!("/{}/messages", chat_of(&chat)), format!("/{}/read-marker", chat_of(&chat)));
    let body = json!({ "actor": alice.actor(), "id": id(), "text": "by the hub" });
    let (status, sent) = world.internal(ServiceName::Messaging, &send, body.clone()).await;
    assert_eq!((status, &sent["seq"], &sent["sender"]["userName"]), (200, &json!(1), &json!("alice")));
    assert_eq!(world.internal(ServiceName::Messaging, &send, body.clone()).await, (200, sent.clone()));
    // The same id over REST is the same message.
    let over_rest = json!({ "id": body["id"], "text": body["text"] });
    assert_eq!(world.post(&alice, &format!("{chat}/messages"), over_rest).await, (200, sent));
    let marked = world.internal(ServiceName::Messaging, &mark, json!({ "actor": bob.actor(), "seq": 1 })).await;
    assert_eq!(marked, (200, json!({ "readSeq": 1, "unread": 0 })));

    let mute = alice.without(MessagesCreate).actor();
    let refused =
        world.internal(ServiceName::Messaging, &send, json!({ "actor": mute, "id": id(), "text": "x" })).await;
    assert_eq!(kind(&refused), (403, "forbidden"));
    for (path, body) in every_call(&chat, &mallory).into_iter().take(2) {
        let answer = world.internal(ServiceName::Messaging, &path, body).await;
        assert_eq!(kind(&answer), (404, "not-found"), "{path}");
    }
    for (wrong, pointer) in [(json!(""), "/text"), (json!(5), "/text")] {
        let body = json!({ "actor": alice.actor(), "id": id(), "text": wrong });
        let answer = world.internal(ServiceName::Messaging, &send, body).await;
        assert_eq!((answer.0, &answer.1["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    assert_eq!(world.numbers(&alice, &chat).await, [1]);
}

/// Proves: A-11.
#[tokio::test]
async fn what_was_granted_before_a_change_of_access_is_good_no_more() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    world.says(&alice, &chat, "before").await;
    world.tell(&AccessChanged { user_id: alice.id, auth_epoch: 2 }).await;
    eventually("the change to be known", async || world.get(&alice, &chat).await.0 == 401).await;
    // Memberships are asked for on nobody's behalf.
    for (path, body) in every_call(&chat, &alice).into_iter().take(3) {
        assert_eq!(world.internal(ServiceName::Messaging, &path, body).await.0, 401, "{path}");
    }
    let mut renewed = alice.clone();
    renewed.user.auth_epoch = 2;
    for (path, body) in every_call(&chat, &renewed) {
        assert_eq!(world.internal(ServiceName::Messaging, &path, body).await.0, 200, "{path}");
    }
    assert_eq!(world.get(&bob, &chat).await.0, 200, "nobody else is touched");
    assert_eq!(world.numbers(&renewed, &chat).await, [1, 2]);
}

/// Proves: A-07.
#[tokio::test]
async fn the_hub_learns_who_is_in_which_chats_and_at_which_version() {
    let world = World::new().await;
    let [alice, bob, nobody] = world.friends(["alice", "bob", "nobody"]);
    let room = world.room(&alice, &[&bob]).await;
    let private = world.private_chat(&alice, &bob).await;
    let asked = json!({ "userIds": [alice.id, bob.id, nobody.id] });
    let (status, answer) = world.internal(ServiceName::Messaging, "/memberships", asked).await;
    assert_eq!(status, 200);
    let mut expected = vec![(chat_of(&room).to_owned(), 2), (chat_of(&private).to_owned(), 1)];
    expected.sort();
    for (person, chats) in [(&alice, expected.clone()), (&bob, expected), (&nobody, Vec::new())] {
        let entries = answer["memberships"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["userId"] == json!(person.id)).unwrap();
        let read = |chat: &Value| (chat["chatId"].as_str().unwrap().to_owned(), chat["version"].as_u64().unwrap());
        let mut known: Vec<_> = entry["chats"].as_array().unwrap().iter().map(read).collect();
        known.sort();
        assert_eq!(known, chats, "{}", person.name);
    }
    let none = world.internal(ServiceName::Messaging, "/memberships", json!({ "userIds": [] })).await;
    assert_eq!(none, (200, json!({ "memberships": [] })));
    let many: Vec<_> = (0..501).map(|_| id()).collect();
    let refused = world.internal(ServiceName::Messaging, "/memberships", json!({ "userIds": many })).await;
    assert_eq!((refused.0, &refused.1["errors"][0]["pointer"]), (422, &json!("/userIds")));
}
