use crate::fixture::{Person, World, id, kind, message};
use reqwest::Method;
use securechat_contracts::Permission::{ChatsCreate, ChatsDelete, MessagesCreate, UsersManage};
use serde_json::{Value, json};

/// Everything that can be done to a chat.
fn every_call(chat: &str, somebody: &Person) -> Vec<(Method, String, Option<Value>)> {
    vec![
        (Method::GET, chat.to_owned(), None),
        (Method::DELETE, chat.to_owned(), None),
        (Method::GET, format!("{chat}/members"), None),
        (Method::DELETE, format!("{chat}/members/me"), None),
        (Method::GET, format!("{chat}/messages"), None),
        (Method::POST, format!("{chat}/messages"), Some(message("hello"))),
        (Method::PUT, format!("{chat}/read-marker"), Some(json!({ "seq": 1 }))),
        (Method::POST, format!("{chat}/invitations"), Some(json!({ "userId": somebody.id }))),
    ]
}

async fn finds_nothing(world: &World, who: &Person, chat: &str, somebody: &Person) {
    for (method, path, body) in every_call(chat, somebody) {
        let answer = world.call(who, method.clone(), &path, body).await;
        assert_eq!(kind(&answer), (404, "not-found"), "{method} {path}");
    }
}

/// Proves: H-15, B-08, A-01.
#[tokio::test]
async fn who_is_no_member_finds_no_chat_whatever_she_does() {
    let world = World::new().await;
    let [alice, bob, mallory, friend] = world.friends(["alice", "bob", "mallory", "friend"]);
    let room = world.room(&alice, &[&bob]).await;
    let private = world.private_chat(&alice, &bob).await;
    world.says(&alice, &room, "secret").await;
    world.says(&alice, &private, "secret").await;
    // To manage people is not to read their chats.
    for who in [&mallory, &mallory.with(UsersManage)] {
        finds_nothing(&world, who, &room, &friend).await;
        finds_nothing(&world, who, &private, &friend).await;
    }
    for nothing in [format!("/api/chats/{}", id()), "/api/chats/no-id".to_owned()] {
        finds_nothing(&world, &alice, &nothing, &friend).await;
    }
    assert_eq!(world.get(&mallory, "/api/chats").await.1["items"], json!([]));
    assert_eq!(world.numbers(&bob, &room).await, [1]);
    assert_eq!(world.get(&bob, &room).await.1["memberCount"], 2);
}

/// Proves: H-15, A-05.
#[tokio::test]
async fn who_left_a_room_finds_it_no_more() {
    let world = World::new().await;
    let [alice, bob, friend] = world.friends(["alice", "bob", "friend"]);
    let room = world.room(&alice, &[&bob]).await;
    assert_eq!(world.call(&bob, Method::DELETE, &format!("{room}/members/me"), None).await.0, 204);
    finds_nothing(&world, &bob, &room, &friend).await;
}

/// Proves: W-10, H-15.
#[tokio::test]
async fn without_a_token_or_with_one_for_another_service_nothing_is_answered() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let room = world.room(&alice, &[]).await;
    let elsewhere = world.issuer.token(&alice, securechat_contracts::ServiceName::Users);
    for (method, path, body) in every_call(&room, &bob) {
        for token in ["", "nonsense", elsewhere.as_str()] {
            let url = format!("http://{}{path}", world.running.public);
            let answer = world.send(method.clone(), url, token, body.clone()).await;
            assert_eq!(answer.status(), 401, "{method} {path}");
            assert!(answer.headers().contains_key("www-authenticate"), "{method} {path}");
        }
    }
}

