//! MariaDB in a folder of its own.

use crate::ProcessSpec;
use std::ffi::OsString;
use std::path::PathBuf;

/// One private MariaDB. Its administrator is [`MariaDb::ADMIN`] at 127.0.0.1; nobody else can sign in over TCP.
#[derive(Debug, Clone)]
pub struct MariaDb {
    /// Folder for data, socket and log; short, since a socket's path may have 107 bytes only.
    pub dir: PathBuf,
    /// Port on 127.0.0.1.
    pub port: u16,
    /// The administrator's password.
    pub admin_password: String,
    /// Whether a commit survives a power cut (costs an fsync each).
    pub durable: bool,
}

impl MariaDb {
    /// The administrator's user name.
    pub const ADMIN: &'static str = "securechat_admin";

    /// The step that makes an empty data folder; none when there is one already.
    pub fn install(&self) -> Option<ProcessSpec> {
        if self.dir.join("data/mysql").is_dir() {
            return None;
        }
        let args = [
            "--no-defaults".into(),
            format!("--datadir={}", self.dir.join("data").display()),
            // A server that starts deletes the temporary tables it finds: in /tmp also those of others.
            format!("--tmpdir={}", self.dir.display()),
            "--auth-root-authentication-method=normal".into(),
            "--skip-test-db".into(),
            "--skip-name-resolve".into(),
        ];
        Some(self.spec("MariaDB installation", "/usr/bin/mariadb-install-db", args.map(OsString::from).to_vec()))
    }

    /// The server.
    pub fn server(&self) -> ProcessSpec {
        let path = |name: &str| self.dir.join(name).display().to_string();
        let args = [
            "--no-defaults".into(),
            format!("--datadir={}", path("data")),
            format!("--socket={}", path("s")),
            format!("--pid-file={}", path("pid")),
            format!("--init-file={}", path("init.sql")),
            format!("--tmpdir={}", self.dir.display()),
            format!("--port={}", self.port),
            "--bind-address=127.0.0.1".into(),
            "--skip-name-resolve".into(),
            "--character-set-server=utf8mb4".into(),
            "--innodb-buffer-pool-size=96M".into(),
            "--max-connections=1500".into(),
            "--table-open-cache=4000".into(),
            format!("--innodb-flush-log-at-trx-commit={}", if self.durable { 1 } else { 2 }),
        ];
        let mut spec = self.spec("MariaDB", "/usr/sbin/mariadbd", args.map(OsString::from).to_vec());
        spec.files = vec![(self.dir.join("init.sql"), self.init_sql())];
        spec.port = Some(self.port);
        spec
    }

    /// Run at each start: the administrator exists with the present password, and root only works through the socket.
    fn init_sql(&self) -> String {
        let admin = format!("'{}'@'127.0.0.1'", Self::ADMIN);
        let password = self.admin_password.replace('\\', "\\\\").replace('\'', "''");
        format!(
            "CREATE USER IF NOT EXISTS {admin} IDENTIFIED BY '{password}';\n\
             ALTER USER {admin} IDENTIFIED BY '{password}';\n\
             GRANT ALL PRIVILEGES ON *.* TO {admin} WITH GRANT OPTION;\n\
             DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost';\n"
        )
    }

    fn spec(&self, name: &'static str, program: &str, args: Vec<OsString>) -> ProcessSpec {
        ProcessSpec {
            name,
            package: "mariadb-server",
            program: program.into(),
            args,
            env: Vec::new(),
            dir: self.dir.clone(),
            files: Vec::new(),
            log: self.dir.join("mariadb.log"),
            port: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_start_at_once_share_no_folder_for_temporary_tables() {
        let dir = PathBuf::from("/nowhere/database");
        let server = MariaDb { dir, port: 1, admin_password: String::new(), durable: false };
        for step in [server.install(), Some(server.server())].into_iter().flatten() {
            assert!(step.args.contains(&"--tmpdir=/nowhere/database".into()), "{}: {:?}", step.name, step.args);
        }
        assert!(server.install().is_some());
    }
}
