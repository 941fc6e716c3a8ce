//! One documented struct a process.

mod account;
mod auth;
mod light;
mod provision;
mod web;

pub use account::{Account, DemoAccount, Mail, MailTls, Registration};
pub use auth::{Auth, Client, GrantType};
pub use light::{Chats, Messaging, Session, Users};
pub use provision::{Migration, Provision, ProvisionSchema};
pub use web::{Web, WebApp, WebPart};
