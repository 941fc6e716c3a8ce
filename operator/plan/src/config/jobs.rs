use super::Writer;
use crate::{Login, SecretKey, SecretName, Store};
use securechat_config as config;
use securechat_contracts::ServiceName;

impl Writer<'_> {
    pub(super) fn provision(&mut self) -> config::Provision {
        let endpoint = self.database_endpoint();
        let admin = match &self.request.database {
            Store::Managed(_) => self.env.database_admin(),
            Store::External(e) => {
                let secret = e.admin_secret.as_ref().map(|secret| SecretName::External(secret.name.clone()));
                let password = secret.map(|secret| SecretKey::new(secret, "password"));
                Login { user: e.admin_user.clone(), password }
            }
        };
        config::Provision {
            host: endpoint.host,
            port: endpoint.port,
            admin_user: admin.user.unwrap_or_default(),
            admin_password_file: admin.password.map(|key| self.secret(&key)),
            tls: self.database_tls(),
            wait_seconds: 60,
            schemas: ServiceName::ALL.into_iter().map(|service| self.schema(service)).collect(),
        }
    }

    fn schema(&mut self, service: ServiceName) -> config::ProvisionSchema {
        config::ProvisionSchema {
            name: service.to_string(),
            ddl_user: ddl_user(service),
            ddl_password_file: self.own_secret(service, "migration-password"),
            dml_user: service.to_string(),
            dml_password_file: self.own_secret(service, "database-password"),
        }
    }

    pub(super) fn migration(&mut self, service: ServiceName) -> config::Migration {
        config::Migration {
            telemetry: config::Telemetry::default(),
            database: self.database(service, &ddl_user(service), "migration-password"),
        }
    }
}

/// The user that may change a schema's tables.
fn ddl_user(service: ServiceName) -> String {
    format!("{service}_migration")
}
