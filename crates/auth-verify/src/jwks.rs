//! The issuer's signing keys (RFC 7517): fetched in time, kept for a while when the issuer is away.

use jsonwebtoken::{Algorithm, DecodingKey, jwk::JwkSet};
use securechat_config::TokenCheck;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, RwLock};
use url::Url;

/// An unknown key id makes us fetch, but not more often than this.
const UNKNOWN_KEY_PAUSE: Duration = Duration::from_secs(5);
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);

/// The keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// The issuer does not answer.
    #[error("cannot fetch the signing keys from {url}: {source}")]
    Fetch {
        /// From where.
        url: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// There were never any keys, or the last good ones are too old to be trusted.
    #[error("no signing keys: the issuer was not reached")]
    NoKeys,
}

/// A key that verifies tokens.
pub(crate) type VerifyingKey = (DecodingKey, Algorithm);

/// The keys, shared by all requests of a process.
#[derive(Clone)]
pub struct Jwks(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    url: Url,
    refresh: Duration,
    keep: Duration,
    known: RwLock<Known>,
    fetching: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, VerifyingKey>,
    at: Option<Instant>,
}

impl Jwks {
    /// Keys of `config.jwks_url`; nothing is fetched yet.
    pub fn new(config: &TokenCheck, http: reqwest::Client) -> Self {
        Self(Arc::new(Inner {
            http,
            url: config.jwks_url.clone(),
            refresh: Duration::from_secs(config.jwks_refresh_seconds),
            keep: Duration::from_secs(config.jwks_keep_seconds),
            known: RwLock::default(),
            fetching: Mutex::default(),
        }))
    }

    /// Fetches the keys now.
    ///
    /// # Errors
    /// [`JwksError::Fetch`]; the keys known before stay.
    pub async fn fetch(&self) -> Result<(), JwksError> {
        let inner = &*self.0;
        let failed = |source| JwksError::Fetch { url: inner.url.clone(), source };
        let answer = inner.http.get(inner.url.clone()).timeout(FETCH_TIMEOUT).send().await.map_err(failed)?;
        let set: JwkSet = answer.error_for_status().map_err(failed)?.json().await.map_err(failed)?;
        *inner.known.write().await = Known { keys: usable(&set), at: Some(Instant::now()) };
        Ok(())
    }

    /// Keeps the keys fresh; ends never. Run it as a background task.
    pub async fn keep_fresh(self) {
        loop {
            let pause = match self.fetch().await {
                Ok(()) => self.0.refresh,
                Err(error) => {
                    tracing::warn!(%error, "signing keys were not refreshed");
                    Duration::from_secs(1).min(self.0.refresh)
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether keys are known that may still be trusted.
    ///
    /// # Errors
    /// [`JwksError::NoKeys`]
    pub async fn state(&self) -> Result<(), JwksError> {
        if self.fresh(&*self.0.known.read().await) { Ok(()) } else { Err(JwksError::NoKeys) }
    }

    pub(crate) async fn key(&self, kid: &str) -> Result<Option<VerifyingKey>, JwksError> {
        if let Some(key) = self.known(kid).await {
            return Ok(Some(key));
        }
        let mut last = self.0.fetching.lock().await;
        if let Some(key) = self.known(kid).await {
            return Ok(Some(key));
        }
        if last.is_none_or(|at| at.elapsed() >= UNKNOWN_KEY_PAUSE) {
            let fetched = self.fetch().await;
            if fetched.is_ok() {
                *last = Some(Instant::now());
            } else if self.state().await.is_err() {
                fetched?;
            }
        }
        let known = self.0.known.read().await;
        if self.fresh(&known) { Ok(known.keys.get(kid).cloned()) } else { Err(JwksError::NoKeys) }
    }

    async fn known(&self, kid: &str) -> Option<VerifyingKey> {
        let known = self.0.known.read().await;
        if self.fresh(&known) { known.keys.get(kid).cloned() } else { None }
    }

    fn fresh(&self, known: &Known) -> bool {
        known.at.is_some_and(|at| at.elapsed() < self.0.keep)
    }
}

/// Only RSA keys with an id, used with RS256: the algorithm is the key's, never the token's.
fn usable(set: &JwkSet) -> HashMap<String, VerifyingKey> {
    set.keys
        .iter()
        .filter(|jwk| matches!(jwk.algorithm, jsonwebtoken::jwk::AlgorithmParameters::RSA(_)))
        .filter_map(|jwk| Some((jwk.common.key_id.clone()?, (DecodingKey::from_jwk(jwk).ok()?, Algorithm::RS256))))
        .collect()
}
