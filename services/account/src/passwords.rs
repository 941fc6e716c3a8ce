//! Password hashing: argon2id, on threads of their own, only so many at once — each takes 19 MiB.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A password cannot be hashed or a stored hash cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("password hashing failed: {0}")]
pub(crate) struct HashingFailed(String);

/// Hashes and verifies. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// The hash of nobody's password: checking an unknown name costs as much as a known one.
    nobody: Arc<str>,
}

impl Passwords {
    /// At most `at_once` at the same time. Hashes once.
    pub(crate) fn new(at_once: u32) -> Result<Self, HashingFailed> {
        let nobody = hash("nobody has this password").map(Arc::from)?;
        Ok(Self { turns: Arc::new(Semaphore::new(at_once.max(1) as usize)), nobody })
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, HashingFailed> {
        let password = password.to_owned();
        self.in_turn(move || hash(&password)).await?
    }

    /// Whether `password` is the one that `stored` was made of; false for nobody, after the same time.
    pub(crate) async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, HashingFailed> {
        let known = stored.is_some();
        let (password, stored) = (password.to_owned(), stored.unwrap_or(&self.nobody).to_owned());
        let matches = self
            .in_turn(move || {
                let stored = PasswordHash::new(&stored).map_err(|error| HashingFailed(error.to_string()))?;
                Ok::<_, HashingFailed>(Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await??;
        Ok(matches && known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashingFailed> {
        let failed = |error: &dyn std::fmt::Display| HashingFailed(error.to_string());
        let turn = self.turns.clone().acquire_owned().await.map_err(|error| failed(&error))?;
        let work = move || {
            let result = work();
            drop(turn);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }
}

fn hash(password: &str) -> Result<String, HashingFailed> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| HashingFailed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_and_nobody_matches_nothing() {
        let passwords = Passwords::new(2).unwrap();
        let stored = passwords.hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse battery", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("wrong horse battery", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("nobody has this password", None).await.unwrap());
    }
}
