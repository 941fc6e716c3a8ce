//! Password hashing: argon2id, on threads of their own, only so many at once — each takes 19 MiB, which stay for the next
//! one. Given back, an allocator would keep them all the same, several for every thread that ever hashed.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self, CustomizedPasswordHasher, PasswordVerifier,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A password cannot be hashed or a stored hash cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("password hashing failed: {0}")]
pub(crate) struct HashingFailed(String);

impl HashingFailed {
    fn from(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Hashes and verifies. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// Those that nobody uses now: at most as many as there are turns.
    hashers: Arc<Mutex<Vec<Hasher>>>,
    /// The hash of nobody's password: checking an unknown name costs as much as a known one.
    nobody: Arc<str>,
}

impl Passwords {
    /// At most `at_once` at the same time. Hashes once.
    pub(crate) fn new(at_once: u32) -> Result<Self, HashingFailed> {
        let hasher = Hasher::default();
        let nobody = hasher.hash("nobody has this password")?.into();
        let turns = Arc::new(Semaphore::new(at_once.max(1) as usize));
        Ok(Self { turns, hashers: Arc::new(Mutex::new(vec![hasher])), nobody })
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, HashingFailed> {
        let password = password.to_owned();
        self.in_turn(move |hasher| hasher.hash(&password)).await?
    }

    /// Whether `password` is the one that `stored` was made of; false for nobody, after the same time.
    pub(crate) async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, HashingFailed> {
        let known = stored.is_some();
        let (password, stored) = (password.to_owned(), stored.unwrap_or(&self.nobody).to_owned());
        let matches = self
            .in_turn(move |hasher| {
                let stored = PasswordHash::new(&stored).map_err(HashingFailed::from)?;
                Ok::<_, HashingFailed>(hasher.verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await??;
        Ok(matches && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> T + Send + 'static,
    ) -> Result<T, HashingFailed> {
        let turn = self.turns.clone().acquire_owned().await.map_err(HashingFailed::from)?;
        let hashers = Arc::clone(&self.hashers);
        let work = move || {
            let idle = || hashers.lock().unwrap_or_else(PoisonError::into_inner);
            let hasher = idle().pop().unwrap_or_default();
            let result = work(&hasher);
            idle().push(hasher);
            drop(turn);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(HashingFailed::from)
    }
}

/// Argon2 in memory that it keeps.
#[derive(Default)]
struct Hasher(RefCell<Vec<Block>>);

impl Hasher {
    fn hash(&self, password: &str) -> Result<String, HashingFailed> {
        let hash = self.hash_password_customized(password.as_bytes(), &Salt::generate(), None, None, Params::default());
        hash.map(|hash| hash.to_string()).map_err(HashingFailed::from)
    }
}

/// With it comes the verification, in constant time.
impl CustomizedPasswordHasher<PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> password_hash::Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let mut output = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
        let mut memory = self.0.borrow_mut();
        memory.resize(params.block_count(), Block::default());
        let argon2 = Argon2::new(algorithm, version, params.clone());
        argon2.hash_password_into_with_memory(password, salt, &mut output, memory.as_mut_slice())?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(Salt::new(salt)?),
            hash: Some(Output::new(&output)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordHasher as _;

    #[tokio::test]
    async fn a_password_is_verified_and_nobody_matches_nothing() {
        let passwords = Passwords::new(2).unwrap();
        let stored = passwords.hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse battery", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("wrong horse battery", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("nobody has this password", None).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_are_those_that_argon2_makes_and_reads_itself() {
        let passwords = Passwords::new(1).unwrap();
        let theirs = Argon2::default().hash_password(b"correct horse battery").unwrap().to_string();
        assert!(passwords.verify("correct horse battery", Some(&theirs)).await.unwrap());
        // In memory that holds what the former one left there.
        let ours = passwords.hash("correct horse battery").await.unwrap();
        let ours = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse battery", &ours).is_ok());
    }

    #[tokio::test]
    async fn memory_is_kept_for_as_many_as_hash_at_once() {
        let passwords = Passwords::new(2).unwrap();
        let hash = || passwords.hash("correct horse battery");
        let hashed = tokio::join!(hash(), hash(), hash(), hash(), hash(), hash());
        assert!(hashed.0.is_ok() && hashed.5.is_ok());
        assert!(passwords.hashers.lock().unwrap().len() <= 2);
    }
}
