//! The connection to Redis: made when first used, made anew when lost.

use redis::{
    Cmd, FromRedisValue, Pipeline, RedisResult, ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use securechat_cache::CacheError;
use securechat_config::Cache;
use std::time::Duration;

/// An answer may take so long.
const TIMEOUT: Duration = Duration::from_secs(1);

pub(super) struct Redis(ConnectionManager);

impl Redis {
    pub(super) fn new(config: &Cache) -> Result<Self, CacheError> {
        let manager = ConnectionManagerConfig::new()
            .set_response_timeout(Some(TIMEOUT))
            .set_connection_timeout(Some(TIMEOUT))
            .set_max_delay(Duration::from_millis(500));
        Ok(Self(ConnectionManager::new_lazy_with_config(securechat_cache::client(config)?, manager)?))
    }

    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        command.query_async(&mut self.0.clone()).await
    }

    pub(super) async fn pipe<T: FromRedisValue>(&self, pipeline: &Pipeline) -> RedisResult<T> {
        pipeline.query_async(&mut self.0.clone()).await
    }

    pub(super) async fn invoke<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> RedisResult<T> {
        call.invoke_async(&mut self.0.clone()).await
    }
}
