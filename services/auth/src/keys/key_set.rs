use super::{KeysError, rsa};
use crate::{seal::Sealer, store::StoredKey};
use jsonwebtoken::{
    DecodingKey, EncodingKey,
    jwk::{Jwk, JwkSet},
};
use time::OffsetDateTime;

/// Opened keys, the newest last.
pub(crate) struct KeySet(Vec<OpenKey>);

struct OpenKey {
    signing: SigningKey,
    public: Jwk,
    signs_from: OffsetDateTime,
    signs_until: OffsetDateTime,
}

/// A key that signs.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) key: EncodingKey,
}

impl KeySet {
    pub(super) fn open(stored: &[StoredKey], sealer: &Sealer) -> Result<Self, KeysError> {
        stored.iter().map(|key| open(key, sealer)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn signing(&self, now: OffsetDateTime) -> Option<SigningKey> {
        let signs = |key: &&OpenKey| key.signs_from <= now && now < key.signs_until;
        // Right after a late rotation the old key goes on until every replica knows the new one.
        self.0.iter().find(signs).or(self.0.last()).map(|key| key.signing.clone())
    }

    /// What is published (RFC 7517 section 5): public halves only.
    pub(crate) fn published(&self) -> JwkSet {
        JwkSet { keys: self.0.iter().map(|key| key.public.clone()).collect() }
    }

    /// The key to verify our own tokens with.
    pub(crate) fn verifying(&self, kid: &str) -> Option<DecodingKey> {
        let key = self.0.iter().find(|key| key.signing.kid == kid)?;
        DecodingKey::from_jwk(&key.public).ok()
    }
}

fn open(stored: &StoredKey, sealer: &Sealer) -> Result<OpenKey, KeysError> {
    let private = sealer.open(&stored.kid, &stored.sealed)?;
    Ok(OpenKey {
        signing: SigningKey { kid: stored.kid.clone(), key: rsa::signing(&private).map_err(KeysError::Key)? },
        public: rsa::public(&private, &stored.kid).map_err(KeysError::Key)?,
        signs_from: stored.signs_from,
        signs_until: stored.signs_until,
    })
}
