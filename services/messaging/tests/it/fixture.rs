//! A world around the hub: real stores, a played `chats`, a bus to publish on, people.

use crate::client::Client;
use base64::{Engine, engine::general_purpose::STANDARD};
use securechat_config::{Http, Messaging, Peer, Secret, Telemetry};
use securechat_contracts::{
    Event, ServiceName,
    event::{
        ConnectionActive, ConnectionClosed, ConnectionOpened, ConnectionsAnnounced, NotifyUsers, ReplicaHeartbeat,
    },
};
use securechat_event_bus::{Bus, DurableQueue, Envelope, Options, Publish, Received, Subscriptions};
use securechat_kernel::{ChatId, Clock, EventId, IdGenerator, SystemClock, SystemIds, UserId};
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{Stub, StubRequest, TestBroker, TestDatabase, TestIssuer, TestUser};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::mpsc;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(30);

/// What the played `chats` knows and got.
#[derive(Default)]
pub(crate) struct Chats {
    pub(crate) away: bool,
    pub(crate) memberships: HashMap<UserId, Vec<(ChatId, u64)>>,
    pub(crate) asked: Vec<StubRequest>,
    /// Refuses the next calls with this kind of problem and detail.
    pub(crate) refuses: Option<(&'static str, u16, &'static str)>,
}

pub(crate) struct World {
    pub(crate) broker: TestBroker,
    pub(crate) issuer: TestIssuer,
    pub(crate) database: TestDatabase,
    pub(crate) chats: Arc<Mutex<Chats>>,
    pub(crate) bus: Bus,
    stub: Stub,
    told: mpsc::UnboundedReceiver<Told>,
    dir: tempfile::TempDir,
}

/// What the hub told of its connections.
#[derive(Debug)]
pub(crate) enum Told {
    Opened(ConnectionOpened),
    Active(ConnectionActive),
    Closed(ConnectionClosed),
    Announced(ConnectionsAnnounced),
    Beat(ReplicaHeartbeat),
}

