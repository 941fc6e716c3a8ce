use super::Uid;
use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

/// Longer than a write may take.
const REMEMBERED: Duration = Duration::from_secs(10);

/// What a watch told to be gone a short while ago: the answer to a write that came before may still be on its way,
/// and must not bring it back.
#[derive(Debug, Default)]
pub(super) struct Gone {
    uids: HashSet<Uid>,
    since: VecDeque<(Instant, Uid)>,
}

impl Gone {
    pub(super) fn has(&self, uid: &Uid) -> bool {
        self.uids.contains(uid)
    }

    pub(super) fn add(&mut self, uid: Uid) {
        while self.since.front().is_some_and(|(at, _)| at.elapsed() > REMEMBERED) {
            self.since.pop_front().map(|(_, uid)| self.uids.remove(&uid));
        }
        if self.uids.insert(uid.clone()) {
            self.since.push_back((Instant::now(), uid));
        }
    }
}
