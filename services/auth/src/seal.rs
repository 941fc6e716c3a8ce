//! Encryption at rest: AES-256-GCM under the key-encryption key. (H-26, B-06)

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use securechat_config::{ConfigError, Secret};
use securechat_kernel::RandomRef;
use std::sync::Arc;

/// The key-encryption key cannot be used, or does not open what was sealed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error(transparent)]
    Unreadable(#[from] ConfigError),
    #[error("the key-encryption key must be 32 bytes in base64")]
    NotAKey,
    #[error("the key-encryption key does not open {0}; put the right key back — it is never replaced")]
    DoesNotOpen(String),
    #[error("sealing failed")]
    Failed,
}

/// Seals and opens small secrets, each bound to its name.
#[derive(Clone)]
pub(crate) struct Sealer {
    key: Arc<LessSafeKey>,
    random: RandomRef,
}

impl Sealer {
    pub(crate) fn new(file: &Secret, random: RandomRef) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(file.read()?.trim()).map_err(|_| SealError::NotAKey)?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| SealError::NotAKey)?;
        Ok(Self { key: Arc::new(LessSafeKey::new(key)), random })
    }

    /// Nonce and ciphertext.
    pub(crate) fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = self.random.bytes::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut sealed)
            .map_err(|_| SealError::Failed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let failed = || SealError::DoesNotOpen(name.to_owned());
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or_else(failed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| failed())?;
        let mut plain = sealed.to_vec();
        let length = self.key.open_in_place(nonce, Aad::from(name), &mut plain).map_err(|_| failed())?.len();
        plain.truncate(length);
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::SystemRandom;

    fn sealer(byte: u8) -> Sealer {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[byte; 32]).unwrap());
        Sealer { key: Arc::new(key), random: Arc::new(SystemRandom) }
    }

    /// Proves: H-26.
    #[test]
    fn only_the_same_key_and_name_open_what_was_sealed() {
        let sealed = sealer(1).seal("k1", b"secret").unwrap();
        assert_eq!(sealer(1).open("k1", &sealed).unwrap(), b"secret");
        assert!(sealer(2).open("k1", &sealed).is_err());
        assert!(sealer(1).open("k2", &sealed).is_err());
        assert!(sealer(1).open("k1", &sealed[..4]).is_err());
    }
}
