//! Processes of the service and a seat at the bus.

use reqwest::{Client, Method, Response};
use securechat_config::{Account, Http, Registration, Telemetry};
use securechat_contracts::event::{AccessChanged, EmailConfirmed, UserRegistered};
use securechat_contracts::{Event, ServiceName};
use securechat_event_bus::{Bus, Options, Subscriptions};
use securechat_kernel::{ClockRef, SystemClock, SystemIds, SystemRandom};
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{TestBroker, TestDatabase, TestIssuer, TestUser, eventually};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

pub(crate) static MIGRATIONS: LazyLock<Migrations> =
    LazyLock::new(|| Migrations::from_dir(&securechat_account::MIGRATIONS).unwrap());
pub(crate) const PASSWORD: &str = "correct horse battery";
/// A pending sign-in.
pub(crate) const PENDING: &str = "/auth/authorize?client_id=securechat-web&state=a%20b";
const PATIENCE: Duration = Duration::from_secs(15);

type Told = mpsc::UnboundedReceiver<(String, Value)>;

pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) issuer: TestIssuer,
    pub(crate) database: TestDatabase,
    pub(crate) config: Account,
    pub(crate) http: Client,
    told: Mutex<Told>,
    _bus: Bus,
    _broker: TestBroker,
}

impl World {
    /// Nobody reads the mails of this world.
    pub(crate) async fn new() -> Self {
        let nobody = crate::mailbox::Mailbox::closed();
        Self::with(|config| config.mail = Some(nobody.config())).await
    }

    /// A world in which the service is configured otherwise; without change nobody is sent a mail.
    pub(crate) async fn with(adjust: impl FnOnce(&mut Account)) -> Self {
        Self::at(Arc::new(SystemClock), adjust).await
    }

    pub(crate) async fn at(clock: ClockRef, adjust: impl FnOnce(&mut Account)) -> Self {
        let (issuer, broker) = (TestIssuer::start().await, TestBroker::new().await);
        let database = TestDatabase::new("account", &MIGRATIONS).await;
        let bus = Bus::start(broker.config(), Options::named("test"));
        let told = Mutex::new(listen(&bus).await);
        let any = "127.0.0.1:0".parse().unwrap();
        let mut config = Account {
            http: Http { public: any, internal: any, admin: any, request_timeout_ms: 10_000, drain_timeout_ms: 1_000 },
            telemetry: Telemetry::default(),
            database: database.config(),
            broker: broker.config(),
            tokens: issuer.token_check(),
            public_url: "http://chat.test/".parse().unwrap(),
            mail: None,
            registration: Registration::Open,
            confirmation_hours: 24,
            password_checks_max: 4,
            mails_per_hour: 100,
            demo_accounts: Vec::new(),
        };
        adjust(&mut config);
        let running = run(&config, clock).await;
        Self { running, issuer, database, config, http: Client::new(), told, _bus: bus, _broker: broker }
    }

    /// One more process beside the first.
    pub(crate) async fn another_process(&self) -> Running {
        run(&self.config, Arc::new(SystemClock)).await
    }

    /// The next event that the service tells: its type and data.
    pub(crate) async fn told(&self) -> (String, Value) {
        tokio::time::timeout(PATIENCE, self.told.lock().await.recv()).await.unwrap().unwrap()
    }

    /// Nothing more was told: somebody who registers now is told of next.
    pub(crate) async fn told_nothing(&self) {
        let witness = self.registers("witness").await;
        assert_eq!(self.told().await.1["userId"], witness["id"]);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.public)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.http.post(self.url(path)).json(&body).send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, who: &TestUser, path: &str) -> (u16, Value) {
        let token = self.issuer.token(who, ServiceName::Account);
        read(self.http.get(self.url(path)).bearer_auth(token).send().await.unwrap()).await
    }

    /// The account of a stranger who registered.
    pub(crate) async fn registers(&self, name: &str) -> Value {
        let (status, account) = self.post("/api/account/register", registration(name)).await;
        assert_eq!(status, 201, "{account}");
        account
    }

    pub(crate) async fn confirms(&self, token: &str) -> (u16, Value) {
        self.post("/api/account/confirm-email", json!({ "token": token })).await
    }

    pub(crate) async fn asks_again(&self, email: &str) -> u16 {
        self.post("/api/account/resend-confirmation", json!({ "email": email })).await.0
    }

    /// What `auth` is told of an account.
    pub(crate) async fn grant(&self, account: &Value) -> Value {
        let path = format!("/users/{}/grant", account["id"].as_str().unwrap());
        let (status, grant) = self.internal(ServiceName::Auth, Method::GET, &path, None).await;
        assert_eq!(status, 200, "{grant}");
        grant
    }

    pub(crate) async fn internal(
        &self,
        caller: ServiceName,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.internal_with(&self.issuer.service_token(caller, ServiceName::Account), method, path, body).await
    }

    pub(crate) async fn internal_with(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let url = format!("http://{}/internal/account{path}", self.running.internal);
        let request = self.http.request(method, url).bearer_auth(token);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(self.database.pool()).await.unwrap()
    }
}

pub(crate) fn email(name: &str) -> String {
    format!("{name}@example.org")
}

pub(crate) fn registration(name: &str) -> Value {
    json!({ "userName": name, "email": email(name), "password": PASSWORD })
}

/// A refusal's kind.
pub(crate) fn kind((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, problem["type"].as_str().unwrap_or_default().trim_start_matches("/problems/"))
}

pub(crate) async fn read(answer: Response) -> (u16, Value) {
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn run(config: &Account, clock: ClockRef) -> Running {
    let process = Process::new(clock, Arc::new(SystemIds), Arc::new(SystemRandom));
    let service = securechat_account::build(config, &process).unwrap_or_else(|error| panic!("{error}"));
    let running = start(service, process, &config.http).await.unwrap_or_else(|error| panic!("{error}"));
    eventually("readiness", async || running.health.is_ready()).await;
    running
}

async fn listen(bus: &Bus) -> Told {
    let (sender, told) = mpsc::unbounded_channel();
    let (bound, mut is_bound) = mpsc::unbounded_channel();
    let types = [UserRegistered::TYPE, EmailConfirmed::TYPE, AccessChanged::TYPE];
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
