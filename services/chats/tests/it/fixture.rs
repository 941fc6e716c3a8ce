//! Processes of the service, people who use it, a played `users`, and a seat at the bus.

use reqwest::{Client, Method, Response};
use securechat_config::{Chats, Http, Peer, Telemetry};
use securechat_contracts::event::{
    ChatCreated, ChatDeleted, InvitationAnswered, InvitationCreated, MemberJoined, MemberLeft, MessagePosted,
    ReadMarkerMoved,
};
use securechat_contracts::{Event, Permission, ServiceName, dto::Actor};
use securechat_event_bus::{Bus, Envelope, Options, Publish, Subscriptions};
use securechat_kernel::{Clock, IdGenerator, SystemClock, SystemIds, UserId};
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{Stub, StubAnswer, StubRequest, TestBroker, TestDatabase, TestIssuer, TestUser, eventually};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

pub(crate) static MIGRATIONS: LazyLock<Migrations> =
    LazyLock::new(|| Migrations::from_dir(&securechat_chats::MIGRATIONS).unwrap());
const PATIENCE: Duration = Duration::from_secs(15);

type Told = mpsc::UnboundedReceiver<(String, Value)>;

/// The world around the service, and one running process of it.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) issuer: TestIssuer,
    pub(crate) database: TestDatabase,
    config: Chats,
    bus: Bus,
    known: Arc<Mutex<Known>>,
    told: tokio::sync::Mutex<Told>,
    http: Client,
    _broker: TestBroker,
    _users: Stub,
}

/// What `users` knows.
#[derive(Default)]
struct Known {
    names: HashMap<UserId, String>,
    friends: HashSet<(UserId, UserId)>,
}

/// Somebody with a name.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) user: TestUser,
}

impl Deref for Person {
    type Target = TestUser;
    fn deref(&self) -> &TestUser {
        &self.user
    }
}

impl Person {
    /// The same person who may do this, too.
    pub(crate) fn with(&self, permission: Permission) -> Self {
        let mut changed = self.clone();
        changed.user.permissions.push(permission);
        changed
    }

    /// The same person who may not do this.
    pub(crate) fn without(&self, permission: Permission) -> Self {
        let mut changed = self.clone();
        changed.user.permissions.retain(|held| *held != permission);
        changed
    }

    /// As the hub names her.
    pub(crate) fn actor(&self) -> Actor {
        let TestUser { id, sid, auth_epoch, permissions } = self.user.clone();
        Actor { user_id: id, sid, auth_epoch, permissions }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world in which the service is configured otherwise.
    pub(crate) async fn with(adjust: impl FnOnce(&mut Chats)) -> Self {
        let known: Arc<Mutex<Known>> = Arc::default();
        let asked = Arc::clone(&known);
        let users = Stub::start(move |request| answer(&asked.lock().unwrap(), &request)).await;
        let (issuer, broker) = (TestIssuer::start().await, TestBroker::new().await);
        let database = TestDatabase::new("chats", &MIGRATIONS).await;
        let bus = Bus::start(broker.config(), Options::named("test"));
        let told = listen(&bus).await;
        let any = "127.0.0.1:0".parse().unwrap();
        let mut config = Chats {
            http: Http { public: any, internal: any, admin: any, request_timeout_ms: 10_000, drain_timeout_ms: 1_000 },
            telemetry: Telemetry::default(),
            database: database.config(),
            broker: broker.config(),
            tokens: issuer.token_check(),
            identity: issuer.identity(),
            users: Peer { url: users.url(), more_urls: Vec::new(), timeout_ms: 2_000 },
        };
        adjust(&mut config);
        let running = run(&config).await;
        let told = tokio::sync::Mutex::new(told);
        let http = Client::new();
        Self { running, issuer, database, config, bus, known, told, http, _broker: broker, _users: users }
    }

    /// One more process beside the first.
    pub(crate) async fn another_process(&self) -> Running {
        run(&self.config).await
    }

    /// People whom `users` knows, each the friend of each.
    pub(crate) fn friends<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let people = self.people(names);
        for one in &people {
            for other in &people {
                self.known.lock().unwrap().friends.insert((one.id, other.id));
            }
        }
        people
    }

