//! Failed sign-ins are counted, for a name and for an address: in Redis for all replicas, in this process while Redis
//! is away. (H-07, B-37)

use redis::{AsyncCommands, aio::ConnectionManager};
use securechat_cache::CacheError;
use securechat_config::Cache;
use securechat_contracts::ProblemKind;
use securechat_http_kit::{ApiError, RateLimit};
use std::time::Duration;
use tokio::sync::OnceCell;

const WINDOW: Duration = Duration::from_mins(10);
/// A sign-in must not wait for a cache that is away.
const PATIENCE: Duration = Duration::from_millis(300);

/// Counts failed sign-ins.
pub(crate) struct Throttle {
    client: redis::Client,
    connection: OnceCell<ConnectionManager>,
    prefix: String,
    failures_max: u32,
    here: RateLimit,
}

impl Throttle {
    pub(crate) fn new(config: &Cache, failures_max: u32) -> Result<Self, CacheError> {
        let client = securechat_cache::client(config)?;
        let here = RateLimit::new(failures_max, WINDOW);
        Ok(Self { client, connection: OnceCell::new(), prefix: config.prefix.clone(), failures_max, here })
    }

    /// Refuses a further try when there were too many failures.
    pub(crate) async fn check(&self, name: &str, address: &str) -> Result<(), ApiError> {
        for key in self.keys(name, address) {
            let count: Option<u32> = self.ask(async |c| c.get(&key).await).await.unwrap_or_default();
            if count.is_some_and(|count| count >= self.failures_max) {
                let seconds = u32::try_from(WINDOW.as_secs()).unwrap_or(u32::MAX);
                let detail = "Too many sign-ins failed. Wait ten minutes, then try again.";
                return Err(ApiError::new(ProblemKind::TooManyRequests).detail(detail).retry_after(seconds));
            }
        }
        Ok(())
    }

    /// Notes a failure. While Redis is away, the failure itself is refused once there were too many here.
    pub(crate) async fn failed(&self, name: &str, address: &str) -> Result<(), ApiError> {
        for key in self.keys(name, address) {
            let counted = self
                .ask(async |c| {
                    let mut pipe = redis::pipe();
                    pipe.atomic()
                        .incr(&key, 1)
                        .ignore()
                        .expire(&key, i64::try_from(WINDOW.as_secs()).unwrap_or(i64::MAX))
                        .ignore();
                    pipe.query_async::<()>(c).await
                })
                .await;
            if counted.is_none() {
                self.here.check(&key)?;
            }
        }
        Ok(())
    }

    /// Whether Redis answers, for `/health`.
    pub(crate) async fn ping(&self) -> Result<(), String> {
        let pong = self.ask(async |c| redis::cmd("PING").query_async::<()>(c).await).await;
        pong.ok_or_else(|| "Redis does not answer".to_owned())
    }

    fn keys(&self, name: &str, address: &str) -> [String; 2] {
        let prefix = &self.prefix;
        [format!("{prefix}failed:name:{}", name.to_lowercase()), format!("{prefix}failed:address:{address}")]
    }

    async fn ask<T>(&self, work: impl AsyncFnOnce(&mut ConnectionManager) -> redis::RedisResult<T>) -> Option<T> {
        let work = async {
            let connect = || ConnectionManager::new(self.client.clone());
            let mut connection = self.connection.get_or_try_init(connect).await?.clone();
            work(&mut connection).await
        };
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                tracing::warn!(%error, "failed sign-ins are counted in this process only");
                None
            }
            Err(_) => None,
        }
    }
}
