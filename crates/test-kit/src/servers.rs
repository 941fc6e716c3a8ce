//! The file that tells tests where the servers of this run are.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the environment variable that holds the path of the file.
pub const SERVERS_VARIABLE: &str = "SECURECHAT_TEST_SERVERS";

/// One set of MariaDB, RabbitMQ and Redis, all on 127.0.0.1.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestServers {
    /// MariaDB's port.
    pub mariadb_port: u16,
    /// MariaDB's administrator.
    pub mariadb_admin: String,
    /// The administrator's password.
    pub mariadb_password: String,
    /// RabbitMQ's AMQP port.
    pub rabbitmq_port: u16,
    /// Port of RabbitMQ's management API.
    pub rabbitmq_management_port: u16,
    /// RabbitMQ's administrator.
    pub rabbitmq_admin: String,
    /// The administrator's password.
    pub rabbitmq_password: String,
    /// Redis's port.
    pub redis_port: u16,
    /// Redis's password.
    pub redis_password: String,
    /// Folder that holds all of it.
    pub dir: PathBuf,
    /// Process ids in the order they were started.
    pub pids: Vec<u32>,
}

impl TestServers {
    /// The servers of this run.
    ///
    /// # Panics
    /// When there are none, telling how to start them: every test would fail for the same reason.
    #[expect(clippy::panic, reason = "tests want the reason at once")]
    #[expect(clippy::disallowed_methods, reason = "the run tells its tests by environment where the servers are")]
    pub fn get() -> Self {
        let Ok(path) = std::env::var(SERVERS_VARIABLE) else {
            panic!(
                "{SERVERS_VARIABLE} is not set: these tests need MariaDB, RabbitMQ and Redis.\n\
                 Run them as `make test`, or by hand as `target/debug/test-servers -- cargo test …`;\n\
                 `test-servers --detach DIR` starts a set that stays, then {SERVERS_VARIABLE}=DIR/servers.json."
            );
        };
        Self::read(Path::new(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When it is missing or not such a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }
}
