//! The connection to Redis: made when first used, made anew when lost.

use redis::{
    Client, Cmd, FromRedisValue, IntoConnectionInfo, Pipeline, RedisConnectionInfo, RedisResult, ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use securechat_config::{Cache, ConfigError};
use std::time::Duration;

/// An answer may take so long.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Redis can't be used as configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error(transparent)]
    Secret(#[from] ConfigError),
    #[error("the cache's address cannot be used: {0}")]
    Address(#[from] redis::RedisError),
}

pub(super) struct Redis(ConnectionManager);

impl Redis {
    pub(super) fn new(config: &Cache) -> Result<Self, ConnectError> {
        let mut login = RedisConnectionInfo::default();
        if let Some(user) = &config.user {
            login = login.set_username(user);
        }
        if let Some(file) = &config.password_file {
            login = login.set_password(file.read()?);
        }
        let address = (config.host.as_str(), config.port).into_connection_info()?.set_redis_settings(login);
        let manager = ConnectionManagerConfig::new()
            .set_response_timeout(Some(TIMEOUT))
            .set_connection_timeout(Some(TIMEOUT))
            .set_max_delay(Duration::from_millis(500));
        Ok(Self(ConnectionManager::new_lazy_with_config(Client::open(address)?, manager)?))
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
