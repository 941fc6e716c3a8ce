//! Every process's configuration: read by the process, written by the operator and by `make up`. Because both sides
//! use the same structs, a renamed key cannot compile on one side only.
//!
//! Configuration is one JSON file. Unknown keys are refused by name; secrets are never in it, only paths of files
//! that hold them (`*_file`). Durations and sizes carry their unit in the key.

pub mod load;
pub mod section;
pub mod service;

pub use load::{ConfigError, load, read_secret};
pub use section::{
    Broker, Cache, Database, Http, Identity, Peer, Secret, SecretError, ServiceCredentials, Telemetry, Tls, TokenCheck,
    Traces,
};
pub use service::{
    Account, Auth, Chats, Client, DemoAccount, GrantType, Mail, MailTls, Messaging, Migration, Provision,
    ProvisionSchema, Registration, Session, Users, Web, WebApp, WebPart,
};
