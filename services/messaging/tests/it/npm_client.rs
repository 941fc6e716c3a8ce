//! The unmodified npm client, run by Node, over two hub replicas and the real `chats`. Its side of the test is
//! `tests/node/hub.test.mjs`.

use crate::{
    fixture::{World, id},
    reporting::opened,
};
use securechat_config::{Chats, Peer};
use securechat_contracts::{
    ServiceName,
    dto::{
        FriendshipRequestState, FriendshipRequestView, FriendshipView, InvitationState, InvitationView, PersonRef,
        Presence,
    },
    event::{
        ChatCreated, ChatDeleted, FriendshipCreated, FriendshipDeleted, FriendshipRequested, InvitationCreated,
        NotifyUsers, PresenceChanged, ReadMarkerMoved,
    },
};
use securechat_kernel::ChatId;
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{Stub, TestDatabase, TestUser};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, time::Duration};
use time::macros::datetime;
use tokio::process::Command;

/// The real `chats`; all people are friends and have names.
async fn start_chats(world: &World, database: &TestDatabase, users: &Stub) -> Running {
    let hub = world.config();
    let config = Chats {
        http: hub.http,
        telemetry: hub.telemetry,
        database: database.config(),
        broker: hub.broker,
        tokens: hub.tokens,
        identity: hub.identity,
        users: Peer { url: users.url(), ..hub.chats },
    };
    let process = Process::system();
    let service = securechat_chats::build(&config, &process).unwrap();
    let running = start(service, process, &config.http).await.unwrap();
    securechat_test_kit::eventually("chats is ready", async || running.health.is_ready()).await;
    running
}

async fn play_users() -> Stub {
    Stub::start(|request| {
        if request.path == "/internal/users/resolve" {
            let named = |id: &Value| json!({ "id": id, "userName": format!("user-{}", id.as_str().unwrap()) });
            let people: Vec<Value> = request.json["ids"].as_array().unwrap().iter().map(named).collect();
            return Some((200, json!({ "people": people })));
        }
        Some((200, json!({ "friends": true })))
    })
    .await
}

async fn private_chat(world: &World, chats: &Running, alice: &TestUser, bob: &TestUser) -> ChatId {
    let url = format!("http://{}/api/chats/private/{}", chats.public, bob.id);
    let token = world.issuer.token(alice, ServiceName::Chats);
    let answer = reqwest::Client::new().put(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let chat: Value = answer.json().await.unwrap();
    serde_json::from_value(chat["id"].clone()).unwrap()
}

/// Everything of W-40 and more, to `bob`.
async fn publish_everything_for(world: &World, alice: &TestUser, bob: &TestUser) {
    let at = datetime!(2026-01-02 03:04:05 UTC);
    let person = |user: &TestUser| PersonRef { id: user.id, user_name: "x".into() };
    let request = FriendshipRequestView {
        id: id().into(),
        requester: person(alice),
        requestee: person(bob),
        state: FriendshipRequestState::Pending,
        created_at: at,
        modified_at: at,
    };
    let friendship = FriendshipView { id: id().into(), users: [person(alice), person(bob)], created_at: at };
    let (friendship_id, users) = (friendship.id, friendship.users.clone());
    world.publish(&FriendshipRequested { request_id: request.id, request, version: 1 }).await;
    world.publish(&FriendshipCreated { friendship_id, friendship, version: 1 }).await;
    world.publish(&FriendshipDeleted { friendship_id, users, deleted_by: alice.id, version: 2 }).await;
    for (presence, version) in [(Presence::Online, 1), (Presence::Idle, 2), (Presence::Offline, 3)] {
        let audience = vec![bob.id];
        world.publish(&PresenceChanged { user_id: alice.id, presence, audience, version, at }).await;
    }
    let data = json!({ "title": "t", "text": "x" }).as_object().unwrap().clone();
    let method = "ReceiveNotification".to_owned();
    world.publish(&NotifyUsers { id: id(), user_ids: vec![bob.id], method, data }).await;
    let chat_id = ChatId(id());
    let invitation = InvitationView {
        id: id().into(),
        chat_id,
        chat_name: "Room".into(),
        inviter: person(alice),
        invitee_id: bob.id,
        state: InvitationState::Pending,
        created_at: at,
    };
    world.publish(&InvitationCreated { invitation_id: invitation.id, invitation }).await;
    world.publish(&ChatCreated { chat_id, members: vec![bob.id], version: 1 }).await;
    world.publish(&ReadMarkerMoved { chat_id, user_id: bob.id, read_seq: 1, unread: 0 }).await;
    world.publish(&ChatDeleted { chat_id, members: vec![bob.id], version: 2 }).await;
}

/// Proves: W-40, A-07, A-08, W-49, H-24.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_unmodified_npm_client_gets_every_push_and_misses_no_message_over_a_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node");
    if !folder.join("node_modules/@microsoft/signalr").exists() {
        let install = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).status();
        assert!(install.await.unwrap().success(), "npm ci in tests/node");
    }
    let mut world = World::new().await;
    let migrations = Migrations::from_dir(&securechat_chats::MIGRATIONS).unwrap();
    let database = TestDatabase::new("chats", &migrations).await;
    let users = play_users().await;
    let chats = start_chats(&world, &database, &users).await;
    let to_chats = |config: &mut securechat_config::Messaging| {
        config.chats.url = format!("http://{}/", chats.internal).parse().unwrap();
    };
    let (one, other) = (world.start_with(to_chats).await, world.start_with(to_chats).await);
    let (alice, bob) = (TestUser::new(), TestUser::new());
    let chat = private_chat(&world, &chats, &alice, &bob).await;
    let hub = |at: &Running| format!("http://{}{}", at.public, securechat_messaging::PATH);
    let node = Command::new("node")
        .args(["--test", "hub.test.mjs"])
        .envs([("ALICE_HUB", hub(&one)), ("BOB_HUB", hub(&other)), ("CHAT", chat.to_string())])
        .envs([("ALICE_TOKEN", world.token(&alice)), ("BOB_TOKEN", world.token(&bob))])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    world.told(opened(bob.id)).await;
    // Told after the connection's chats are loaded would be too late to wait for: the pushes come after a moment.
    tokio::time::sleep(Duration::from_millis(500)).await;
    publish_everything_for(&world, &alice, &bob).await;
    let output = tokio::time::timeout(Duration::from_mins(2), node.wait_with_output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let stored: (i64, i64) =
        sqlx::query_as("SELECT COUNT(*), COUNT(DISTINCT seq) FROM messages").fetch_one(database.pool()).await.unwrap();
    assert_eq!(stored, (240, 240), "counted in the database itself");
}
