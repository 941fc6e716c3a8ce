//! The use cases.

use crate::{
    error::Error,
    http::pages,
    mail::{LinkToken, Mailer, Worker},
    model::{Account, Email, NewPassword, UserName},
    passwords::Passwords,
    store::{NewAccount, Store, queue_confirmation, use_confirmation},
};
use securechat_auth_verify::{Jwks, Verifier, client};
use securechat_contracts::{
    Permission, Role, ServiceName,
    dto::Grant,
    event::{AccessChanged, EmailConfirmed, UserRegistered},
};
use securechat_db::work;
use securechat_event_bus::{Bus, Options};
use securechat_http_kit::RateLimit;
use securechat_kernel::{ClockRef, IdGeneratorRef, RandomRef, UserId};
use securechat_metrics::{IntCounterVec, services::MAILS};
use securechat_outbox::{Outbox, Relay};
use securechat_pages::{FormGuard, Pages};
use securechat_runtime::{Check, Process, StartError};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::Notify;
use url::Url;

/// The service's parts, wired. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) verifier: Verifier,
    pub(crate) pages: Pages,
    pub(crate) guard: FormGuard,
    /// Registrations and mails asked for, by address.
    pub(crate) asked: RateLimit,
    passwords: Passwords,
    outbox: Outbox,
    bus: Bus,
    mailer: Option<Arc<Mailer>>,
    mail_wake: Arc<Notify>,
    mails: IntCounterVec,
    registration: securechat_config::Registration,
    public_url: Url,
    confirmation_hours: u32,
    clock: ClockRef,
    ids: IdGeneratorRef,
    random: RandomRef,
}

/// Somebody who registers.
pub(crate) struct Registration {
    pub(crate) user_name: UserName,
    pub(crate) email: Email,
    pub(crate) password: NewPassword,
    /// The pending sign-in, or empty.
    pub(crate) return_to: String,
}

impl App {
    pub(crate) fn new(config: &securechat_config::Account, process: &Process) -> Result<Self, StartError> {
        let pool = securechat_db::pool(&config.database)?;
        securechat_db::observe(&pool, &process.metrics);
        let http = client()?;
        let jwks = Jwks::new(&config.tokens, http);
        let options = Options { metrics: process.metrics.clone(), ..Options::named(ServiceName::Account.as_str()) };
        let bus = Bus::start(config.broker.clone(), options);
        Ok(Self {
            verifier: Verifier::new(ServiceName::Account, &config.tokens, jwks, process.clock.clone()),
            pages: pages::load(&config.public_url)?,
            guard: FormGuard::new("/account", &config.public_url, process.random.clone()),
            asked: RateLimit::new(config.mails_per_hour, Duration::from_hours(1)),
            passwords: Passwords::new(config.password_checks_max)?,
            outbox: Outbox::new(pool.clone(), ServiceName::Account, process.clock.clone(), process.ids.clone())
                .counted(&process.metrics),
            store: Store { pool },
            bus,
            mailer: config.mail.as_ref().map(Mailer::new).transpose()?.map(Arc::new),
            mail_wake: Arc::default(),
            mails: process.metrics.counter(MAILS),
            registration: config.registration,
            public_url: config.public_url.clone(),
            confirmation_hours: config.confirmation_hours,
            clock: process.clock.clone(),
            ids: process.ids.clone(),
            random: process.random.clone(),
        })
    }

    /// Registers somebody: account, event and mail together or not at all. (W-11, B-01, B-23)
    pub(crate) async fn register(&self, person: &Registration) -> Result<Account, Error> {
        if self.registration == securechat_config::Registration::Closed {
            return Err(Error::RegistrationClosed);
        }
        let confirmed = self.mailer.is_none();
        let roles = vec![if confirmed { Role::User } else { Role::UnconfirmedUser }];
        let hash = self.passwords.hash(person.password.as_str()).await?;
        let new = self.new_account(person.user_name.clone(), person.email.clone(), hash, roles, confirmed);
        self.add(&new, (!confirmed).then_some(person.return_to.as_str())).await?;
        self.mail_wake.notify_one();
        Ok(Account {
            id: new.id,
            user_name: new.user_name.as_str().to_owned(),
            email: new.email.as_str().to_owned(),
            email_verified: confirmed,
            auth_epoch: 1,
            roles: new.roles,
            created_at: new.created_at,
            modified_at: new.created_at,
        })
    }

