use crate::{Broker, Database, Http, Secret, Telemetry, TokenCheck};
use securechat_contracts::Role;
use serde::{Deserialize, Serialize};
use url::Url;

/// Configuration of `account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Listeners.
    pub http: Http,
    /// Logs.
    #[serde(default)]
    pub telemetry: Telemetry,
    /// Schema `account`.
    pub database: Database,
    /// Events out.
    pub broker: Broker,
    /// Tokens in.
    pub tokens: TokenCheck,
    /// Where people reach the product: the only source of links in mails (B-07).
    pub public_url: Url,
    /// Mail; absent: nobody can be sent a link, and registration confirms at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// Who may register.
    #[serde(default)]
    pub registration: Registration,
    /// How long a confirmation link works.
    #[serde(default = "confirmation_hours")]
    pub confirmation_hours: u32,
    /// At most so many password checks at once: each takes 19 MiB for about 50 ms of one core.
    #[serde(default = "password_checks_max")]
    pub password_checks_max: u32,
    /// At most so many registrations, and mails asked for, from one address within an hour.
    #[serde(default = "mails_per_hour")]
    pub mails_per_hour: u32,
    /// Accounts that exist from the start.
    #[serde(default)]
    pub demo_accounts: Vec<DemoAccount>,
}

/// Who may register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody.
    #[default]
    Open,
    /// Nobody.
    Closed,
}

/// A mail server (SMTP).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// TLS.
    #[serde(default)]
    pub tls: MailTls,
    /// User, where the server wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<Secret>,
    /// The sender, as `SecureChat <chat@example.org>`.
    pub from: String,
}

/// TLS towards the mail server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// STARTTLS, required.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// In the clear: for a mail sink on this machine.
    Off,
}

/// An account that is made at start when it is absent; an existing one is left as it is. (W-19)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoAccount {
    /// User name.
    pub user_name: String,
    /// E-mail address, taken as confirmed.
    pub email: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Password.
    pub password_file: Secret,
}

fn confirmation_hours() -> u32 {
    24
}

fn password_checks_max() -> u32 {
    4
}

fn mails_per_hour() -> u32 {
    20
}
