//! Stands for `auth` in tests of other services: signing keys, service tokens, and tokens of people.

use crate::{Stub, StubRequest};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse},
};
use securechat_auth_verify::{Claims, TOKEN_TYPE};
use securechat_config::{Identity, Secret, ServiceCredentials, TokenCheck};
use securechat_contracts::{Permission, ServiceName};
use securechat_kernel::{Clock, ClockRef, SignInId, SystemClock, UserId};
use serde_json::json;
use std::fmt;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

const ISSUER: &str = "https://chat.test/auth";
const KEY_ID: &str = "test";
const LIFETIME_SECONDS: i64 = 300;

/// One key a test binary: making one takes a moment.
static KEY: LazyLock<(EncodingKey, Jwk)> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("a key has a DER form");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("the key was just made");
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).expect("the key has a public half");
    jwk.common.key_id = Some(KEY_ID.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    (key, jwk)
});

/// A person with a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestUser {
    /// Her id.
    pub id: UserId,
    /// Her sign-in.
    pub sid: SignInId,
    /// Her epoch.
    pub auth_epoch: u64,
    /// What she may do.
    pub permissions: Vec<Permission>,
}

impl TestUser {
    /// Somebody new who may do what a confirmed user may.
    #[expect(clippy::disallowed_methods, reason = "any id will do")]
    pub fn new() -> Self {
        use Permission::{ChatsCreate, MessagesCreate, UsersUpdateSelf, UsersViewOthers};
        let permissions = vec![UsersViewOthers, UsersUpdateSelf, MessagesCreate, ChatsCreate];
        Self { id: UserId(Uuid::now_v7()), sid: SignInId(Uuid::now_v7()), auth_epoch: 1, permissions }
    }
}

impl Default for TestUser {
    fn default() -> Self {
        Self::new()
    }
}

/// The issuer; it stops when dropped.
pub struct TestIssuer {
    stub: Stub,
    dir: TempDir,
    clock: ClockRef,
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer").field("stub", &self.stub).finish_non_exhaustive()
    }
}

impl TestIssuer {
    /// Serves `/internal/jwks` and `/internal/token` on loopback.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start() -> Self {
        Self::by(SystemClock).await
    }

    /// One whose tokens begin and end by `clock`: that of the service, where it stands still while the real one goes on.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn by(clock: impl Clock) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dir.path().join("service"), "secret").expect("the secret file can be written");
        let clock: ClockRef = Arc::new(clock);
        let own = Arc::clone(&clock);
        Self { stub: Stub::start(move |request| Some(serve(&request, now(&*own)))).await, dir, clock }
    }

    /// How services check tokens.
    pub fn token_check(&self) -> TokenCheck {
        TokenCheck {
            issuer: ISSUER.parse().expect("a URL"),
            jwks_url: self.url("internal/jwks"),
            jwks_refresh_seconds: 300,
            jwks_keep_seconds: 3600,
        }
    }

    /// How services get tokens of their own.
    pub fn identity(&self) -> Identity {
        let secret_file = Secret(self.dir.path().join("service"));
        let token_url = self.url("internal/token");
        Identity { credentials: ServiceCredentials::ClientCredentials { token_url, secret_file } }
    }

    /// A person's access token for `service` and nothing else.
    pub fn token(&self, user: &TestUser, service: ServiceName) -> String {
        sign(&Claims { aud: vec![service.audience()], scope: service.to_string(), ..self.claims(user) })
    }

    /// A token that differs from [`Self::token`]'s as `change` says.
    pub fn token_with(&self, user: &TestUser, service: ServiceName, change: impl FnOnce(&mut Claims)) -> String {
        let mut claims = Claims { aud: vec![service.audience()], scope: service.to_string(), ..self.claims(user) };
        change(&mut claims);
        sign(&claims)
    }

    /// The token of `caller` towards `callee`.
    pub fn service_token(&self, caller: ServiceName, callee: ServiceName) -> String {
        sign(&service_claims(caller.as_str(), &callee.audience(), now(&*self.clock)))
    }

    fn claims(&self, user: &TestUser) -> Claims {
        claims(user, now(&*self.clock))
    }

    fn url(&self, path: &str) -> Url {
        self.stub.url().join(path).expect("a path")
    }
}

fn serve(request: &StubRequest, now: i64) -> (u16, serde_json::Value) {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/internal/jwks") => (200, json!({ "keys": [KEY.1] })),
        ("POST", "/internal/token") => {
            let basic = request.authorization.as_deref().and_then(|value| value.strip_prefix("Basic "));
            let decoded = basic.and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
            let client = String::from_utf8_lossy(&decoded).split(':').next().unwrap_or_default().to_owned();
            let field = |name: &str| {
                let value = request.text.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
                value.unwrap_or_default().replace("%3A", ":")
            };
            let token = sign(&service_claims(&client, &field("resource"), now));
            (200, json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS }))
        }
        _ => (404, json!({})),
    }
}

/// Seconds since 1970.
fn now(clock: &dyn Clock) -> i64 {
    clock.now().unix_timestamp()
}

fn claims(user: &TestUser, now: i64) -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        sub: user.id.to_string(),
        aud: Vec::new(),
        exp: now + LIFETIME_SECONDS,
        iat: now,
        jti: "test".to_owned(),
        client_id: "securechat-web".to_owned(),
        scope: String::new(),
        sid: Some(user.sid.to_string()),
        auth_epoch: Some(user.auth_epoch),
        permissions: user.permissions.clone(),
    }
}

fn service_claims(caller: &str, audience: &str, now: i64) -> Claims {
    let nobody = TestUser { permissions: Vec::new(), ..TestUser::new() };
    Claims {
        sub: caller.to_owned(),
        client_id: caller.to_owned(),
        aud: vec![audience.to_owned()],
        sid: None,
        auth_epoch: None,
        ..claims(&nobody, now)
    }
}

fn sign(claims: &Claims) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.typ = Some(TOKEN_TYPE.to_owned());
    header.kid = Some(KEY_ID.to_owned());
    jsonwebtoken::encode(&header, claims, &KEY.0).expect("claims can be signed")
}
