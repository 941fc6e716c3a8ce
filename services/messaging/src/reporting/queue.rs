//! What is still to be told of connections: bounded, and never wrong for being bounded.

use securechat_kernel::{ConnectionId, UserId};
use std::collections::VecDeque;
use time::OffsetDateTime;
use uuid::Uuid;

/// What happened to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Opened,
    Active,
    Closed,
}

/// One thing to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) user: UserId,
    pub(super) connection: ConnectionId,
    pub(super) number: u64,
    pub(super) what: What,
    pub(super) at: OffsetDateTime,
}

/// Notes in order, under the name of the replica that tells them.
///
/// When too many wait — the broker is away for long — all are dropped and the replica takes a new name, under which it
/// announces the connections it has: whatever is still known under the old name, which nobody hears of any more, expires.
#[derive(Debug)]
pub(super) struct Waiting {
    replica: Uuid,
    notes: VecDeque<Note>,
    announce: bool,
    max: usize,
}

impl Waiting {
    pub(super) fn new(replica: Uuid, max: usize) -> Self {
        Self { replica, notes: VecDeque::new(), announce: false, max }
    }

    pub(super) fn replica(&self) -> Uuid {
        self.replica
    }

    /// Adds a note; `new_name` is only asked when the notes collapse.
    pub(super) fn add(&mut self, note: Note, new_name: impl FnOnce() -> Uuid) {
        if self.notes.len() < self.max {
            self.notes.push_back(note);
        } else {
            *self = Self { announce: true, ..Self::new(new_name(), self.max) };
        }
    }

    /// Everything is to be announced.
    pub(super) fn announce(&mut self) {
        self.announce = true;
    }

    /// Whether everything is to be announced; asked once.
    pub(super) fn take_announce(&mut self) -> bool {
        std::mem::take(&mut self.announce)
    }

    /// The oldest notes, at most `count`, taken out.
    pub(super) fn take(&mut self, count: usize) -> Vec<Note> {
        self.notes.drain(..count.min(self.notes.len())).collect()
    }

    /// Notes that could not be told under the name `replica` wait again, before the others.
    pub(super) fn give_back(&mut self, replica: Uuid, notes: impl DoubleEndedIterator<Item = Note>) {
        if replica == self.replica {
            notes.rev().for_each(|note| self.notes.push_front(note));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.notes.is_empty() && !self.announce
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::{IdGenerator, SystemIds};

    fn note(number: u64) -> Note {
        let id = SystemIds.uuid_v7();
        let at = OffsetDateTime::UNIX_EPOCH;
        Note { user: id.into(), connection: id.into(), number, what: What::Opened, at }
    }

    #[test]
    fn notes_keep_their_order_also_when_some_come_back() {
        let mut waiting = Waiting::new(Uuid::nil(), 10);
        (1..=4).for_each(|n| waiting.add(note(n), || panic!("not full")));
        let taken = waiting.take(3);
        waiting.give_back(Uuid::nil(), taken.into_iter().skip(1));
        let numbers: Vec<u64> = waiting.take(10).iter().map(|note| note.number).collect();
        assert_eq!(numbers, [2, 3, 4]);
        assert!(waiting.is_empty());
    }

    /// Proves: H-23.
    #[test]
    fn too_many_notes_collapse_into_an_announcement_under_a_new_name() {
        let mut waiting = Waiting::new(Uuid::nil(), 2);
        waiting.add(note(1), Uuid::max);
        waiting.add(note(2), Uuid::max);
        let taken = waiting.take(1);
        waiting.add(note(3), Uuid::max);
        assert_eq!(waiting.replica(), Uuid::nil());
        waiting.add(note(4), Uuid::max);
        assert_eq!(waiting.replica(), Uuid::max());
        waiting.give_back(Uuid::nil(), taken.into_iter());
        assert!(waiting.take(10).is_empty(), "what was told under the old name is not told under the new one");
        assert!(waiting.take_announce() && !waiting.take_announce());
    }
}
