use super::{Writer, count, port};
use crate::{Component, Purpose, SecretKey, SecretName};
use securechat_config as config;
use securechat_contracts::{Role, ServiceName};
use securechat_operator_api::spec::{MailEncryption, RegistrationMode, RoleName};

impl Writer<'_> {
    pub(super) fn account(&mut self) -> config::Account {
        const NAME: ServiceName = ServiceName::Account;
        let spec = &self.request.spec;
        let registration = match spec.registration.mode {
            RegistrationMode::Open => config::Registration::Open,
            RegistrationMode::Closed => config::Registration::Closed,
        };
        config::Account {
            http: self.http(Component::Service(NAME)),
            telemetry: self.telemetry(),
            database: self.database(NAME, Purpose::Database),
            broker: self.broker(NAME),
            tokens: self.tokens(),
            public_url: self.request.url.clone(),
            mail: self.mail(),
            registration,
            confirmation_hours: 24,
            password_checks_max: 4,
            mails_per_hour: count(spec.limits.mails_per_hour),
            demo_accounts: self.seeded_accounts(),
        }
    }

    fn mail(&mut self) -> Option<config::Mail> {
        let mail = self.request.spec.mail.as_ref()?;
        let password = mail.password_secret.as_ref();
        let password_file =
            password.map(|secret| self.secret(&SecretKey::new(SecretName::External(secret.name.clone()), "password")));
        Some(config::Mail {
            host: mail.host.clone(),
            port: port(mail.port),
            tls: match mail.encryption {
                MailEncryption::Starttls => config::MailTls::Starttls,
                MailEncryption::Tls => config::MailTls::Implicit,
                MailEncryption::None => config::MailTls::Off,
            },
            user: mail.user_name.clone(),
            password_file,
            from: mail.from.clone(),
        })
    }

    /// Demo accounts and the first administrator, but those that were made and whose first passwords are gone.
    fn seeded_accounts(&mut self) -> Vec<config::DemoAccount> {
        let spec = &self.request.spec;
        let mut accounts = Vec::new();
        let lost = self.lost_accounts;
        if let Some(administrator) =
            spec.first_administrator.as_ref().filter(|a| a.password_secret.is_some() || !lost.contains(&a.user_name))
        {
            let password = match &administrator.password_secret {
                Some(secret) => SecretKey::new(SecretName::External(secret.name.clone()), "password"),
                None => SecretKey::new(SecretName::Accounts, administrator.user_name.clone()),
            };
            accounts.push(config::DemoAccount {
                user_name: administrator.user_name.clone(),
                email: administrator.email.clone(),
                roles: vec![Role::User, Role::Moderator, Role::Admin],
                password_file: self.secret(&password),
            });
        }
        for account in spec.demo_accounts.iter().filter(|account| !lost.contains(&account.user_name)) {
            let roles = account.roles.iter().map(|role| match role {
                RoleName::Moderator => Role::Moderator,
                RoleName::Admin => Role::Admin,
            });
            accounts.push(config::DemoAccount {
                user_name: account.user_name.clone(),
                email: account.email.clone(),
                roles: std::iter::once(Role::User).chain(roles).collect(),
                password_file: self.secret(&SecretKey::new(SecretName::Accounts, account.user_name.clone())),
            });
        }
        accounts
    }

    pub(super) fn users(&mut self) -> config::Users {
        const NAME: ServiceName = ServiceName::Users;
        config::Users {
            http: self.http(Component::Service(NAME)),
            telemetry: self.telemetry(),
            database: self.database(NAME, Purpose::Database),
            broker: self.broker(NAME),
            tokens: self.tokens(),
        }
    }

    pub(super) fn session(&mut self) -> config::Session {
        const NAME: ServiceName = ServiceName::Session;
        let limits = &self.request.spec.limits;
        let (idle, history_days) = (u64::from(count(limits.idle_after_seconds)), count(limits.presence_history_days));
        config::Session {
            http: self.http(Component::Service(NAME)),
            telemetry: self.telemetry(),
            database: self.database(NAME, Purpose::Database),
            broker: self.broker(NAME),
            cache: self.cache(NAME),
            tokens: self.tokens(),
            identity: self.identity(NAME),
            users: self.peer(ServiceName::Users),
            replica_expiry_seconds: 35,
            rest_expiry_seconds: 90,
            idle_after_seconds: idle,
            offline_debounce_ms: 2_000,
            history_days,
        }
    }

    pub(super) fn chats(&mut self) -> config::Chats {
        const NAME: ServiceName = ServiceName::Chats;
        config::Chats {
            http: self.http(Component::Service(NAME)),
            telemetry: self.telemetry(),
            database: self.database(NAME, Purpose::Database),
            broker: self.broker(NAME),
            tokens: self.tokens(),
            identity: self.identity(NAME),
            users: self.peer(ServiceName::Users),
        }
    }

    pub(super) fn messaging(&mut self) -> config::Messaging {
        const NAME: ServiceName = ServiceName::Messaging;
        config::Messaging {
            http: self.http(Component::Service(NAME)),
            telemetry: self.telemetry(),
            database: self.database(NAME, Purpose::Database),
            broker: self.broker(NAME),
            tokens: self.tokens(),
            identity: self.identity(NAME),
            chats: self.peer(ServiceName::Chats),
            connection_token_key_file: self.own_secret(NAME, "connection-token-key"),
            heartbeat_seconds: 10,
            ping_seconds: 15,
            client_timeout_seconds: 30,
        }
    }
}