    /// Adds a ready-made account unless its name or address is taken. (W-19)
    pub(crate) async fn seed(
        &self,
        user_name: UserName,
        email: Email,
        password: &str,
        roles: Vec<Role>,
    ) -> Result<bool, Error> {
        if self.store.credentials(user_name.as_str()).await?.is_some() {
            return Ok(false);
        }
        let hash = self.passwords.hash(password).await?;
        match self.add(&self.new_account(user_name, email, hash, roles, true), None).await {
            Ok(()) => Ok(true),
            Err(Error::UserNameTaken | Error::EmailTaken) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn new_account(
        &self,
        user_name: UserName,
        email: Email,
        hash: String,
        roles: Vec<Role>,
        confirmed: bool,
    ) -> NewAccount {
        NewAccount {
            id: UserId(self.ids.uuid_v7()),
            user_name,
            email,
            email_verified: confirmed,
            password_hash: hash,
            roles,
            created_at: self.clock.now(),
        }
    }

    async fn add(&self, new: &NewAccount, confirm_by_mail: Option<&str>) -> Result<(), Error> {
        let registered = UserRegistered {
            user_id: new.id,
            user_name: new.user_name.as_str().to_owned(),
            email: new.email.as_str().to_owned(),
        };
        let (registered, mail) = (&registered, self.ids.uuid_v7());
        self.outbox
            .transaction(|tx| {
                work(async move {
                    new.insert(tx).await?;
                    if let Some(return_to) = confirm_by_mail {
                        queue_confirmation(tx, mail, new.id, return_to, new.created_at).await?;
                    }
                    self.outbox.enqueue(tx, registered).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Confirms the address that a link was sent to. (W-12)
    pub(crate) async fn confirm(&self, token: &str) -> Result<(), Error> {
        let token = LinkToken::parse(token).ok_or(Error::UnusableLink)?;
        let (selector, hash, now) = (token.selector, token.verifier_hash(), self.clock.now());
        self.outbox
            .transaction(|tx| {
                work(async move {
                    let used = use_confirmation(tx, &selector, &hash, now).await?;
                    let (user_id, email, epoch) = used.ok_or(Error::UnusableLink)?;
                    if let Some(auth_epoch) = epoch {
                        self.outbox.enqueue(tx, &EmailConfirmed { user_id, email }).await?;
                        self.outbox.enqueue(tx, &AccessChanged { user_id, auth_epoch }).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Sends another link, if there is an account that waits for one; the answer is the same either way. (W-13)
    pub(crate) async fn resend(&self, email: &Email, return_to: &str) -> Result<(), Error> {
        let Some(account) = self.store.account_by_email(email).await?.filter(|a| !a.email_verified) else {
            return Ok(());
        };
        let (id, now) = (self.ids.uuid_v7(), self.clock.now());
        securechat_db::transaction(&self.store.pool, |tx| {
            work(async move { Ok::<_, Error>(queue_confirmation(tx, id, account.id, return_to, now).await?) })
        })
        .await?;
        self.mail_wake.notify_one();
        Ok(())
    }

    /// What the owner of name and password may do, if they match.
    pub(crate) async fn verify(&self, user_name: &str, password: &str) -> Result<Option<Grant>, Error> {
        let known = self.store.credentials(user_name).await?;
        let hash = known.as_ref().map(|(_, hash)| hash.as_str());
        let matches = self.passwords.verify(password, hash).await?;
        match known {
            Some((id, _)) if matches => self.grant(id).await,
            _ => Ok(None),
        }
    }

    /// What an account may do now. (W-18, B-52)
    pub(crate) async fn grant(&self, id: UserId) -> Result<Option<Grant>, Error> {
        let Some(account) = self.store.account(id).await? else { return Ok(None) };
        Ok(Some(Grant {
            user_id: account.id,
            permissions: permissions(&account.roles),
            user_name: account.user_name,
            email: account.email,
            email_verified: account.email_verified,
            roles: account.roles,
            auth_epoch: account.auth_epoch,
            created_at: account.created_at,
        }))
    }

    pub(crate) fn mail_worker(&self) -> Option<Worker> {
        Some(Worker {
            store: self.store.clone(),
            mailer: self.mailer.clone()?,
            wake: self.mail_wake.clone(),
            mails: self.mails.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            public_url: self.public_url.clone(),
            confirmation_hours: self.confirmation_hours,
        })
    }

    pub(crate) fn relay(&self) -> Relay {
        self.outbox.relay(Arc::new(self.bus.clone()), self.bus.connected())
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        let mut checks = vec![
            Check::needed("database", &self.store, |store| async move { store.ping().await }),
            Check::reported("signing-keys", self.verifier.jwks(), |jwks| async move { jwks.state().await }),
            Check::reported("broker", &self.bus, |bus| async move { bus.state() }),
        ];
        if let Some(mailer) = &self.mailer {
            checks.push(Check::reported("mail", mailer, |mailer| async move { mailer.ping().await }));
        }
        checks
    }
}

/// What `roles` allow, each permission once.
pub(crate) fn permissions(roles: &[Role]) -> Vec<Permission> {
    let all: BTreeSet<_> = roles.iter().flat_map(|role| role.permissions()).copied().collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: B-52, W-18.
    #[test]
    fn permissions_of_several_roles_are_named_once() {
        let all = permissions(&[Role::User, Role::Moderator, Role::User]);
        assert_eq!(all.len(), 7);
        assert!(permissions(&[Role::UnconfirmedUser]).is_empty());
    }
}
