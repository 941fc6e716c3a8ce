//! A world around the service: real stores, a played `account` that knows alice, a browser.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, Response, StatusCode, redirect::Policy};
use securechat_config::{Auth, GrantType, Http, Peer, Secret, Telemetry};
use securechat_kernel::{Clock, SystemClock, SystemIds, SystemRandom, UserId};
use securechat_migrate::Migrations;
use securechat_runtime::{Process, Running, start};
use securechat_test_kit::{Stub, StubRequest, TestCache, TestClock, TestDatabase, eventually};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use url::Url;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-standard-0123";
pub(crate) const REDIRECT: &str = "http://localhost:9/signed-in";
pub(crate) const KEY: [u8; 32] = [7; 32];

pub(crate) struct World {
    pub(crate) clock: TestClock,
    pub(crate) database: TestDatabase,
    pub(crate) cache: TestCache,
    pub(crate) account: Stub,
    pub(crate) account_is_away: Arc<AtomicBool>,
    secrets: tempfile::TempDir,
}

/// A running process of the service, and a browser that talks to it.
pub(crate) struct Browser {
    base: String,
    pub(crate) running: Running,
    http: Client,
}

pub(crate) fn alice() -> UserId {
    UserId(Uuid::from_u128(0xa11ce))
}

impl World {
    pub(crate) async fn new() -> Self {
        let account_is_away = Arc::new(AtomicBool::new(false));
        let away = account_is_away.clone();
        let account = Stub::start(move |request| if away.load(Relaxed) { None } else { Some(account(&request)) }).await;
        let secrets = tempfile::tempdir().unwrap();
        let encode = |key| base64::engine::general_purpose::STANDARD.encode(key);
        std::fs::write(secrets.path().join("key"), encode(KEY)).unwrap();
        std::fs::write(secrets.path().join("other-key"), encode([8; 32])).unwrap();
        std::fs::write(secrets.path().join("session"), "session-secret").unwrap();
        let migrations = Migrations::from_dir(&securechat_auth::MIGRATIONS).unwrap();
        Self {
            clock: TestClock::at(SystemClock.now()),
            database: TestDatabase::new("auth", &migrations).await,
            cache: TestCache::new(),
            account,
            account_is_away,
            secrets,
        }
    }

    pub(crate) fn config(&self) -> Auth {
        let any = "127.0.0.1:0".parse().unwrap();
        let client =
            |id: &str, secret: Option<&str>, grants, scopes: &[&str], audiences: &[&str]| securechat_config::Client {
                id: id.to_owned(),
                name: "The app".to_owned(),
                secret_file: secret.map(|name| Secret(self.secrets.path().join(name))),
                grants,
                redirect_uris: vec![REDIRECT.parse().unwrap()],
                post_logout_redirect_uris: vec!["http://localhost:9/signed-out".parse().unwrap()],
                scopes: scopes.iter().map(ToString::to_string).collect(),
                audiences: audiences.iter().map(ToString::to_string).collect(),
            };
        let all = ["openid", "profile", "email", "permissions", "offline_access", "chats", "users"];
        let app = client("app", None, vec![GrantType::AuthorizationCode, GrantType::RefreshToken], &all, &[]);
        let session =
            client("session", Some("session"), vec![GrantType::ClientCredentials], &[], &["urn:securechat:users"]);
        Auth {
            http: Http { public: any, internal: any, admin: any, request_timeout_ms: 10_000, drain_timeout_ms: 5_000 },
            telemetry: Telemetry::default(),
            database: self.database.config(),
            cache: self.cache.config(),
            public_url: "http://localhost:9/".parse().unwrap(),
            account: Peer { url: self.account.url(), more_urls: Vec::new(), timeout_ms: 1_000 },
            key_encryption_key_file: Secret(self.secrets.path().join("key")),
            clients: vec![app, session],
            access_token_seconds: 300,
            refresh_token_days: 14,
            sign_in_days: 30,
            key_days: 30,
            key_announce_seconds: 900,
            failed_sign_ins_max: 3,
        }
    }

    pub(crate) fn other_key(&self) -> Secret {
        Secret(self.secrets.path().join("other-key"))
    }

    pub(crate) async fn start(&self) -> Browser {
        self.start_with(|_| {}).await
    }

    pub(crate) async fn start_with(&self, change: impl FnOnce(&mut Auth)) -> Browser {
        let browser = self.launch(change).await;
        eventually("the service is ready", async || browser.running.health.is_ready()).await;
        browser
    }

