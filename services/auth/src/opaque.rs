//! Opaque secrets that leave us once and come back: cookies, codes, refresh tokens. Only their hash is stored; with
//! 256 random bits a plain SHA-256 is enough.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use securechat_kernel::RandomRef;
use sha2::{Digest, Sha256};

/// A secret as the holder has it.
pub(crate) struct Opaque(String);

/// What is stored of it.
pub(crate) type OpaqueHash = [u8; 32];

impl Opaque {
    pub(crate) fn new(random: &RandomRef) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random.bytes::<32>()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> OpaqueHash {
        hash(&self.0)
    }
}

pub(crate) fn hash(text: &str) -> OpaqueHash {
    Sha256::digest(text.as_bytes()).into()
}
