//! A world around the service: real stores, a played `users`, a played hub, people.

use reqwest::{Client, Method, Response};
use securechat_config::{Http, Peer, Session, Telemetry};
use securechat_contracts::{
    Event, ServiceName,
    dto::Presence,
    event::{
        AnnounceRequested, AnnouncedConnection, ConnectionActive, ConnectionClosed, ConnectionOpened,
        ConnectionsAnnounced, PresenceChanged, ReplicaHeartbeat,
    },
};
use securechat_event_bus::{Bus, DurableQueue, Envelope, Options, Publish, Received, Subscriptions};
use securechat_kernel::{Clock, ConnectionId, EventId, IdGenerator, SystemClock, SystemIds, SystemRandom, UserId};
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{Stub, TestBroker, TestCache, TestClock, TestDatabase, TestIssuer, TestUser};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::mpsc;
use uuid::Uuid;

pub(crate) const DEBOUNCE: Duration = Duration::from_secs(2);
pub(crate) const IDLE: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_secs(30);

/// Who is whose friend; `None` while `users` is away.
type Friends = Arc<Mutex<Option<HashMap<UserId, Vec<UserId>>>>>;

pub(crate) struct World {
    pub(crate) clock: TestClock,
    pub(crate) database: TestDatabase,
    pub(crate) broker: TestBroker,
    pub(crate) cache: TestCache,
    pub(crate) issuer: TestIssuer,
    pub(crate) hub: Hub,
    users: Stub,
    friends: Friends,
    edges: mpsc::UnboundedReceiver<PresenceChanged>,
    asked: mpsc::UnboundedReceiver<AnnounceRequested>,
    witnesses: Vec<UserId>,
}

