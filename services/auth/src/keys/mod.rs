//! Signing keys: made, sealed and stored once for all replicas; announced before they sign, published after they
//! stopped. (H-26)

mod key_set;
mod rsa;

pub(crate) use key_set::{KeySet, SigningKey};

use crate::{
    seal::{SealError, Sealer},
    store::{Store, StoredKey},
};
use securechat_config::Auth;
use securechat_kernel::ClockRef;
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use time::OffsetDateTime;

/// Every replica looks for keys made by others so often.
const RELOAD: Duration = Duration::from_secs(20);
const RETRY: Duration = Duration::from_millis(500);

/// The keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the signing keys cannot be read")]
    Store(#[from] securechat_db::Error),
    #[error("a signing key cannot be made or used: {0}")]
    Key(String),
    #[error("no signing key yet")]
    None,
}

/// The signing keys of this replica. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    store: Store,
    sealer: Sealer,
    clock: ClockRef,
    lifetimes: Lifetimes,
    current: RwLock<Result<Arc<KeySet>, String>>,
}

struct Lifetimes {
    signs: time::Duration,
    announced: time::Duration,
    /// A token signed last must still be verifiable.
    published_after: time::Duration,
}

impl Keys {
    pub(crate) fn new(config: &Auth, store: Store, sealer: Sealer, clock: ClockRef) -> Self {
        let lifetimes = Lifetimes {
            signs: time::Duration::days(config.key_days.into()),
            announced: time::Duration::seconds(i64::try_from(config.key_announce_seconds).unwrap_or(i64::MAX)),
            published_after: time::Duration::hours(1) + time::Duration::seconds(config.access_token_seconds.into()),
        };
        let current = RwLock::new(Err(KeysError::None.to_string()));
        Self(Arc::new(Inner { store, sealer, clock, lifetimes, current }))
    }

    /// The keys as last loaded.
    pub(crate) fn current(&self) -> Result<Arc<KeySet>, KeysError> {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone().map_err(KeysError::Key)
    }

    /// Why there are no keys, if so.
    pub(crate) fn state(&self) -> Result<(), String> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// The key that signs now.
    pub(crate) fn signing(&self) -> Result<SigningKey, KeysError> {
        self.current()?.signing(self.0.clock.now()).ok_or(KeysError::None)
    }

    /// Loads, makes and reloads keys; ends never.
    pub(crate) async fn keep_current(self) {
        let mut told = String::new();
        loop {
            let pause = match self.load().await {
                Ok(()) => {
                    told.clear();
                    RELOAD
                }
                Err(error) => {
                    let now = format!("{error}");
                    if now != told {
                        tracing::error!(error = now, "signing keys are not available");
                        told = now;
                    }
                    RETRY
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Loads the keys, making those that are missing.
    pub(crate) async fn load(&self) -> Result<(), KeysError> {
        let loaded = self.load_set().await;
        let mut current = self.0.current.write().unwrap_or_else(PoisonError::into_inner);
        match loaded {
            Ok(set) => {
                *current = Ok(Arc::new(set));
                Ok(())
            }
            Err(error) => {
                // A database that is away for a while takes nothing from keys that are already known.
                if !matches!((&*current, &error), (Ok(_), KeysError::Store(_))) {
                    *current = Err(error.to_string());
                }
                Err(error)
            }
        }
    }

    async fn load_set(&self) -> Result<KeySet, KeysError> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let mut stored = inner.store.keys(now).await?;
        if inner.lifetimes.missing(&stored, now).is_some() {
            // Whoever cannot open the old keys must not make new ones beside them.
            KeySet::open(&stored, &inner.sealer)?;
            let make = |stored: &[StoredKey]| match inner.lifetimes.missing(stored, now) {
                Some(signs_from) => Ok(vec![inner.make(signs_from)?]),
                None => Ok(Vec::new()),
            };
            stored = inner.store.add_keys::<KeysError>(now, make).await?;
        }
        KeySet::open(&stored, &inner.sealer)
    }
}

impl Inner {
    fn make(&self, signs_from: OffsetDateTime) -> Result<StoredKey, KeysError> {
        let private = rsa::generate().map_err(KeysError::Key)?;
        let kid = rsa::thumbprint(&private).map_err(KeysError::Key)?;
        let signs_until = signs_from + self.lifetimes.signs;
        let published_until = signs_until + self.lifetimes.published_after;
        let sealed = self.sealer.seal(&kid, &private)?;
        tracing::info!(kid, %signs_from, "made a signing key");
        Ok(StoredKey { kid, sealed, signs_from, signs_until, published_until })
    }
}

impl Lifetimes {
    /// When the missing key is to sign from: now, when none signs; at the end of the last one, when that is near.
    fn missing(&self, keys: &[StoredKey], now: OffsetDateTime) -> Option<OffsetDateTime> {
        match keys.iter().map(|key| key.signs_until).max() {
            None => Some(now),
            Some(until) if until <= now => Some(now),
            Some(until) if until - self.announced <= now => Some(until),
            Some(_) => None,
        }
    }
}
