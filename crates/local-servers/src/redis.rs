//! Redis in a folder of its own.

use crate::ProcessSpec;
use std::path::PathBuf;

/// One private Redis. It keeps nothing on disk: SecureChat stores in Redis only what may be lost.
#[derive(Debug, Clone)]
pub struct Redis {
    /// Folder for configuration and log.
    pub dir: PathBuf,
    /// Port on 127.0.0.1.
    pub port: u16,
    /// Password of the default user.
    pub password: String,
}

impl Redis {
    /// The server.
    pub fn server(&self) -> ProcessSpec {
        let configuration = format!(
            "bind 127.0.0.1\nport {}\nrequirepass {}\nsave \"\"\nappendonly no\nmaxmemory 128mb\nmaxmemory-policy noeviction\n",
            self.port, self.password
        );
        let file = self.dir.join("redis.conf");
        ProcessSpec {
            name: "Redis",
            package: "redis-server",
            program: "/usr/bin/redis-server".into(),
            args: vec![file.clone().into()],
            env: Vec::new(),
            dir: self.dir.clone(),
            files: vec![(file, configuration)],
            log: self.dir.join("redis.log"),
            port: Some(self.port),
        }
    }
}
