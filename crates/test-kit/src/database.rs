use crate::{TestServers, clean_up, unique_name};
use securechat_config::{Database, Provision, ProvisionSchema, Secret, Tls};
use securechat_db::{Pool, connect_options};
use securechat_migrate::{Migrations, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};
use std::path::Path;
use tempfile::TempDir;

/// A schema of its own on the run's MariaDB, provisioned and migrated by the product's own code; dropped at the end.
#[derive(Debug)]
pub struct TestDatabase {
    servers: TestServers,
    provision: Provision,
    pool: Pool,
    ddl_pool: Pool,
    config: Database,
    dir: TempDir,
}

impl TestDatabase {
    /// A fresh schema of `service`, migrated to the newest version.
    ///
    /// # Panics
    /// When the run has no servers, or a migration fails.
    pub async fn new(service: &str, migrations: &Migrations) -> Self {
        let database = Self::empty(service).await;
        let migrator = Migrator::new(migrations, database.ddl_pool.clone());
        migrator.migrate(None).await.unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
        database
    }

    /// A fresh, empty schema.
    ///
    /// # Panics
    /// When the run has no servers.
    pub async fn empty(service: &str) -> Self {
        let servers = TestServers::get();
        let dir = tempfile::tempdir().expect("a temporary folder");
        let name = unique_name(&format!("t_{service}"));
        let provision = Provision {
            host: "127.0.0.1".into(),
            port: servers.mariadb_port,
            admin_user: servers.mariadb_admin.clone(),
            admin_password_file: Some(secret(dir.path(), "admin", &servers.mariadb_password)),
            tls: Tls::Off,
            wait_seconds: 10,
            schemas: vec![ProvisionSchema {
                name: name.clone(),
                ddl_user: format!("{name}_ddl"),
                ddl_password_file: secret(dir.path(), "ddl", "ddl"),
                dml_user: format!("{name}_dml"),
                dml_password_file: secret(dir.path(), "dml", "dml"),
            }],
            former_users: Vec::new(),
        };
        securechat_db::provision(&provision).await.unwrap_or_else(|error| panic!("{error}"));
        let config = Database {
            host: "127.0.0.1".into(),
            port: servers.mariadb_port,
            name: name.clone(),
            user: format!("{name}_dml"),
            password_file: secret(dir.path(), "dml", "dml"),
            tls: Tls::Off,
            pool_max: 8,
            acquire_timeout_ms: 5_000,
        };
        let ddl = Database {
            user: format!("{name}_ddl"),
            password_file: secret(dir.path(), "ddl", "ddl"),
            pool_max: 4,
            ..config.clone()
        };
        let pool = securechat_db::pool(&config).expect("the password file was just written");
        let ddl_pool = securechat_db::pool(&ddl).expect("the password file was just written");
        Self { servers, provision, pool, ddl_pool, config, dir }
    }

    /// Connections of the service's user, who may change rows only.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Connections of the migrations' user.
    pub fn ddl_pool(&self) -> &Pool {
        &self.ddl_pool
    }

    /// How the service reaches it.
    pub fn config(&self) -> Database {
        self.config.clone()
    }

    /// What it is provisioned from while its users are replaced by others, and how the new one reaches it. Their name is the
    /// old one's with `_b`.
    pub fn two_sets(&self) -> (Provision, Database) {
        let [old] = &self.provision.schemas[..] else { panic!("a test database has one schema") };
        let new = ProvisionSchema {
            ddl_user: format!("{}_b", old.ddl_user),
            ddl_password_file: secret(self.dir.path(), "ddl_b", "ddl of b"),
            dml_user: format!("{}_b", old.dml_user),
            dml_password_file: secret(self.dir.path(), "dml_b", "dml of b"),
            ..old.clone()
        };
        let (user, password_file) = (new.dml_user.clone(), new.dml_password_file.clone());
        let both = Provision { schemas: vec![old.clone(), new], ..self.provision.clone() };
        (both, Database { user, password_file, ..self.config.clone() })
    }

    /// What it was provisioned from.
    pub fn provision(&self) -> Provision {
        self.provision.clone()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let servers = &self.servers;
        let (user, password) = (&servers.mariadb_admin, &servers.mariadb_password);
        let options = connect_options("127.0.0.1", servers.mariadb_port, user, password, &Tls::Off);
        let name = self.config.name.clone();
        clean_up(async move {
            if let Ok(mut admin) = MySqlConnection::connect_with(&options).await {
                // What a test left open would hold the tables, and its rollback waits for the thread that waits here.
                let open = "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE user LIKE ?";
                let open: Vec<i64> = sqlx::query_scalar(open)
                    .bind(format!("{}%", name.replace('_', "\\_")))
                    .fetch_all(&mut admin)
                    .await
                    .unwrap_or_default();
                let kills = open.iter().map(|id| format!("KILL {id}"));
                let _ = sqlx::raw_sql("SET SESSION lock_wait_timeout = 20").execute(&mut admin).await;
                for statement in kills.chain([
                    format!("DROP DATABASE IF EXISTS `{name}`"),
                    format!("DROP USER IF EXISTS '{name}_ddl'@'%', '{name}_dml'@'%'"),
                    format!("DROP USER IF EXISTS '{name}_ddl_b'@'%', '{name}_dml_b'@'%'"),
                ]) {
                    let _ = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut admin).await;
                }
            }
        });
    }
}

fn secret(dir: &Path, name: &str, password: &str) -> Secret {
    let file = dir.join(name);
    std::fs::write(&file, password).expect("the password file can be written");
    Secret(file)
}
