//! Messages of a chat in the order of their numbers. Relays of several `chats` processes may hand them over slightly out of
//! order: a message that comes too early waits briefly for those before it. If they don't come, everybody in the chat
//! syncs.

use securechat_kernel::ChatId;
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use tokio::time::Instant;

/// How long a message waits for those before it.
pub(super) const PATIENCE: Duration = Duration::from_millis(300);
/// So many messages of a chat wait at most.
const HELD_MAX: usize = 128;

#[derive(Debug)]
struct Stream<T> {
    last: u64,
    held: BTreeMap<u64, T>,
    since: Instant,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    /// These are next, in order; maybe none.
    Deliver(Vec<T>),
    /// What is missing does not come.
    Sync,
}

/// The chats' last numbers and what waits.
#[derive(Debug)]
pub(super) struct Order<T>(HashMap<ChatId, Stream<T>>);

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Order<T> {
    /// The message `seq` of `chat` arrived. The first of a chat begins its order; old ones are dropped: whoever misses
    /// one was, or will be, told to sync.
    pub(super) fn take(&mut self, chat: ChatId, seq: u64, message: T, now: Instant) -> Next<T> {
        let stream = self.0.entry(chat).or_insert_with(|| Stream {
            last: seq.saturating_sub(1),
            held: BTreeMap::new(),
            since: now,
        });
        if seq <= stream.last {
            return Next::Deliver(Vec::new());
        }
        if stream.held.is_empty() {
            stream.since = now;
        }
        stream.held.insert(seq, message);
        let mut next = Vec::new();
        while let Some(message) = stream.held.remove(&(stream.last + 1)) {
            stream.last += 1;
            next.push(message);
        }
        if !next.is_empty() {
            stream.since = now;
        }
        if stream.held.len() > HELD_MAX { Self::give_up(stream) } else { Next::Deliver(next) }
    }

    /// Chats whose missing messages did not come in time.
    pub(super) fn overdue(&mut self, now: Instant) -> Vec<ChatId> {
        let mut chats = Vec::new();
        for (chat, stream) in &mut self.0 {
            if !stream.held.is_empty() && now.duration_since(stream.since) >= PATIENCE {
                Self::give_up(stream);
                chats.push(*chat);
            }
        }
        chats
    }

    /// Whether anything waits.
    pub(super) fn waits(&self) -> bool {
        self.0.values().any(|stream| !stream.held.is_empty())
    }

    /// Nobody here is in `chat` any more.
    pub(super) fn forget(&mut self, chat: ChatId) {
        self.0.remove(&chat);
    }

    /// A new queue: everything may have been missed.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }

    fn give_up(stream: &mut Stream<T>) -> Next<T> {
        stream.last = stream.held.keys().next_back().copied().unwrap_or(stream.last);
        stream.held.clear();
        Next::Sync
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Next::{Deliver, Sync};
    use securechat_kernel::{IdGenerator, SystemIds};

    fn chat() -> ChatId {
        SystemIds.uuid_v7().into()
    }

    #[test]
    fn messages_come_out_in_order_and_once() {
        let (mut order, chat, now) = (Order::default(), chat(), Instant::now());
        assert_eq!(order.take(chat, 7, 7, now), Deliver(vec![7]), "the first begins the order");
        assert_eq!(order.take(chat, 9, 9, now), Deliver(vec![]));
        assert_eq!(order.take(chat, 10, 10, now), Deliver(vec![]));
        assert!(order.waits());
        assert_eq!(order.take(chat, 8, 8, now), Deliver(vec![8, 9, 10]));
        assert_eq!(order.take(chat, 9, 9, now), Deliver(vec![]), "again");
        assert_eq!(order.take(chat, 6, 6, now), Deliver(vec![]), "before the order began");
        assert!(!order.waits());
    }

    #[test]
    fn what_does_not_come_in_time_makes_the_chat_sync_and_the_order_go_on() {
        let (mut order, chat, now) = (Order::default(), chat(), Instant::now());
        order.take(chat, 1, 1, now);
        order.take(chat, 3, 3, now);
        assert!(order.overdue(now + PATIENCE / 2).is_empty());
        assert_eq!(order.overdue(now + PATIENCE), [chat]);
        assert_eq!(order.take(chat, 2, 2, now), Deliver(vec![]), "the sync brought it");
        assert_eq!(order.take(chat, 4, 4, now), Deliver(vec![4]));
    }

    #[test]
    fn too_much_waiting_makes_the_chat_sync_at_once() {
        let (mut order, chat, now) = (Order::default(), chat(), Instant::now());
        order.take(chat, 1, 1, now);
        let outcomes: Vec<_> = (3..=HELD_MAX as u64 + 3).map(|seq| order.take(chat, seq, seq, now)).collect();
        assert_eq!(outcomes.last(), Some(&Sync));
        assert!(!order.waits());
    }

    #[test]
    fn chats_do_not_wait_for_each_other() {
        let (mut order, one, other, now) = (Order::default(), chat(), chat(), Instant::now());
        order.take(one, 1, 1, now);
        order.take(one, 5, 5, now);
        assert_eq!(order.take(other, 40, 40, now), Deliver(vec![40]));
        order.forget(one);
        assert!(!order.waits());
    }
}