impl World {
    pub(crate) async fn new() -> Self {
        let chats: Arc<Mutex<Chats>> = Arc::default();
        let played = Arc::clone(&chats);
        let stub = Stub::start(move |request| answer(&mut played.lock().unwrap(), &request)).await;
        let broker = TestBroker::new().await;
        // A queue that outlives a lost connection: on a busy machine that happens.
        let types = [
            ConnectionOpened::TYPE,
            ConnectionActive::TYPE,
            ConnectionClosed::TYPE,
            ConnectionsAnnounced::TYPE,
            ReplicaHeartbeat::TYPE,
        ];
        let mut options = Options::named("test");
        options.queues.push(DurableQueue { name: "test".into(), types: types.map(str::to_owned).to_vec() });
        let bus = Bus::start(broker.config(), options);
        let (sender, told) = mpsc::unbounded_channel();
        let tell = |make: fn(Value) -> Told| {
            let sender = sender.clone();
            move |received: Received<Value>| {
                let _ = sender.send(make(received.event));
                ready(Ok(()))
            }
        };
        let heard = Subscriptions::new()
            .on_untyped(ConnectionOpened::TYPE, tell(|v| Told::Opened(serde_json::from_value(v).unwrap())))
            .on_untyped(ConnectionActive::TYPE, tell(|v| Told::Active(serde_json::from_value(v).unwrap())))
            .on_untyped(ConnectionClosed::TYPE, tell(|v| Told::Closed(serde_json::from_value(v).unwrap())))
            .on_untyped(ConnectionsAnnounced::TYPE, tell(|v| Told::Announced(serde_json::from_value(v).unwrap())))
            .on_untyped(ReplicaHeartbeat::TYPE, tell(|v| Told::Beat(serde_json::from_value(v).unwrap())));
        bus.consume("test", heard);
        tokio::time::timeout(PATIENCE, bus.connected().wait_for(|connected| *connected)).await.unwrap().unwrap();
        let migrations = Migrations::from_dir(&securechat_messaging::MIGRATIONS).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("key"), STANDARD.encode([7; 32])).unwrap();
        Self {
            issuer: TestIssuer::start().await,
            database: TestDatabase::new("messaging", &migrations).await,
            broker,
            chats,
            bus,
            stub,
            told,
            dir,
        }
    }

    pub(crate) fn config(&self) -> Messaging {
        let any = "127.0.0.1:0".parse().unwrap();
        Messaging {
            http: Http { public: any, internal: any, admin: any, request_timeout_ms: 10_000, drain_timeout_ms: 4_000 },
            telemetry: Telemetry::default(),
            database: self.database.config(),
            broker: self.broker.config(),
            tokens: self.issuer.token_check(),
            identity: self.issuer.identity(),
            chats: Peer { url: self.stub.url(), more_urls: Vec::new(), timeout_ms: 1_000 },
            connection_token_key_file: Secret(self.dir.path().join("key")),
            heartbeat_seconds: 1,
            ping_seconds: 15,
            // These clients send no pings.
            client_timeout_seconds: 300,
        }
    }

    /// Starts a replica and waits until it follows events.
    pub(crate) async fn start(&self) -> Running {
        self.start_with(|_| {}).await
    }

    pub(crate) async fn start_with(&self, adjust: impl FnOnce(&mut Messaging)) -> Running {
        let mut config = self.config();
        adjust(&mut config);
        let process = Process::system();
        let service = securechat_messaging::build(&config, &process).unwrap();
        let running = start(service, process, &config.http).await.unwrap();
        securechat_test_kit::eventually("the hub is ready", async || running.health.is_ready()).await;
        self.until_followed(&running).await;
        running
    }

    /// Waits until a replica follows events: what is published before that is lost to it.
    async fn until_followed(&self, at: &Running) {
        let probe = TestUser::new();
        let mut client = self.connect(at, &probe).await;
        let event = NotifyUsers {
            id: id(),
            user_ids: vec![probe.id],
            method: "Probe".to_owned(),
            data: serde_json::Map::new(),
        };
        let following = async {
            loop {
                self.publish(&event).await;
                if let Ok((name, _)) = tokio::time::timeout(Duration::from_millis(200), client.pushed()).await
                    && name == "Probe"
                {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, following).await.expect("the replica follows events");
    }

    pub(crate) fn token(&self, user: &TestUser) -> String {
        self.issuer.token(user, ServiceName::Messaging)
    }

    pub(crate) async fn connect(&self, at: &Running, user: &TestUser) -> Client {
        Client::connect(at, &self.token(user)).await.unwrap()
    }

    pub(crate) async fn publish<E: Event>(&self, event: &E) {
        self.publish_as(EventId(id()), event).await;
    }

    /// Publishes under an id of choice, so that it can be published again.
    pub(crate) async fn publish_as<E: Event>(&self, id: EventId, event: &E) {
        let envelope = Envelope::new(event, id, ServiceName::Chats, SystemClock.now()).unwrap();
        self.bus.publish(&[envelope]).await.remove(0).unwrap();
    }

    /// `chats` knows `users` as the members of a new chat, at version 1.
    pub(crate) fn chat_of(&self, users: &[&TestUser]) -> ChatId {
        let chat = ChatId(id());
        let mut chats = self.chats.lock().unwrap();
        for user in users {
            chats.memberships.entry(user.id).or_default().push((chat, 1));
        }
        chat
    }

    /// What `chats` was asked at `path`, in order.
    pub(crate) fn asked(&self, path: &str) -> Vec<StubRequest> {
        self.chats.lock().unwrap().asked.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// The next thing told that `pick` takes; others are passed over.
    pub(crate) async fn told<T>(&mut self, mut pick: impl FnMut(Told) -> Option<T>) -> T {
        let search = async {
            loop {
                if let Some(found) = pick(self.told.recv().await.unwrap()) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("to be told in time")
    }
}

fn answer(chats: &mut Chats, request: &StubRequest) -> Option<(u16, Value)> {
    if chats.away {
        return None;
    }
    chats.asked.push(request.clone());
    let body = &request.json;
    if request.path == "/internal/chats/memberships" {
        let of = |user: &Value| {
            let user: UserId = serde_json::from_value(user.clone()).unwrap();
            let rooms = chats.memberships.get(&user).cloned().unwrap_or_default();
            let rooms: Vec<Value> = rooms.iter().map(|(id, v)| json!({ "chatId": id, "version": v })).collect();
            json!({ "userId": user, "chats": rooms })
        };
        let memberships: Vec<Value> = body["userIds"].as_array().unwrap().iter().map(of).collect();
        return Some((200, json!({ "memberships": memberships })));
    }
    if let Some((kind, status, detail)) = chats.refuses {
        let problem = json!({ "type": format!("/problems/{kind}"), "title": "x", "status": status, "detail": detail });
        return Some((status, problem));
    }
    let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    Some(match parts.as_slice() {
        ["internal", "chats", "sync"] => (200, json!({ "chats": [] })),
        ["internal", "chats", chat, "messages"] => {
            (200, message(chat, 1, &body["id"], &body["actor"]["userId"], body["text"].as_str().unwrap()))
        }
        ["internal", "chats", _, "read-marker"] => (200, json!({ "readSeq": body["seq"], "unread": 0 })),
        _ => (404, json!({})),
    })
}

fn message(chat: &str, seq: u64, id: &Value, sender: &Value, text: &str) -> Value {
    json!({
        "id": id, "chatId": chat, "seq": seq, "sender": { "id": sender, "userName": "x" }, "text": text,
        "sentAt": "2026-01-02T03:04:05Z",
    })
}

pub(crate) fn id() -> Uuid {
    SystemIds.uuid_v7()
}