    /// Starts without waiting.
    pub(crate) async fn launch(&self, change: impl FnOnce(&mut Auth)) -> Browser {
        let mut config = self.config();
        change(&mut config);
        let process = Process::new(Arc::new(self.clock.clone()), Arc::new(SystemIds), Arc::new(SystemRandom));
        let service = securechat_auth::build(&config, &process).unwrap();
        let running = start(service, process, &config.http).await.unwrap();
        let http = Client::builder().redirect(Policy::none()).cookie_store(true).build().unwrap();
        Browser { base: format!("http://localhost:{}", running.public.port()), running, http }
    }
}

fn account(request: &StubRequest) -> (u16, Value) {
    let grant = json!({
        "userId": alice(), "userName": "alice", "email": "alice@example.org", "emailVerified": true,
        "roles": ["user"], "permissions": ["messages.create"], "authEpoch": 4, "createdAt": "2026-01-01T00:00:00Z",
    });
    let path = request.path.as_str();
    if path == "/internal/account/verify-credentials" {
        let right = request.json["userName"] == "alice" && request.json["password"] == PASSWORD;
        let problem = json!({ "type": "/problems/invalid-credentials", "title": "no", "status": 401 });
        return if right { (200, grant) } else { (401, problem) };
    }
    if path == format!("/internal/account/users/{}/grant", alice()) {
        return (200, grant);
    }
    (404, json!({ "type": "/problems/not-found", "title": "no", "status": 404 }))
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

impl Browser {
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.http.post(format!("{}{path}", self.base)).form(form).send().await.unwrap()
    }

    pub(crate) async fn internal(&self, path: &str, form: &[(&str, &str)], basic: Option<(&str, &str)>) -> Response {
        let mut request = self.http.post(format!("http://{}{path}", self.running.internal)).form(form);
        if let Some((id, secret)) = basic {
            request = request.basic_auth(id, Some(secret));
        }
        request.send().await.unwrap()
    }

    /// The path of an authorization request, with `more` at its end.
    pub(crate) fn authorize(more: &str) -> String {
        let scope = "openid+profile+email+permissions+offline_access+chats";
        let challenge = challenge();
        format!(
            "/auth/authorize?response_type=code&client_id=app&redirect_uri={REDIRECT}&scope={scope}&state=st&nonce=n1\
             &code_challenge={challenge}&code_challenge_method=S256{more}"
        )
    }

    /// The sign-in page that an authorization request leads to: its path and the guard of its form.
    pub(crate) async fn sign_in_page(&self) -> (String, String, String) {
        let answer = self.get(&Self::authorize("")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let path = location(&answer);
        let page = self.get(&path).await.text().await.unwrap();
        let return_to = query(&path)["return_to"].clone();
        (path, hidden(&page, "guard"), return_to)
    }

    pub(crate) async fn sign_in_as(&self, user_name: &str, password: &str) -> Response {
        let (_, guard, return_to) = self.sign_in_page().await;
        let form = [
            ("guard", &*guard),
            ("return_to", &return_to),
            ("user_name", user_name),
            ("password", password),
            ("action", "sign-in"),
        ];
        self.post("/auth/login", &form).await
    }

    /// Signs alice in and returns an authorization code.
    pub(crate) async fn code(&self) -> String {
        let answer = self.sign_in_as("alice", PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let answer = self.get(&location(&answer)).await;
        query(&location(&answer))["code"].clone()
    }

    pub(crate) async fn redeem(&self, code: &str, verifier: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("client_id", "app"),
            ("code_verifier", verifier),
        ];
        json_of(self.post("/auth/token", &form).await).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> (u16, Value) {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "app")];
        json_of(self.post("/auth/token", &form).await).await
    }

    pub(crate) async fn tokens(&self) -> Value {
        let (status, tokens) = self.redeem(&self.code().await, VERIFIER).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    pub(crate) async fn bearer(&self, path: &str, token: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).bearer_auth(token).send().await.unwrap()
    }
}

pub(crate) async fn json_of(answer: Response) -> (u16, Value) {
    (answer.status().as_u16(), answer.json().await.unwrap())
}

pub(crate) fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) fn query(url: &str) -> HashMap<String, String> {
    let url = Url::parse("http://localhost/").unwrap().join(url).unwrap();
    url.query_pairs().into_owned().collect()
}

pub(crate) fn hidden(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let rest = &page[page.find(&marker).expect("the page has the field") + marker.len()..];
    rest[..rest.find('"').unwrap()].to_owned()
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}
