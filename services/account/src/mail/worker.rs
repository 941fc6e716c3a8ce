use super::{Link, LinkToken, Mailer, SenderError};
use crate::{
    model::Email,
    store::{MailToken, QueuedMail, Store},
};
use securechat_kernel::{ClockRef, RandomRef, UserId};
use securechat_metrics::IntCounterVec;
use std::sync::Arc;
use time::Duration;
use tokio::sync::Notify;
use url::Url;

/// After so many failures a mail is given up; the person can ask for another.
const ATTEMPTS_MAX: u16 = 12;
/// Mails of other replicas, and of this one before a crash, are looked for so often.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(5);

/// Sends queued mails.
pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) mailer: Arc<Mailer>,
    pub(crate) wake: Arc<Notify>,
    pub(crate) mails: IntCounterVec,
    pub(crate) clock: ClockRef,
    pub(crate) random: RandomRef,
    pub(crate) public_url: Url,
    pub(crate) confirmation_hours: u32,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Database(#[from] securechat_db::Error),
    #[error(transparent)]
    Sender(#[from] SenderError),
}

impl Worker {
    /// Sends what is due, whenever woken and now and then; ends never.
    pub(crate) async fn run(self) {
        loop {
            match self.store.take_mail(self.clock.now()).await {
                Ok(Some(mail)) => self.handle(mail).await,
                Ok(None) => drop(tokio::time::timeout(LOOK_EVERY, self.wake.notified()).await),
                Err(error) => {
                    tracing::warn!(%error, "the mail queue cannot be read");
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    async fn handle(&self, mail: QueuedMail) {
        let outcome = match self.send(&mail).await {
            Ok(()) => {
                self.count("sent");
                self.store.drop_mail(mail.id).await
            }
            Err(error) if mail.attempts + 1 >= ATTEMPTS_MAX => {
                tracing::error!(%error, mail = %mail.id, "a mail is given up");
                self.count("given_up");
                self.store.drop_mail(mail.id).await
            }
            Err(error) => {
                tracing::warn!(%error, mail = %mail.id, attempts = mail.attempts + 1, "a mail was not sent");
                self.count("retried");
                let pause = Duration::seconds(2_i64.pow(u32::from(mail.attempts.min(8))));
                self.store.postpone_mail(mail.id, self.clock.now() + pause).await
            }
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, mail = %mail.id, "the mail queue cannot be written; the mail may go out twice");
        }
    }

    fn count(&self, outcome: &str) {
        self.mails.with_label_values(&[outcome]).inc();
    }

    async fn send(&self, mail: &QueuedMail) -> Result<(), Failure> {
        let account = UserId(mail.account_id);
        let Some(account) = self.store.account(account).await?.filter(|account| !account.email_verified) else {
            return Ok(());
        };
        let Ok(email) = Email::parse(&account.email) else { return Ok(()) };
        let token = LinkToken::new(&self.random);
        let stored = MailToken {
            selector: token.selector,
            verifier_hash: token.verifier_hash(),
            account: account.id,
            email: account.email.clone(),
            expires_at: self.clock.now() + Duration::hours(self.confirmation_hours.into()),
        };
        self.store.replace_token(&stored).await?;
        let link = Link::confirm(&self.public_url, &token, &mail.return_to);
        self.mailer.send_confirmation(&email, &account.user_name, link.as_str(), self.confirmation_hours).await?;
        Ok(())
    }
}
