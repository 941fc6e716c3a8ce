//! Calls to `users` for other services: with a time limit, a few tries where trying again helps, and a breaker that spares
//! a service in trouble. (W-35)

mod breaker;

use breaker::Breaker;
use rand::RngExt;
use securechat_auth_verify::{Peer, PeerError, ServiceTokensRef};
use securechat_contracts::ServiceName;
use securechat_contracts::dto::{AreFriends, Friends, People, PersonRef, ResolvePeople};
use securechat_kernel::UserId;
use std::sync::Arc;
use std::time::{Duration, Instant};

const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);
/// So many people at most in one call.
const BATCH: usize = 500;

/// The client. Cheap to clone; clones share the breaker.
#[derive(Clone)]
pub struct UsersClient {
    peer: Peer,
    breaker: Arc<Breaker>,
}

impl UsersClient {
    /// A client for the service at `config.url`; each single try may take `config.timeout_ms`.
    pub fn new(config: &securechat_config::Peer, http: reqwest::Client, tokens: ServiceTokensRef) -> Self {
        Self { peer: Peer::new(ServiceName::Users, config, http, tokens), breaker: Arc::default() }
    }

    /// Somebody's friends, in no order; none for somebody unknown.
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn friends(&self, user: UserId) -> Result<Vec<PersonRef>, PeerError> {
        let path = format!("/internal/users/{user}/friends");
        let answer: Friends = self.persistently(|| self.peer.get(&path)).await?;
        Ok(answer.friends)
    }

    /// Whether two people are friends.
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn are_friends(&self, one: UserId, other: UserId) -> Result<bool, PeerError> {
        let path = format!("/internal/users/{one}/friends/{other}");
        let answer: AreFriends = self.persistently(|| self.peer.get(&path)).await?;
        Ok(answer.friends)
    }

    /// Names of people; who does not exist is left out.
    ///
    /// # Errors
    /// [`PeerError`]
    pub async fn resolve(&self, ids: &[UserId]) -> Result<Vec<PersonRef>, PeerError> {
        let mut people = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let body = ResolvePeople { ids: batch.to_vec() };
            let answer: People = self.persistently(|| self.peer.post("/internal/users/resolve", &body)).await?;
            people.extend(answer.people);
        }
        Ok(people)
    }

    /// Calls again while the service is away; all these calls only read. A refusal is an answer and is not repeated.
    async fn persistently<T, R>(&self, call: impl Fn() -> R) -> Result<T, PeerError>
    where
        R: Future<Output = Result<T, PeerError>>,
    {
        let mut attempt = 1;
        loop {
            if !self.breaker.may_call(Instant::now()) {
                let reason = "it failed several times just now and is given a rest".to_owned();
                return Err(PeerError::Unavailable { callee: ServiceName::Users, reason });
            }
            let result = call().await;
            let away = matches!(result, Err(PeerError::Unavailable { .. }));
            self.breaker.record(Instant::now(), !away);
            if !away || attempt == TRIES {
                return result;
            }
            let pause = PAUSE * 2u32.pow(attempt - 1);
            let jitter = rand::rng().random_range(0.5..1.5);
            tracing::debug!(attempt, "users is away, it is asked again");
            tokio::time::sleep(pause.mul_f64(jitter)).await;
            attempt += 1;
        }
    }
}
