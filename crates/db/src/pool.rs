//! Connections.

use securechat_metrics::services::{DATABASE_CONNECTIONS, DATABASE_CONNECTIONS_MAX};
use securechat_metrics::{Metrics, NO_LABELS, figure};
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};
use std::time::Duration;

/// Connections to one schema, shared by a process.
pub type Pool = sqlx::MySqlPool;
/// One connection, inside or outside a transaction.
pub type Connection = sqlx::MySqlConnection;

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_mins(5);

/// A pool that connects when it is first used: a process starts and serves its probes while the database is away, and
/// a call fails with [`crate::Error::Unavailable`] after `acquire_timeout_ms`.
///
/// # Errors
/// When the password file cannot be read.
pub fn pool(config: &securechat_config::Database) -> Result<Pool, securechat_config::ConfigError> {
    let options = connect_options(&config.host, config.port, &config.user, &config.password_file.read()?, &config.tls);
    Ok(pool_options()
        .max_connections(config.pool_max)
        .acquire_timeout(Duration::from_millis(config.acquire_timeout_ms))
        .connect_lazy_with(options.database(&config.name)))
}

/// Tells in `metrics` how many connections of `pool` there are.
pub fn observe(pool: &Pool, metrics: &Metrics) {
    let most = f64::from(pool.options().get_max_connections());
    metrics.gauge(DATABASE_CONNECTIONS_MAX).with_label_values(NO_LABELS).set(most);
    let (pool, connections) = (pool.clone(), metrics.gauge(DATABASE_CONNECTIONS));
    metrics.measure(move || {
        let idle = figure(pool.num_idle());
        connections.with_label_values(&["idle"]).set(idle);
        connections.with_label_values(&["used"]).set((figure(pool.size()) - idle).max(0.0));
    });
}

pub(crate) fn pool_options() -> MySqlPoolOptions {
    MySqlPoolOptions::new().idle_timeout(IDLE).after_connect(|connection, _| {
        Box::pin(async move {
            sqlx::raw_sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").execute(connection).await?;
            Ok(())
        })
    })
}

/// How to reach a server, without a schema.
pub fn connect_options(
    host: &str,
    port: u16,
    user: &str,
    password: &str,
    tls: &securechat_config::Tls,
) -> MySqlConnectOptions {
    let options = MySqlConnectOptions::new().host(host).port(port).username(user).password(password);
    match tls {
        // MySQL's sign-in wants an encrypted line at the first time, so even here it is taken when it is offered.
        securechat_config::Tls::Off => options.ssl_mode(MySqlSslMode::Preferred),
        securechat_config::Tls::Required => options.ssl_mode(MySqlSslMode::VerifyIdentity),
        securechat_config::Tls::Authority(file) => options.ssl_mode(MySqlSslMode::VerifyIdentity).ssl_ca(file.path()),
    }
}
