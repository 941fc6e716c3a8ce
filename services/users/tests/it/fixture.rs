//! One running service and people who use it.

use reqwest::Method;
use securechat_config::{Http, Telemetry, Users};
use securechat_contracts::event::{
    FriendshipCreated, FriendshipDeleted, FriendshipRequestAnswered, FriendshipRequested, UserRegistered,
};
use securechat_contracts::{Event, Permission, ServiceName};
use securechat_event_bus::{Bus, Envelope, Options, Publish, Subscriptions};
use securechat_kernel::{Clock, IdGenerator, SystemClock, SystemIds};
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{TestBroker, TestDatabase, TestIssuer, TestUser, eventually};
use serde_json::{Value, json};
use std::ops::Deref;
use std::sync::LazyLock;
use tokio::sync::{Mutex, mpsc};

pub(crate) static MIGRATIONS: LazyLock<Migrations> =
    LazyLock::new(|| Migrations::from_dir(&securechat_users::MIGRATIONS).unwrap());

/// The service, and a seat at the bus beside it.
pub(crate) struct TestApp {
    pub(crate) running: Running,
    pub(crate) issuer: TestIssuer,
    pub(crate) database: TestDatabase,
    pub(crate) broker: TestBroker,
    pub(crate) bus: Bus,
    told: Mutex<mpsc::UnboundedReceiver<(String, Value)>>,
    http: reqwest::Client,
}

/// Somebody with a name.
pub(crate) struct Person {
    pub(crate) name: String,
    user: TestUser,
}

impl Deref for Person {
    type Target = TestUser;
    fn deref(&self) -> &TestUser {
        &self.user
    }
}

impl Person {
    /// The same person with further permissions.
    pub(crate) fn with(self, permissions: &[Permission]) -> Self {
        let permissions = self.user.permissions.iter().chain(permissions).copied().collect();
        Self { user: TestUser { permissions, ..self.user }, ..self }
    }

    /// The same person who may do nothing.
    pub(crate) fn without_permissions(self) -> Self {
        Self { user: TestUser { permissions: Vec::new(), ..self.user }, ..self }
    }
}

/// Somebody whom nobody knows yet.
pub(crate) fn stranger(name: &str) -> Person {
    Person { name: name.to_owned(), user: TestUser::new() }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        let (issuer, broker) = (TestIssuer::start().await, TestBroker::new().await);
        let database = TestDatabase::new("users", &MIGRATIONS).await;
        let config = config(&issuer, &database, &broker);
        let running = run(&config).await;
        let bus = Bus::start(broker.config(), Options::named("test"));
        let (sender, told) = mpsc::unbounded_channel();
        let (bound, mut is_bound) = mpsc::unbounded_channel();
        bus.follow("test", listen(&sender), move || {
            let _ = bound.send(());
            async {}
        });
        is_bound.recv().await.unwrap();
        eventually("readiness", async || running.health.is_ready()).await;
        let http = reqwest::Client::new();
        Self { running, issuer, database, broker, bus, told: Mutex::new(told), http }
    }

    /// Somebody who registered and is known to the service.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let person = stranger(name);
        self.tell(&registered(&person)).await;
        eventually("the person to be known", async || self.get(&person, "/api/users/me").await.0 == 200).await;
        person
    }

    /// Several people.
    pub(crate) async fn people<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name).await);
        }
        people.try_into().unwrap_or_else(|_| unreachable!("one person a name"))
    }

    /// Publishes an event, as another service would.
    pub(crate) async fn tell<E: Event>(&self, event: &E) {
        let envelope =
            Envelope::new(event, SystemIds.uuid_v7().into(), ServiceName::Account, SystemClock.now()).unwrap();
        assert_eq!(self.bus.publish(&[envelope]).await, [Ok(())]);
    }

    /// The next event that the service tells: its type and data.
    pub(crate) async fn told(&self) -> (String, Value) {
        self.told.lock().await.recv().await.unwrap()
    }

    pub(crate) async fn get(&self, who: &Person, path: &str) -> (u16, Value) {
        self.call(who, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, who: &Person, path: &str, body: Value) -> (u16, Value) {
        self.call(who, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn call(&self, who: &Person, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let token = self.issuer.token(who, ServiceName::Users);
        let url = format!("http://{}{path}", self.running.public);
        let mut request = self.http.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// `asker` asks `asked`; the request.
    pub(crate) async fn asks(&self, asker: &Person, asked: &Person) -> Value {
        let body = json!({ "requesteeId": asked.id });
        let (status, request) = self.post(asker, "/api/users/friendship-requests", body).await;
        assert_eq!(status, 201, "{request}");
        request
    }

    /// `who` answers a request by `accept`, `reject` or `cancel`.
    pub(crate) async fn answers(&self, who: &Person, request: &Value, answer: &str) -> (u16, Value) {
        let id = request["id"].as_str().unwrap();
        self.call(who, Method::POST, &format!("/api/users/friendship-requests/{id}/{answer}"), None).await
    }

    /// Makes two people friends; the friendship.
    pub(crate) async fn befriends(&self, one: &Person, other: &Person) -> Value {
        let request = self.asks(one, other).await;
        assert_eq!(self.answers(other, &request, "accept").await.0, 200);
        let (_, page) = self.get(one, &format!("/api/users/{}/friendships", one.id)).await;
        let theirs = |friendship: &&Value| friendship["users"].to_string().contains(&other.id.to_string());
        page["items"].as_array().unwrap().iter().find(theirs).unwrap().clone()
    }
}

/// The event of somebody's registration.
pub(crate) fn registered(person: &Person) -> UserRegistered {
    let email = format!("{}@example.org", person.name);
    UserRegistered { user_id: person.id, user_name: person.name.clone(), email }
}

pub(crate) fn config(issuer: &TestIssuer, database: &TestDatabase, broker: &TestBroker) -> Users {
    let any = "127.0.0.1:0".parse().unwrap();
    Users {
        http: Http { public: any, internal: any, admin: any, request_timeout_ms: 10_000, drain_timeout_ms: 1_000 },
        telemetry: Telemetry::default(),
        database: database.config(),
        broker: broker.config(),
        tokens: issuer.token_check(),
    }
}

pub(crate) async fn run(config: &Users) -> Running {
    let process = Process::system();
    let service = securechat_users::build(config, &process).unwrap_or_else(|error| panic!("{error}"));
    start(service, process, &config.http).await.unwrap_or_else(|error| panic!("{error}"))
}

fn listen(sender: &mpsc::UnboundedSender<(String, Value)>) -> Subscriptions {
    let types =
        [FriendshipRequested::TYPE, FriendshipRequestAnswered::TYPE, FriendshipCreated::TYPE, FriendshipDeleted::TYPE];
    types.into_iter().fold(Subscriptions::new(), |all, type_| {
        let sender = sender.clone();
        all.on_untyped(type_, move |received| {
            let _ = sender.send((received.type_, received.event));
            async { Ok(()) }
        })
    })
}
