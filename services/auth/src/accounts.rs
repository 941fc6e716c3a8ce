//! What `account` knows: passwords and permissions.

use crate::{issue::Issuer, keys::Keys};
use async_trait::async_trait;
use securechat_auth_verify::{Peer, PeerError, ServiceTokenError, ServiceTokens};
use securechat_contracts::{
    ProblemKind, ServiceName,
    dto::{Grant, VerifyCredentials},
};
use securechat_kernel::UserId;

/// The service `account`.
#[derive(Clone)]
pub(crate) struct Accounts(pub(crate) Peer);

impl Accounts {
    /// Whose name and password these are, if anybody's.
    pub(crate) async fn verify(&self, credentials: &VerifyCredentials) -> Result<Option<Grant>, PeerError> {
        match self.0.post("/internal/account/verify-credentials", credentials).await {
            Ok(grant) => Ok(Some(grant)),
            Err(PeerError::Problem { problem, .. }) if problem.kind() == Some(ProblemKind::InvalidCredentials) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What the account may do now; none when it is gone.
    pub(crate) async fn grant(&self, user: UserId) -> Result<Option<Grant>, PeerError> {
        match self.0.get(&format!("/internal/account/users/{user}/grant")).await {
            Ok(grant) => Ok(Some(grant)),
            Err(PeerError::Problem { problem, .. }) if problem.kind() == Some(ProblemKind::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Our own service tokens: nobody needs to be asked for them.
pub(crate) struct OwnTokens {
    pub(crate) issuer: Issuer,
    pub(crate) keys: Keys,
}

#[async_trait]
impl ServiceTokens for OwnTokens {
    async fn token(&self, callee: ServiceName) -> Result<String, ServiceTokenError> {
        let failed = |error: &dyn std::fmt::Display| ServiceTokenError::NotMade(error.to_string());
        let key = self.keys.signing().map_err(|error| failed(&error))?;
        let token = self.issuer.service_token(&key, ServiceName::Auth.as_str(), &[callee.audience()]);
        token.map_err(|error| failed(&error))
    }
}
