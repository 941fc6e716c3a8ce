use crate::{TestServers, unique_name};
use securechat_config::{Cache, Secret, Tls};
use tempfile::TempDir;

/// A prefix of its own on the run's Redis. What is stored stays until the servers stop.
#[derive(Debug)]
pub struct TestCache {
    config: Cache,
    _dir: TempDir,
}

impl TestCache {
    /// A fresh prefix.
    ///
    /// # Panics
    /// When the run has no servers.
    pub fn new() -> Self {
        let servers = TestServers::get();
        let dir = tempfile::tempdir().expect("a temporary folder");
        let file = dir.path().join("redis");
        std::fs::write(&file, &servers.redis_password).expect("the password file can be written");
        let config = Cache {
            host: "127.0.0.1".into(),
            port: servers.redis_port,
            user: None,
            password_file: Some(Secret(file)),
            prefix: format!("{}:", unique_name("t")),
            tls: Tls::Off,
        };
        Self { config, _dir: dir }
    }

    /// How to reach it.
    pub fn config(&self) -> Cache {
        self.config.clone()
    }
}

impl Default for TestCache {
    fn default() -> Self {
        Self::new()
    }
}
