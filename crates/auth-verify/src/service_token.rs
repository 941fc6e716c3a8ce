//! Our own tokens towards other services.

use async_trait::async_trait;
use securechat_config::{Identity, Secret, ServiceCredentials};
use securechat_contracts::ServiceName;
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;
use url::Url;

/// A token is renewed so long before it ends.
const RENEW_BEFORE: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(3);

/// No service token can be had.
#[derive(Debug, thiserror::Error)]
pub enum ServiceTokenError {
    /// The secret's file cannot be read.
    #[error(transparent)]
    Secret(#[from] securechat_config::ConfigError),
    /// The token endpoint does not answer, or refuses.
    #[error("auth gives no service token: {0}")]
    Refused(#[from] reqwest::Error),
    /// The token could not be made here.
    #[error("cannot make a service token: {0}")]
    NotMade(String),
}

/// Where service tokens come from.
#[async_trait]
pub trait ServiceTokens: Send + Sync + 'static {
    /// A token that `callee` accepts.
    async fn token(&self, callee: ServiceName) -> Result<String, ServiceTokenError>;
}

/// A shared source of service tokens.
pub type ServiceTokensRef = Arc<dyn ServiceTokens>;

/// Tokens by `client_credentials` (RFC 6749 section 4.4), one an audience (RFC 8707), kept until shortly before their end.
pub struct ClientCredentials {
    http: reqwest::Client,
    client: ServiceName,
    token_url: Url,
    secret: Secret,
    kept: Mutex<HashMap<ServiceName, Kept>>,
}

struct Kept {
    token: String,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: u64,
}

impl ClientCredentials {
    /// For the service `client`.
    pub fn new(client: ServiceName, identity: &Identity, http: reqwest::Client) -> Self {
        let ServiceCredentials::ClientCredentials { token_url, secret_file } = identity.credentials.clone();
        Self { http, client, token_url, secret: secret_file, kept: Mutex::default() }
    }

    async fn ask(&self, callee: ServiceName) -> Result<Kept, ServiceTokenError> {
        let audience = callee.audience();
        let form = [("grant_type", "client_credentials"), ("resource", &audience)];
        let answer: TokenAnswer = self
            .http
            .post(self.token_url.clone())
            .basic_auth(self.client, Some(self.secret.read()?))
            .form(&form)
            .timeout(TIMEOUT)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let life = Duration::from_secs(answer.expires_in);
        Ok(Kept { token: answer.access_token, renew_at: Instant::now() + life.saturating_sub(RENEW_BEFORE) })
    }
}

#[async_trait]
impl ServiceTokens for ClientCredentials {
    async fn token(&self, callee: ServiceName) -> Result<String, ServiceTokenError> {
        let mut kept = self.kept.lock().await;
        if let Some(found) = kept.get(&callee).filter(|kept| kept.renew_at > Instant::now()) {
            return Ok(found.token.clone());
        }
        let fresh = self.ask(callee).await?;
        let token = fresh.token.clone();
        kept.insert(callee, fresh);
        Ok(token)
    }
}
