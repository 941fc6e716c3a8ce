//! Which tokens were made void by a change of roles or password, until they would have ended anyway.

use securechat_kernel::UserId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The smallest epoch that is still good, for people whose access changed since this process started.
/// Fed by `account.access-changed.v1`.
#[derive(Debug, Default)]
pub struct Epochs {
    smallest_good: Mutex<HashMap<UserId, u64>>,
}

impl Epochs {
    /// Tokens of `user` below `epoch` are void from now on. A smaller epoch than known changes nothing.
    pub fn raise(&self, user: UserId, epoch: u64) {
        let mut map = self.smallest_good.lock().unwrap_or_else(PoisonError::into_inner);
        let known = map.entry(user).or_default();
        *known = (*known).max(epoch);
    }

    /// Whether a token of `user` with `epoch` is still good.
    pub fn is_good(&self, user: UserId, epoch: u64) -> bool {
        let map = self.smallest_good.lock().unwrap_or_else(PoisonError::into_inner);
        map.get(&user).is_none_or(|smallest| epoch >= *smallest)
    }
}
