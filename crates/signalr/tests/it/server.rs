//! A hub to test with, on a real listener.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use securechat_kernel::{Clock, ConnectionId, SystemIds};
use securechat_signalr::{
    Close, Connection, Connections, Disconnect, Hub, HubError, HubRequest, Identity, Push, Refusal, Server, Settings,
    TokenKey, routes,
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use time::OffsetDateTime;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

pub(crate) struct User(pub(crate) String);

impl Identity for User {
    fn user(&self) -> &str {
        &self.0
    }
}

/// What the hub was told, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Connected(String),
    Called(String),
    Disconnected(String, Disconnect),
}

pub(crate) struct TestHub {
    pub(crate) connections: Connections<User>,
    seen: mpsc::UnboundedSender<Seen>,
    /// Lets calls of `wait` go on, one permit each.
    pub(crate) gate: Semaphore,
}

impl TestHub {
    fn see(&self, seen: Seen) {
        let _ = self.seen.send(seen);
    }
}

impl Hub for TestHub {
    type Identity = User;

    async fn authenticate(&self, request: &HubRequest) -> Result<User, Refusal> {
        match request.access_token() {
            Some(user) if user != "stranger" => Ok(User(user.to_owned())),
            _ => Err(Refusal::problem(http::StatusCode::UNAUTHORIZED, "Who are you?")),
        }
    }

    async fn connected(&self, connection: &Arc<Connection<User>>) -> Result<(), HubError> {
        let user = connection.identity().user().to_owned();
        if user == "banned" {
            return Err(HubError("forbidden: you are banned".into()));
        }
        self.connections.add_to_group(connection.id(), "everyone");
        self.see(Seen::Connected(user));
        Ok(())
    }

    async fn invoke(
        &self,
        connection: &Arc<Connection<User>>,
        method: &str,
        mut arguments: Vec<Value>,
    ) -> Result<Value, HubError> {
        self.see(Seen::Called(method.to_owned()));
        match (method, arguments.as_slice()) {
            ("echo", [_]) => Ok(arguments.remove(0)),
            ("add", [a, b]) => Ok(json!(a.as_i64().unwrap_or(0) + b.as_i64().unwrap_or(0))),
            ("whoami", []) => Ok(json!({ "user": connection.identity().user(), "id": connection.id() })),
            ("fail", []) => Err(HubError("not-friends: bob is no friend of yours".into())),
            ("panic", []) => panic!("a bug in the hub"),
            ("wait", [_]) => {
                self.gate.acquire().await.map_err(|e| HubError(e.to_string()))?.forget();
                Ok(arguments.remove(0))
            }
            ("repeat", [times]) => Ok(json!("x".repeat(usize::try_from(times.as_u64().unwrap_or(0)).unwrap_or(0)))),
            ("shout", [text]) => {
                let push = Push::new("Shouted", &json!({ "text": text })).map_err(|e| HubError(e.to_string()))?;
                Ok(json!(self.connections.send_to_group("everyone", &push)))
            }
            ("kickme", [reconnect]) => {
                connection.close(Close { error: None, allow_reconnect: reconnect == &json!(true) }, "kicked");
                Ok(json!("bye"))
            }
            ("echo" | "add" | "wait" | "shout", _) => Err(HubError(format!("validation: wrong arguments of {method}"))),
            _ => Err(HubError::unknown_method(method)),
        }
    }

    async fn disconnected(&self, connection: &Arc<Connection<User>>, reason: Disconnect) {
        self.see(Seen::Disconnected(connection.identity().user().to_owned(), reason));
    }
}

/// A clock the test moves.
pub(crate) struct TestClock(Mutex<OffsetDateTime>);

impl TestClock {
    pub(crate) fn advance(&self, by: std::time::Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

/// One replica; it stops when dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Connections<User>,
    pub(crate) hub: Arc<TestHub>,
    pub(crate) clock: Arc<TestClock>,
    seen: mpsc::UnboundedReceiver<Seen>,
    _tasks: JoinSet<()>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(TestClock(Mutex::new(time::macros::datetime!(2026-01-01 0:00 UTC))));
        let key = TokenKey::new(b"a secret that all replicas of a hub share").unwrap();
        let mut settings = Settings::new(key, clock.clone(), Arc::new(SystemIds));
        adjust(&mut settings);
        let connections = Connections::new();
        let (sender, seen) = mpsc::unbounded_channel();
        let gate = Semaphore::new(0);
        let hub = Arc::new(TestHub { connections: connections.clone(), seen: sender, gate });
        let server = Server::new(Arc::clone(&hub), connections.clone(), settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(server.heartbeat());
        let service = TowerToHyperService::new(warp::service(routes(&server, "/hub/test")));
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, connections, hub, clock, seen, _tasks: tasks }
    }

    pub(crate) fn url(&self, scheme: &str, rest: &str) -> String {
        format!("{scheme}://{}/hub/test{rest}", self.address)
    }

    /// The next thing the hub was told; fails the test when there is none within ten seconds.
    pub(crate) async fn sees(&mut self) -> Seen {
        tokio::time::timeout(std::time::Duration::from_secs(10), self.seen.recv()).await.unwrap().unwrap()
    }

    /// Waits until the hub is told that a connection of `user` ended; returns why.
    pub(crate) async fn sees_leaving(&mut self, user: &str) -> Disconnect {
        loop {
            if let Seen::Disconnected(who, reason) = self.sees().await
                && who == user
            {
                return reason;
            }
        }
    }

    /// Sends to one user.
    pub(crate) fn push(&self, user: &str, target: &'static str, argument: &Value) -> usize {
        self.connections.send_to_user(user, &Push::new(target, argument).unwrap())
    }

    pub(crate) fn only_connection(&self) -> ConnectionId {
        self.connections.all().first().unwrap().id()
    }
}
