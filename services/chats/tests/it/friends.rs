use crate::fixture::{Person, World, id, kind, message};
use reqwest::Method;
use securechat_contracts::dto::{FriendshipView, PersonRef};
use securechat_contracts::event::{ChatCreated, FriendshipCreated, FriendshipDeleted, UserRegistered};
use securechat_kernel::{Clock, FriendshipId, SystemClock};
use securechat_test_kit::eventually;
use serde_json::json;
use uuid::Uuid;

fn users(one: &Person, other: &Person) -> [PersonRef; 2] {
    let mut users = [one, other].map(|person| PersonRef { id: person.id, user_name: person.name.clone() });
    users.sort_by_key(|person| person.id);
    users
}

fn begun(friendship: Uuid, one: &Person, other: &Person, version: u64) -> FriendshipCreated {
    let id = FriendshipId(friendship);
    let friendship = FriendshipView { id, users: users(one, other), created_at: SystemClock.now() };
    FriendshipCreated { friendship_id: id, friendship, version }
}

fn ended(friendship: Uuid, one: &Person, other: &Person, version: u64) -> FriendshipDeleted {
    FriendshipDeleted {
        friendship_id: FriendshipId(friendship),
        users: users(one, other),
        deleted_by: other.id,
        version,
    }
}

impl World {
    async fn asks_for_private(&self, who: &Person, other: &Person) -> (u16, serde_json::Value) {
        self.call(who, Method::PUT, &format!("/api/chats/private/{}", other.id), None).await
    }

    /// Waits until the copy says that the two are friends; `users` never does.
    async fn until_friends(&self, one: &Person, other: &Person) {
        eventually("the friendship to be known", async || self.asks_for_private(one, other).await.0 < 300).await;
    }
}

/// Proves: A-03, B-15.
#[tokio::test]
async fn two_friends_have_one_private_chat_whoever_asks() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let (status, chat) = world.asks_for_private(&alice, &bob).await;
    assert_eq!((status, &chat["kind"], &chat["memberCount"]), (201, &json!("private"), &json!(2)));
    let members = [&alice, &bob].map(|person| json!({ "id": person.id, "userName": person.name }));
    assert_eq!(chat["members"], json!(members));
    assert_eq!(world.asks_for_private(&alice, &bob).await, (200, chat.clone()));
    let (status, of_bob) = world.asks_for_private(&bob, &alice).await;
    assert_eq!((status, &of_bob["id"]), (200, &chat["id"]));
    assert_eq!(world.told::<ChatCreated>().await["chatId"], chat["id"]);
    let (_, list) = world.get(&bob, "/api/chats").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

/// Proves: A-03.
#[tokio::test]
async fn both_ask_at_once_at_two_processes_and_get_the_same_chat() {
    let world = World::new().await;
    let other = world.another_process().await;
    for _ in 0..8 {
        let [alice, bob] = world.friends(["alice", "bob"]);
        let (to_bob, to_alice) = (format!("/api/chats/private/{}", bob.id), format!("/api/chats/private/{}", alice.id));
        let ((first, one), (second, two)) = tokio::join!(
            world.call_at(&world.running, &alice, Method::PUT, &to_bob, None),
            world.call_at(&other, &bob, Method::PUT, &to_alice, None)
        );
        assert_eq!(one["id"], two["id"], "{one} {two}");
        assert_eq!(first.min(second)..=first.max(second), 200..=201, "one of them made it");
    }
}

/// Proves: A-03, H-15.
#[tokio::test]
async fn strangers_and_oneself_are_no_partners_of_a_private_chat() {
    let world = World::new().await;
    let [alice, mallory] = world.people(["alice", "mallory"]);
    for nobody in [mallory.id.0, alice.id.0, id()] {
        let answer = world.call(&alice, Method::PUT, &format!("/api/chats/private/{nobody}"), None).await;
        assert_eq!(kind(&answer), (403, "not-friends"));
    }
    let answer = world.call(&alice, Method::PUT, "/api/chats/private/mallory", None).await;
    assert_eq!(kind(&answer), (404, "not-found"));
    assert_eq!(world.get(&alice, "/api/chats").await.1["items"], json!([]));
}

/// Proves: A-03, H-23.
#[tokio::test]
async fn friendships_are_learnt_from_events_and_an_older_event_changes_nothing() {
    let world = World::new().await;
    let [alice, bob, carol] = world.people(["alice", "bob", "carol"]);
    let (first, second) = (id(), id());
    world.tell(&begun(first, &alice, &bob, 3)).await;
    world.until_friends(&alice, &bob).await;
    let chat = world.private_chat(&bob, &alice).await;
    world.says(&alice, &chat, "hello").await;

    // Late events of the same pair; carol's, behind them in the same lane, tells that they were taken.
    world.tell(&ended(first, &alice, &bob, 2)).await;
    world.tell(&ended(first, &bob, &alice, 3)).await;
    world.tell(&begun(first, &alice, &carol, 1)).await;
    world.until_friends(&alice, &carol).await;
    world.says(&bob, &chat, "still friends").await;

    world.tell(&ended(first, &alice, &bob, 4)).await;
    let path = format!("{chat}/messages");
    let mut last = (0, json!(null));
    eventually("the end to be known", async || {
        last = world.post(&alice, &path, message("are you there?")).await;
        last.0 == 403
    })
    .await;
    assert_eq!(kind(&last), (403, "not-friends"));
    assert_eq!(kind(&world.post(&bob, &path, message("no")).await), (403, "not-friends"));
    // What was said stays readable, and carol, whose version is smaller, remains a friend.
    assert_eq!(world.get(&bob, &path).await.0, 200);
    let with_carol = world.private_chat(&alice, &carol).await;
    world.says(&alice, &with_carol, "hello").await;

    // Friends again by another friendship, whose versions go on.
    world.tell(&begun(second, &bob, &alice, 5)).await;
    eventually("friends again", async || world.post(&bob, &path, message("back")).await.0 == 201).await;
}

/// Proves: A-03.
#[tokio::test]
async fn a_friendship_that_no_event_told_yet_is_asked_for_and_so_is_its_end() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let chat = world.private_chat(&alice, &bob).await;
    world.says(&alice, &chat, "hello").await;
    world.part(&alice, &bob);
    let answer = world.post(&alice, &format!("{chat}/messages"), message("hello?")).await;
    assert_eq!(kind(&answer), (403, "not-friends"));
    assert_eq!(world.numbers(&bob, &chat).await, [1]);
}

/// Proves: A-01.
#[tokio::test]
async fn names_are_learnt_from_registrations() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let registered =
        UserRegistered { user_id: bob.id, user_name: "robert".to_owned(), email: "bob@example.org".to_owned() };
    world.tell(&registered).await;
    eventually("the name", async || {
        let query = sqlx::query_scalar("SELECT user_name FROM people WHERE user_id = ?").bind(bob.id.0);
        let name: Option<String> = query.fetch_optional(world.database.pool()).await.unwrap();
        name.as_deref() == Some("robert")
    })
    .await;
    let chat = world.private_chat(&alice, &bob).await;
    assert_eq!(world.says(&bob, &chat, "hello").await["sender"]["userName"], "robert");
}
