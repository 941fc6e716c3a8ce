//! Events arrive at least once; a push must not be seen twice.

use securechat_kernel::EventId;
use std::collections::HashSet;

/// So many ids in each of two generations.
const GENERATION: usize = 8_192;

/// The ids of recent events.
#[derive(Debug, Default)]
pub(super) struct Seen {
    young: HashSet<EventId>,
    old: HashSet<EventId>,
}

impl Seen {
    /// Notes `id`; `true` when it is new.
    pub(super) fn is_new(&mut self, id: EventId) -> bool {
        if self.old.contains(&id) || !self.young.insert(id) {
            return false;
        }
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_event_is_new_once_and_memory_is_bounded() {
        let mut seen = Seen::default();
        for n in 0..50_000_u128 {
            let id = EventId(Uuid::from_u128(n));
            assert!(seen.is_new(id) && !seen.is_new(id));
        }
        assert!(!seen.is_new(EventId(Uuid::from_u128(49_000))));
        assert!(seen.young.len() + seen.old.len() <= 2 * GENERATION);
    }
}