/// Proves: A-11, B-53.
#[tokio::test]
async fn writing_needs_its_permission_and_reading_does_not() {
    let world = World::new().await;
    let [alice, bob] = world.friends(["alice", "bob"]);
    let room = world.room(&alice, &[&bob]).await;
    let mute = bob.without(MessagesCreate);
    let answer = world.post(&mute, &format!("{room}/messages"), message("hello")).await;
    assert_eq!(kind(&answer), (403, "forbidden"));
    assert!(answer.1["detail"].as_str().unwrap().contains("messages.create"), "{}", answer.1);
    world.says(&alice, &room, "hello").await;
    assert_eq!(world.numbers(&mute, &room).await, [1]);
    let marked = world.call(&mute, Method::PUT, &format!("{room}/read-marker"), Some(json!({ "seq": 1 }))).await;
    assert_eq!(marked, (200, json!({ "readSeq": 1, "unread": 0 })));
}

/// Proves: A-11, B-53.
#[tokio::test]
async fn opening_chats_and_inviting_needs_its_permission_and_accepting_does_not() {
    let world = World::new().await;
    let [alice, bob, carol] = world.friends(["alice", "bob", "carol"]);
    let room = world.room(&alice, &[&bob]).await;
    let limited = bob.without(ChatsCreate);
    let private = format!("/api/chats/private/{}", alice.id);
    for answer in [
        world.call(&limited, Method::PUT, &private, None).await,
        world.post(&limited, "/api/chats/rooms", json!({ "name": "Mine" })).await,
        world.post(&limited, &format!("{room}/invitations"), json!({ "userId": carol.id })).await,
    ] {
        assert_eq!(kind(&answer), (403, "forbidden"));
        assert!(answer.1["detail"].as_str().unwrap().contains("chats.create"), "{}", answer.1);
    }
    let invitation = world.invites(&alice, &room, &carol).await;
    assert_eq!(world.answers(&carol.without(ChatsCreate), &invitation, "accept").await.0, 200);
}

/// Proves.
#[tokio::test]
async fn a_room_is_deleted_by_its_owner_or_a_moderator_and_by_nobody_else() {
    let world = World::new().await;
    let [alice, bob, mallory] = world.friends(["alice", "bob", "mallory"]);
    let (first, second) = (world.room(&alice, &[&bob]).await, world.room(&alice, &[&bob]).await);
    world.says(&bob, &first, "hello").await;
    assert_eq!(kind(&world.call(&bob, Method::DELETE, &first, None).await), (403, "forbidden"));
    assert_eq!(kind(&world.call(&mallory, Method::DELETE, &first, None).await), (404, "not-found"));
    assert_eq!(world.call(&alice, Method::DELETE, &first, None).await.0, 204);
    assert_eq!(world.call(&mallory.with(ChatsDelete), Method::DELETE, &second, None).await.0, 204);
    for (room, number) in [(first, 1), (second, 2)] {
        assert_eq!(world.get(&bob, &room).await.0, 404, "room {number}");
        let told = world.told::<securechat_contracts::event::ChatDeleted>().await;
        assert!(room.ends_with(told["chatId"].as_str().unwrap()), "room {number}");
        assert_eq!(told["members"].as_array().unwrap().len(), 2, "those who must be told");
    }
    for table in ["messages", "members", "invitations"] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let left: i64 = sqlx::query_scalar(sql).fetch_one(world.database.pool()).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

/// Proves: A-11.
#[tokio::test]
async fn a_private_chat_is_deleted_and_left_by_nobody() {
    let world = World::new().await;
    let [alice, bob, moderator] = world.friends(["alice", "bob", "moderator"]);
    let chat = world.private_chat(&alice, &bob).await;
    let moderator = moderator.with(ChatsDelete);
    for who in [&alice, &bob.with(ChatsDelete)] {
        assert_eq!(kind(&world.call(who, Method::DELETE, &chat, None).await), (409, "conflict"));
    }
    assert_eq!(world.call(&moderator, Method::DELETE, &chat, None).await.0, 404);
    let left = world.call(&alice, Method::DELETE, &format!("{chat}/members/me"), None).await;
    assert_eq!(kind(&left), (409, "conflict"));
    let invited = world.post(&alice, &format!("{chat}/invitations"), json!({ "userId": moderator.id })).await;
    assert_eq!(kind(&invited), (409, "conflict"));
    assert_eq!(world.get(&alice, &chat).await.1["memberCount"], 2);
}
