//! Connection tokens: signed and self-contained, so that negotiate and upgrade may land on different replicas.
//!
//! A token is base64url of `version (1) | connection id (16) | expiry, unix seconds (8) | tag (32)`. The tag is an
//! HMAC-SHA256 over the first three and the user's id: a token is only good for the user who negotiated it.

use crate::settings::TokenKey;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use securechat_kernel::ConnectionId;
use uuid::Uuid;

const VERSION: u8 = 1;
const SIGNED: usize = 1 + 16 + 8;
const CONTEXT: &[u8] = b"signalr connection token\0";

/// Why a token is not accepted. The client learns only that it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the connection token is malformed")]
    Malformed,
    #[error("the connection token is not signed by us for this user")]
    Forged,
    #[error("the connection token has expired")]
    Expired,
}

/// Makes a token that is good until `expires` (unix seconds).
pub(crate) fn issue(key: &TokenKey, id: ConnectionId, user: &str, expires: i64) -> String {
    let mut token = Vec::with_capacity(SIGNED + 32);
    token.push(VERSION);
    token.extend_from_slice(id.0.as_bytes());
    token.extend_from_slice(&expires.to_be_bytes());
    let mut context = hmac::Context::with_key(&key.0);
    feed(&mut context, &token, user);
    token.extend_from_slice(context.sign().as_ref());
    URL_SAFE_NO_PAD.encode(token)
}

/// Reads the connection id out of a token that one of `keys` signed for `user`.
pub(crate) fn verify(keys: &[TokenKey], token: &str, user: &str, now: i64) -> Result<ConnectionId, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenError::Malformed)?;
    let (signed, tag) = bytes.split_at_checked(SIGNED).ok_or(TokenError::Malformed)?;
    if signed.first() != Some(&VERSION) {
        return Err(TokenError::Malformed);
    }
    let mut message = Vec::with_capacity(CONTEXT.len() + SIGNED + user.len());
    message.extend_from_slice(CONTEXT);
    message.extend_from_slice(signed);
    message.extend_from_slice(user.as_bytes());
    if !keys.iter().any(|key| hmac::verify(&key.0, &message, tag).is_ok()) {
        return Err(TokenError::Forged);
    }
    let id = signed.get(1..17).and_then(|id| Uuid::from_slice(id).ok()).ok_or(TokenError::Malformed)?;
    let expires = signed.get(17..).and_then(|at| at.try_into().ok()).map(i64::from_be_bytes);
    match expires {
        Some(expires) if expires > now => Ok(ConnectionId(id)),
        _ => Err(TokenError::Expired),
    }
}

fn feed(context: &mut hmac::Context, signed: &[u8], user: &str) {
    context.update(CONTEXT);
    context.update(signed);
    context.update(user.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> TokenKey {
        TokenKey::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_token_is_good_on_every_replica_that_has_the_key_for_the_user_who_got_it_until_it_expires() {
        let id = ConnectionId(Uuid::from_u128(7));
        let token = issue(&key(1), id, "alice", 100);
        assert_eq!(verify(&[key(1)], &token, "alice", 99), Ok(id));
        assert_eq!(verify(&[key(2), key(1)], &token, "alice", 99), Ok(id), "an older key still verifies");
        assert_eq!(verify(&[key(1)], &token, "alice", 100), Err(TokenError::Expired));
        assert_eq!(verify(&[key(1)], &token, "bob", 99), Err(TokenError::Forged));
        assert_eq!(verify(&[key(2)], &token, "alice", 99), Err(TokenError::Forged));
    }

    #[test]
    fn a_changed_token_is_refused_whichever_character_was_changed() {
        let token = issue(&key(1), ConnectionId(Uuid::from_u128(7)), "alice", 100);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verify(&[key(1)], &changed, "alice", 99).is_err(), "character {at}");
        }
        assert_eq!(verify(&[key(1)], "", "alice", 99), Err(TokenError::Malformed));
        assert_eq!(verify(&[key(1)], "ü", "alice", 99), Err(TokenError::Malformed));
    }

    #[test]
    fn a_key_needs_thirty_two_bytes() {
        assert!(TokenKey::new(&[0; 31]).is_none());
    }
}
