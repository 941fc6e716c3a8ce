//! RSA-2048 private keys as PKCS#8.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};

pub(super) fn generate() -> Result<Vec<u8>, String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| "the generator failed".to_owned())?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| "the key has no DER form".to_owned())?;
    Ok(der.as_ref().to_vec())
}

pub(super) fn signing(pkcs8: &[u8]) -> Result<EncodingKey, String> {
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8));
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|error| error.to_string())
}

/// The public half, as it is published.
pub(super) fn public(pkcs8: &[u8], kid: &str) -> Result<Jwk, String> {
    let mut jwk = Jwk::from_encoding_key(&signing(pkcs8)?, Algorithm::RS256).map_err(|error| error.to_string())?;
    jwk.common.key_id = Some(kid.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}

/// The key's id (RFC 7638).
pub(super) fn thumbprint(pkcs8: &[u8]) -> Result<String, String> {
    public(pkcs8, "")?.thumbprint(ThumbprintHash::SHA256).map_err(|error| error.to_string())
}
