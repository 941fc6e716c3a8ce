//! Randomness as a parameter: secrets come from the operating system's generator, tests from a seed.

use std::sync::Arc;

/// A source of random bytes fit for secrets.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` wholly.
    fn fill(&self, bytes: &mut [u8]);
}

/// A shared [`Random`].
pub type RandomRef = Arc<dyn Random>;

/// The operating system's cryptographic generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes);
    }
}

impl dyn Random {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
