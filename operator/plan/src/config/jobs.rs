use super::Writer;
use crate::{CredentialSet, Login, Purpose, Rotation, SecretKey, SecretName, Store};
use securechat_config as config;
use securechat_contracts::ServiceName;

impl Writer<'_> {
    pub(super) fn provision(&mut self, rotation: Rotation) -> config::Provision {
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
            schemas: rotation.accepted().into_iter().flat_map(|set| self.schemas(set)).collect(),
            former_users: rotation.dropped().map(users).unwrap_or_default(),
        }
    }

    fn schemas(&mut self, set: CredentialSet) -> Vec<config::ProvisionSchema> {
        let schema = |service: ServiceName| config::ProvisionSchema {
            name: service.to_string(),
            ddl_user: set.user(service, Purpose::Migration),
            ddl_password_file: self.secret(&set.password(service, Purpose::Migration)),
            dml_user: set.user(service, Purpose::Database),
            dml_password_file: self.secret(&set.password(service, Purpose::Database)),
        };
        ServiceName::ALL.into_iter().map(schema).collect()
    }

    pub(super) fn migration(&mut self, service: ServiceName) -> config::Migration {
        config::Migration {
            telemetry: config::Telemetry::default(),
            database: self.database(service, Purpose::Migration),
        }
    }
}

/// All users of a set at the database.
fn users(set: CredentialSet) -> Vec<String> {
    let both = |service| [Purpose::Migration, Purpose::Database].map(|purpose| set.user(service, purpose));
    ServiceName::ALL.into_iter().flat_map(both).collect()
}
