//! From a bearer token to a caller (RFC 9068 section 4).

use crate::{Caller, Claims, Epochs, Jwks, JwksError, TOKEN_TYPE, User};
use jsonwebtoken::{Validation, decode, decode_header};
use securechat_config::TokenCheck;
use securechat_contracts::ServiceName;
use securechat_kernel::ClockRef;
use std::sync::Arc;
use time::OffsetDateTime;

/// Longer tokens are refused unread, in bytes.
const TOKEN_LENGTH_MAX: usize = 8 * 1024;
/// How far the issuer's clock may be off, in seconds.
const LEEWAY_SECONDS: i64 = 5;

/// The token is not good here. The reason is for the log and the developer: it tells nothing secret.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    /// It is no token of ours.
    #[error("the token cannot be read: {0}")]
    Unreadable(&'static str),
    /// The signature, the issuer or the audience is wrong.
    #[error("the token is not valid here: {0}")]
    Invalid(#[from] jsonwebtoken::errors::Error),
    /// It ended, or has not begun.
    #[error("the token is not valid at this time")]
    OutOfTime,
    /// The application was not allowed to call this service.
    #[error("the scope {0} is missing")]
    MissingScope(ServiceName),
    /// Roles or password changed since.
    #[error("the token is void: access changed since it was issued")]
    Superseded,
    /// The keys cannot be had: not the token's fault.
    #[error(transparent)]
    NoKeys(#[from] JwksError),
}

/// Verifies tokens for one service.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    service: ServiceName,
    issuer: String,
    jwks: Jwks,
    epochs: Arc<Epochs>,
    clock: ClockRef,
}

impl Verifier {
    /// For tokens that name `service` as audience. The keys are fetched from `config.jwks_url`.
    pub fn new(service: ServiceName, config: &TokenCheck, jwks: Jwks, clock: ClockRef) -> Self {
        let issuer = config.issuer.as_str().trim_end_matches('/').to_owned();
        Self(Arc::new(Inner { service, issuer, jwks, epochs: Arc::default(), clock }))
    }

    /// The service that the tokens are for.
    pub fn service(&self) -> ServiceName {
        self.0.service
    }

    /// Which tokens are void since access changed; feed it from `account.access-changed.v1`.
    pub fn epochs(&self) -> &Arc<Epochs> {
        &self.0.epochs
    }

    /// The keys; run [`Jwks::keep_fresh`] as a background task.
    pub fn jwks(&self) -> &Jwks {
        &self.0.jwks
    }

    /// Who sends `token`.
    ///
    /// # Errors
    /// [`InvalidToken`]
    pub async fn verify(&self, token: &str) -> Result<Caller, InvalidToken> {
        let claims = self.claims(token).await?;
        let now = self.0.clock.now().unix_timestamp();
        if claims.exp + LEEWAY_SECONDS <= now || claims.iat - LEEWAY_SECONDS > now {
            return Err(InvalidToken::OutOfTime);
        }
        let caller = caller(claims)?;
        if let Caller::User(user) = &caller {
            if !user.scopes.iter().any(|scope| scope == self.0.service.as_str()) {
                return Err(InvalidToken::MissingScope(self.0.service));
            }
            if !self.0.epochs.is_good(user.id, user.auth_epoch) {
                return Err(InvalidToken::Superseded);
            }
        }
        Ok(caller)
    }

    async fn claims(&self, token: &str) -> Result<Claims, InvalidToken> {
        if token.len() > TOKEN_LENGTH_MAX {
            return Err(InvalidToken::Unreadable("it is too long"));
        }
        let header = decode_header(token)?;
        if !header.typ.as_deref().is_some_and(is_access_token) {
            return Err(InvalidToken::Unreadable("it is not an access token"));
        }
        let kid = header.kid.ok_or(InvalidToken::Unreadable("it names no key"))?;
        let (key, algorithm) =
            self.0.jwks.key(&kid).await?.ok_or(InvalidToken::Unreadable("it names an unknown key"))?;
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.0.issuer]);
        validation.set_audience(&[self.0.service.audience()]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The time is checked by `verify`, against the clock it was given.
        validation.validate_exp = false;
        Ok(decode::<Claims>(token, &key, &validation)?.claims)
    }
}

fn is_access_token(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ) == TOKEN_TYPE
}

fn caller(claims: Claims) -> Result<Caller, InvalidToken> {
    let (Some(sid), Some(auth_epoch)) = (claims.sid, claims.auth_epoch) else {
        if claims.sub != claims.client_id {
            return Err(InvalidToken::Unreadable("it belongs to nobody"));
        }
        let service = claims.sub.parse().map_err(|_| InvalidToken::Unreadable("it belongs to no service"))?;
        return Ok(Caller::Service(service));
    };
    let expires_at =
        OffsetDateTime::from_unix_timestamp(claims.exp).map_err(|_| InvalidToken::Unreadable("its end is no time"))?;
    Ok(Caller::User(User {
        id: claims.sub.parse().map_err(|_| InvalidToken::Unreadable("its subject is no person"))?,
        sid: sid.parse().map_err(|_| InvalidToken::Unreadable("its sign-in is no id"))?,
        auth_epoch,
        client_id: claims.client_id,
        scopes: claims.scope.split_ascii_whitespace().map(ToOwned::to_owned).collect(),
        permissions: claims.permissions,
        expires_at,
    }))
}