/// The hub, played: publishes what its replicas would. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub {
    bus: Bus,
    clock: TestClock,
    number: Arc<AtomicU64>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let friends: Friends = Arc::new(Mutex::new(Some(HashMap::new())));
        let known = Arc::clone(&friends);
        let users = Stub::start(move |request| {
            let user = request.path.strip_prefix("/internal/users/")?.strip_suffix("/friends")?.parse().ok()?;
            let friends = known.lock().unwrap().as_ref()?.get(&user).cloned().unwrap_or_default();
            let friends: Vec<Value> = friends.iter().map(|id| json!({ "id": id, "userName": "x" })).collect();
            Some((200, json!({ "friends": friends })))
        })
        .await;
        let broker = TestBroker::new().await;
        // A queue that outlives a lost connection: on a busy machine that happens.
        let types = vec![PresenceChanged::TYPE.to_owned(), AnnounceRequested::TYPE.to_owned()];
        let mut options = Options::named("hub");
        options.queues.push(DurableQueue { name: "hub".into(), types });
        let bus = Bus::start(broker.config(), options);
        let clock = TestClock::at(SystemClock.now());
        let (edge_sender, edges) = mpsc::unbounded_channel();
        let (ask_sender, asked) = mpsc::unbounded_channel();
        let seen = Arc::new(Mutex::new(HashSet::new()));
        let heard = Subscriptions::new()
            .on(move |received: Received<PresenceChanged>| {
                // Whoever finishes a duty that another one only seemed to have dropped tells the same version again.
                if seen.lock().unwrap().insert((received.event.user_id, received.event.version)) {
                    let _ = edge_sender.send(received.event);
                }
                ready(Ok(()))
            })
            .on(move |received: Received<AnnounceRequested>| {
                let _ = ask_sender.send(received.event);
                ready(Ok(()))
            });
        bus.consume("hub", heard);
        tokio::time::timeout(PATIENCE, bus.connected().wait_for(|connected| *connected)).await.unwrap().unwrap();
        let migrations = Migrations::from_dir(&securechat_session::MIGRATIONS).unwrap();
        Self {
            hub: Hub { bus, clock: clock.clone(), number: Arc::new(AtomicU64::new(1 << 32)) },
            issuer: TestIssuer::by(clock.clone()).await,
            clock,
            database: TestDatabase::new("session", &migrations).await,
            broker,
            cache: TestCache::new(),
            users,
            friends,
            edges,
            asked,
            witnesses: Vec::new(),
        }
    }

    pub(crate) fn config(&self) -> Session {
        let any = "127.0.0.1:0".parse().unwrap();
        Session {
            http: Http { public: any, internal: any, admin: any, request_timeout_ms: 10_000, drain_timeout_ms: 5_000 },
            telemetry: Telemetry::default(),
            database: self.database.config(),
            broker: self.broker.config(),
            cache: self.cache.config(),
            tokens: self.issuer.token_check(),
            identity: self.issuer.identity(),
            users: Peer { url: self.users.url(), more_urls: Vec::new(), timeout_ms: 1_000 },
            replica_expiry_seconds: 600,
            rest_expiry_seconds: 90,
            idle_after_seconds: IDLE.as_secs(),
            offline_debounce_ms: u64::try_from(DEBOUNCE.as_millis()).unwrap(),
            history_days: 90,
        }
    }

    /// Starts a process of the service; it runs until stopped, or for as long as the test.
    pub(crate) async fn start(&self) -> Running {
        self.start_with(|_| {}).await
    }

    pub(crate) async fn start_with(&self, adjust: impl FnOnce(&mut Session)) -> Running {
        let mut config = self.config();
        adjust(&mut config);
        let process = Process::new(Arc::new(self.clock.clone()), Arc::new(SystemIds), Arc::new(SystemRandom));
        let service = securechat_session::build(&config, &process).unwrap();
        let running = start(service, process, &config.http).await.unwrap();
        securechat_test_kit::eventually("the service is ready", async || {
            running.health.is_ready() && running.health.report().await.ok
        })
        .await;
        running
    }

    pub(crate) fn befriend(&self, a: UserId, b: UserId) {
        let mut friends = self.friends.lock().unwrap();
        let friends = friends.as_mut().unwrap();
        friends.entry(a).or_default().push(b);
        friends.entry(b).or_default().push(a);
    }

    /// Takes `users` away, or gives it back; returns what it knew.
    pub(crate) fn swap_users(
        &self,
        friends: Option<HashMap<UserId, Vec<UserId>>>,
    ) -> Option<HashMap<UserId, Vec<UserId>>> {
        std::mem::replace(&mut *self.friends.lock().unwrap(), friends)
    }

    /// The next edge anybody was told of.
    pub(crate) async fn edge(&mut self) -> PresenceChanged {
        loop {
            let edge = tokio::time::timeout(PATIENCE, self.edges.recv()).await.expect("an edge in time").unwrap();
            if !self.witnesses.contains(&edge.user_id) {
                return edge;
            }
        }
    }

    /// An edge that comes within `time`.
    pub(crate) async fn edge_within(&mut self, time: Duration) -> Option<PresenceChanged> {
        tokio::time::timeout(time, self.edges.recv()).await.ok().flatten()
    }

    /// The next edge is `user`'s and says `presence`.
    pub(crate) async fn expect(&mut self, user: UserId, presence: Presence) -> PresenceChanged {
        let edge = self.edge().await;
        assert_eq!((edge.user_id, edge.presence), (user, presence));
        edge
    }

    /// Nothing more was told. Somebody else's coming, told after, proves that everything before was handled.
    pub(crate) async fn expect_nothing(&mut self) {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let witness = TestUser::new().id;
        let id = id();
        self.hub.opens(witness, id).await;
        self.expect(witness, Presence::Online).await;
        // The replica that holds her will be given up: that is nothing either.
        self.witnesses.push(witness);
    }

    /// The next edge is `user` falling idle.
    pub(crate) async fn expect_idle(&mut self, user: UserId) {
        self.expect(user, Presence::Idle).await;
    }

    /// `user` did not go offline; that she fell idle meanwhile is all right.
    pub(crate) async fn expect_idle_or_nothing(&mut self, user: UserId) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        while let Ok(edge) = self.edges.try_recv() {
            assert_eq!((edge.user_id, edge.presence), (user, Presence::Idle));
        }
    }

    /// Waits until the newest span of `user` is open.
    pub(crate) async fn until_recorded(&self, at: &Running, user: &TestUser) {
        securechat_test_kit::eventually("an open span", async || {
            let spans = self.get(at, "/api/session/sessions", user).await;
            spans["items"][0]["startedAt"].is_string() && spans["items"][0]["endedAt"].is_null()
        })
        .await;
    }

    /// Waits until the newest span of `user` has ended.
    pub(crate) async fn until_closed(&self, at: &Running, user: &TestUser) {
        securechat_test_kit::eventually("a closed span", async || {
            self.get(at, "/api/session/sessions", user).await["items"][0]["endedAt"].is_string()
        })
        .await;
    }

    /// Removes every key of the test, at once.
    pub(crate) async fn empty_redis(&self) {
        let script = "for _, k in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', k) end return 1";
        let script = redis::Script::new(script);
        let call = script.arg(format!("{}*", self.cache.config().prefix));
        let _: i64 = call.invoke_async(&mut self.redis().await).await.unwrap();
    }

    /// Waits until the last connection of `user` has gone and only the debounce keeps her from being offline.
    pub(crate) async fn until_leaving(&self, user: UserId) {
        let (key, mut redis) = (format!("{}s:{user}", self.cache.config().prefix), self.redis().await);
        securechat_test_kit::eventually("she is leaving", async || {
            redis::cmd("HEXISTS").arg(&key).arg("off").query_async(&mut redis).await.unwrap()
        })
        .await;
    }

    /// Lets `replica` be heard now, by the clock.
    pub(crate) async fn heard(&self, replica: Uuid, connections: u64) {
        self.hub.heartbeat(replica, connections).await;
        let (key, mut redis) = (format!("{}replicas", self.cache.config().prefix), self.redis().await);
        let now = self.clock.now().unix_timestamp_nanos() / 1_000_000;
        securechat_test_kit::eventually("the heartbeat is heard", async || {
            let mut ask = redis::cmd("ZSCORE");
            let score: Option<f64> = ask.arg(&key).arg(replica.to_string()).query_async(&mut redis).await.unwrap();
            score.is_some_and(|score| format!("{score:.0}") == now.to_string())
        })
        .await;
    }

    async fn redis(&self) -> redis::aio::MultiplexedConnection {
        let config = self.cache.config();
        let password = config.password_file.as_ref().unwrap().read().unwrap();
        let login = redis::RedisConnectionInfo::default().set_password(password);
        let address = redis::IntoConnectionInfo::into_connection_info((config.host.as_str(), config.port)).unwrap();
        let client = redis::Client::open(address.set_redis_settings(login)).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Somebody asked all replicas to announce.
    pub(crate) async fn expect_asked(&mut self) {
        tokio::time::timeout(PATIENCE, self.asked.recv()).await.expect("a request to announce").unwrap();
    }

    /// Forgets requests to announce that came so far.
    pub(crate) fn forget_asked(&mut self) {
        while self.asked.try_recv().is_ok() {}
    }

    pub(crate) async fn call(
        &self,
        at: &Running,
        method: Method,
        path: &str,
        user: &TestUser,
        body: Option<Value>,
    ) -> Response {
        let mut request = Client::new().request(method, format!("http://{}{path}", at.public));
        request = request.bearer_auth(self.issuer.token(user, ServiceName::Session));
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    /// What `GET` answers to `user`.
    pub(crate) async fn get(&self, at: &Running, path: &str, user: &TestUser) -> Value {
        let answer = self.call(at, Method::GET, path, user, None).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// How `friend` is, as `user` reads it.
    pub(crate) async fn presence_of(&self, at: &Running, user: &TestUser, friend: UserId) -> Value {
        let friends = self.get(at, "/api/session/friends", user).await;
        let found = friends["items"].as_array().unwrap().iter().find(|item| item["userId"] == json!(friend));
        found.unwrap()["presence"].clone()
    }
}

impl Hub {
    async fn publish<E: Event>(&self, event: &E) {
        let envelope = Envelope::new(event, EventId(id()), ServiceName::Messaging, self.clock.now()).unwrap();
        self.bus.publish(&[envelope]).await.remove(0).unwrap();
    }

    /// The next number of a connection's event.
    pub(crate) fn number(&self) -> u64 {
        self.number.fetch_add(1, Relaxed)
    }

    /// A connection of `user` at `replica` of which nobody knows yet.
    pub(crate) fn line(&self, user: UserId, replica: Uuid) -> Line {
        Line { hub: self.clone(), user, id: ConnectionId(id()), replica }
    }

    /// Opens a connection of `user` at `replica`.
    pub(crate) async fn opens(&self, user: UserId, replica: Uuid) -> Line {
        let line = self.line(user, replica);
        line.open(self.number()).await;
        line
    }

    pub(crate) async fn heartbeat(&self, replica: Uuid, connections: u64) {
        self.publish(&ReplicaHeartbeat { replica, connections, at: self.clock.now() }).await;
    }

    pub(crate) async fn announce(&self, replica: Uuid, lines: &[&Line]) {
        let at = self.clock.now();
        let announced = |line: &&Line| AnnouncedConnection {
            user_id: line.user,
            connection_id: line.id,
            number: self.number(),
            active_at: at,
        };
        let connections = lines.iter().map(announced).collect();
        self.publish(&ConnectionsAnnounced { replica, connections, at }).await;
    }
}

/// A hub connection.
pub(crate) struct Line {
    hub: Hub,
    pub(crate) user: UserId,
    pub(crate) id: ConnectionId,
    replica: Uuid,
}

impl Line {
    pub(crate) async fn open(&self, number: u64) {
        let (user_id, connection_id, replica, at) = (self.user, self.id, self.replica, self.hub.clock.now());
        self.hub.publish(&ConnectionOpened { user_id, connection_id, replica, number, at }).await;
    }

    pub(crate) async fn act(&self) {
        let (user_id, connection_id, replica, at) = (self.user, self.id, self.replica, self.hub.clock.now());
        let number = self.hub.number();
        self.hub.publish(&ConnectionActive { user_id, connection_id, replica, number, at }).await;
    }

    pub(crate) async fn close(&self) {
        let (user_id, connection_id, replica, at) = (self.user, self.id, self.replica, self.hub.clock.now());
        let number = self.hub.number();
        self.hub.publish(&ConnectionClosed { user_id, connection_id, replica, number, at }).await;
    }
}

pub(crate) fn id() -> Uuid {
    SystemIds.uuid_v7()
}
