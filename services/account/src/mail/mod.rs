//! Mail: queued with the change that caused it, sent by a worker, never in a request. The secret in a link is made when
//! the mail is sent, so it is stored nowhere. (W-17, W-13)

mod link;
mod sender;
mod worker;

pub(crate) use link::{Link, LinkToken};
pub(crate) use sender::{Mailer, SenderError};
pub(crate) use worker::Worker;
