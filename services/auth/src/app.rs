//! The service's parts, wired.

use crate::{
    accounts::{Accounts, OwnTokens},
    clients::Clients,
    counts::Counts,
    http::pages,
    issue::Issuer,
    keys::Keys,
    seal::Sealer,
    store::Store,
    throttle::Throttle,
};
use securechat_auth_verify::{Peer, client};
use securechat_config::Auth;
use securechat_contracts::ServiceName;
use securechat_kernel::{ClockRef, IdGeneratorRef, RandomRef};
use securechat_pages::{FormGuard, Pages};
use securechat_runtime::{Check, Process};
use std::sync::Arc;
use url::Url;

/// The service cannot be set up as configured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error(transparent)]
    Config(#[from] securechat_config::ConfigError),
    #[error(transparent)]
    Seal(#[from] crate::seal::SealError),
    #[error(transparent)]
    Cache(#[from] securechat_cache::CacheError),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Pages(#[from] securechat_pages::RenderError),
}

/// Everything an endpoint needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) public_url: Url,
    pub(crate) clients: Arc<Clients>,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) issuer: Issuer,
    pub(crate) accounts: Accounts,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) pages: Pages,
    pub(crate) guard: FormGuard,
    pub(crate) clock: ClockRef,
    pub(crate) ids: IdGeneratorRef,
    pub(crate) random: RandomRef,
    pub(crate) sign_in_days: u32,
    pub(crate) refresh_token_days: u32,
    pub(crate) counts: Counts,
}

impl App {
    pub(crate) fn new(config: &Auth, process: &Process) -> Result<Self, SetupError> {
        let pool = securechat_db::pool(&config.database)?;
        securechat_db::observe(&pool, &process.metrics);
        let store = Store::new(pool);
        let sealer = Sealer::new(&config.key_encryption_key_file, process.random.clone())?;
        let keys = Keys::new(config, store.clone(), sealer, process.clock.clone());
        let issuer = Issuer {
            name: format!("{}/auth", config.public_url.as_str().trim_end_matches('/')),
            access_token_seconds: config.access_token_seconds,
            clock: process.clock.clone(),
            ids: process.ids.clone(),
        };
        let tokens = Arc::new(OwnTokens { issuer: issuer.clone(), keys: keys.clone() });
        let http = client()?;
        Ok(Self {
            clients: Arc::new(Clients::new(&config.clients)),
            accounts: Accounts(Peer::new(ServiceName::Account, &config.account, http, tokens)),
            throttle: Arc::new(Throttle::new(&config.cache, config.failed_sign_ins_max)?),
            pages: pages::load(&config.public_url)?,
            guard: FormGuard::new("/auth", &config.public_url, process.random.clone()),
            public_url: config.public_url.clone(),
            clock: process.clock.clone(),
            ids: process.ids.clone(),
            random: process.random.clone(),
            sign_in_days: config.sign_in_days,
            refresh_token_days: config.refresh_token_days,
            counts: Counts::of(&process.metrics),
            store,
            keys,
            issuer,
        })
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        vec![
            Check::needed("database", &self.store, |store| async move { store.ping().await }),
            Check::needed("signing-keys", &self.keys, |keys| async move { keys.state() }),
            Check::reported("cache", &self.throttle, |throttle| async move { throttle.ping().await }),
        ]
    }
}