    /// People whom `users` knows, no friends.
    pub(crate) fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        names.map(|name| {
            let person = Person { name: name.to_owned(), user: TestUser::new() };
            self.known.lock().unwrap().names.insert(person.id, person.name.clone());
            person
        })
    }

    /// For `users`, the two are friends no more.
    pub(crate) fn part(&self, one: &Person, other: &Person) {
        let friends = &mut self.known.lock().unwrap().friends;
        friends.remove(&(one.id, other.id));
        friends.remove(&(other.id, one.id));
    }

    /// Publishes an event, as another service would.
    pub(crate) async fn tell<E: Event>(&self, event: &E) {
        let envelope = Envelope::new(event, SystemIds.uuid_v7().into(), ServiceName::Users, SystemClock.now()).unwrap();
        assert_eq!(self.bus.publish(&[envelope]).await, [Ok(())]);
    }

    /// The next event of this type that the service tells; others are passed over.
    pub(crate) async fn told<E: Event>(&self) -> Value {
        let mut told = self.told.lock().await;
        let next = async {
            loop {
                let (type_, event) = told.recv().await.unwrap();
                if type_ == E::TYPE {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.unwrap_or_else(|_| panic!("{} was not told", E::TYPE))
    }

    pub(crate) async fn get(&self, who: &Person, path: &str) -> (u16, Value) {
        self.call(who, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, who: &Person, path: &str, body: Value) -> (u16, Value) {
        self.call(who, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn call(&self, who: &Person, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_at(&self.running, who, method, path, body).await
    }

    pub(crate) async fn call_at(
        &self,
        at: &Running,
        who: &Person,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let token = self.issuer.token(who, ServiceName::Chats);
        read(self.send(method, format!("http://{}{path}", at.public), &token, body).await).await
    }

    /// The answer to a call of another service.
    pub(crate) async fn internal(&self, caller: ServiceName, path: &str, body: Value) -> (u16, Value) {
        let token = self.issuer.service_token(caller, ServiceName::Chats);
        let url = format!("http://{}/internal/chats{path}", self.running.internal);
        read(self.send(Method::POST, url, &token, Some(body)).await).await
    }

    pub(crate) async fn send(&self, method: Method, url: String, token: &str, body: Option<Value>) -> Response {
        let request = self.http.request(method, url).bearer_auth(token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().await.unwrap()
    }

    /// The path of a private chat that exists.
    pub(crate) async fn private_chat(&self, one: &Person, other: &Person) -> String {
        let (status, chat) = self.call(one, Method::PUT, &format!("/api/chats/private/{}", other.id), None).await;
        assert!(matches!(status, 200 | 201), "{chat}");
        path_of(&chat)
    }

    /// The path of a new room that `owner` made and `members` joined.
    pub(crate) async fn room(&self, owner: &Person, members: &[&Person]) -> String {
        let (status, room) = self.post(owner, "/api/chats/rooms", json!({ "name": "Book club" })).await;
        assert_eq!(status, 201, "{room}");
        let path = path_of(&room);
        for member in members {
            let invitation = self.invites(owner, &path, member).await;
            assert_eq!(self.answers(member, &invitation, "accept").await.0, 200);
        }
        path
    }

    /// The invitation of `invitee` into a room.
    pub(crate) async fn invites(&self, who: &Person, room: &str, invitee: &Person) -> Value {
        let (status, invitation) =
            self.post(who, &format!("{room}/invitations"), json!({ "userId": invitee.id })).await;
        assert_eq!(status, 201, "{invitation}");
        invitation
    }

    /// `who` answers an invitation by `accept` or `decline`.
    pub(crate) async fn answers(&self, who: &Person, invitation: &Value, answer: &str) -> (u16, Value) {
        let id = invitation["id"].as_str().unwrap();
        self.call(who, Method::POST, &format!("/api/chats/invitations/{id}/{answer}"), None).await
    }

    /// `who` says `text`; the message.
    pub(crate) async fn says(&self, who: &Person, chat: &str, text: &str) -> Value {
        let (status, message) = self.post(who, &format!("{chat}/messages"), message(text)).await;
        assert_eq!(status, 201, "{message}");
        message
    }

    /// The numbers of all messages of a chat, as its history (at most 100) tells them.
    pub(crate) async fn numbers(&self, who: &Person, chat: &str) -> Vec<u64> {
        let (status, list) = self.get(who, &format!("{chat}/messages?limit=100")).await;
        assert_eq!(status, 200, "{list}");
        numbers(&list["items"])
    }
}

/// The `seq` of each message.
pub(crate) fn numbers(messages: &Value) -> Vec<u64> {
    messages.as_array().unwrap().iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

/// A new message's body.
pub(crate) fn message(text: &str) -> Value {
    json!({ "id": id(), "text": text })
}

pub(crate) fn id() -> Uuid {
    SystemIds.uuid_v7()
}

/// A refusal's kind.
pub(crate) fn kind((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, problem["type"].as_str().unwrap_or_default().trim_start_matches("/problems/"))
}

fn path_of(chat: &Value) -> String {
    format!("/api/chats/{}", chat["id"].as_str().unwrap())
}

async fn read(answer: Response) -> (u16, Value) {
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn run(config: &Chats) -> Running {
    let process = Process::system();
    let service = securechat_chats::build(config, &process).unwrap_or_else(|error| panic!("{error}"));
    let running = start(service, process, &config.http).await.unwrap_or_else(|error| panic!("{error}"));
    eventually("readiness", async || running.health.is_ready()).await;
    running
}

fn answer(known: &Known, request: &StubRequest) -> StubAnswer {
    if request.path == "/internal/users/resolve" {
        let ids: Vec<UserId> = serde_json::from_value(request.json["ids"].clone()).ok()?;
        let named = |id: &UserId| Some(json!({ "id": id, "userName": known.names.get(id)? }));
        return Some((200, json!({ "people": ids.iter().filter_map(named).collect::<Vec<_>>() })));
    }
    let (one, other) = request.path.strip_prefix("/internal/users/")?.split_once("/friends/")?;
    Some((200, json!({ "friends": known.friends.contains(&(one.parse().ok()?, other.parse().ok()?)) })))
}

async fn listen(bus: &Bus) -> Told {
    let (sender, told) = mpsc::unbounded_channel();
    let (bound, mut is_bound) = mpsc::unbounded_channel();
    let types = [
        ChatCreated::TYPE,
        ChatDeleted::TYPE,
        MemberJoined::TYPE,
        MemberLeft::TYPE,
        InvitationCreated::TYPE,
        InvitationAnswered::TYPE,
        MessagePosted::TYPE,
        ReadMarkerMoved::TYPE,
    ];
    let heard = types.into_iter().fold(Subscriptions::new(), |all, type_| {
        let sender = sender.clone();
        all.on_untyped(type_, move |received| {
            let _ = sender.send((received.type_, received.event));
            async { Ok(()) }
        })
    });
    bus.follow("test", heard, move || {
        let _ = bound.send(());
        async {}
    });
    tokio::time::timeout(PATIENCE, is_bound.recv()).await.unwrap().unwrap();
    told
}
