//! Who of the people connected here is in which chat. Loaded from `chats`, kept by versioned events; nothing of people
//! who are not connected here.

use securechat_contracts::dto::Membership;
use securechat_kernel::{ChatId, UserId};
use std::collections::{HashMap, HashSet};

/// Whether somebody is in a chat, and since which version of it.
#[derive(Debug, Clone, Copy)]
struct Change {
    version: u64,
    member: bool,
    round: u64,
}

#[derive(Debug, Default)]
struct Local {
    connections: usize,
    loaded: bool,
    chats: HashMap<ChatId, Change>,
}

/// The table. A round lasts as long as one queue of events: what an earlier round knew may have missed events.
#[derive(Debug, Default)]
pub(super) struct Memberships {
    people: HashMap<UserId, Local>,
    chats: HashMap<ChatId, HashSet<UserId>>,
    round: u64,
}

impl Memberships {
    /// A connection of `user` came; tells whether her chats are to be loaded.
    pub(super) fn arrive(&mut self, user: UserId) -> bool {
        let local = self.people.entry(user).or_default();
        local.connections += 1;
        !local.loaded
    }

    /// A connection of `user` went.
    pub(super) fn leave(&mut self, user: UserId) {
        let Some(local) = self.people.get_mut(&user) else { return };
        local.connections = local.connections.saturating_sub(1);
        if local.connections == 0
            && let Some(local) = self.people.remove(&user)
        {
            members_of(&local.chats).for_each(|chat| self.take_out(chat, user));
        }
    }

    /// A new queue is bound: everybody here is to be loaded again. What is known serves until then.
    pub(super) fn begin_round(&mut self) -> Vec<UserId> {
        self.round += 1;
        self.people.values_mut().for_each(|local| local.loaded = false);
        self.people.keys().copied().collect()
    }

    /// Which round this is.
    pub(super) fn round(&self) -> u64 {
        self.round
    }

    /// `chats` says what `user` is in; it was asked in `round`. Events of this round that are newer stand; what only an
    /// earlier round knew goes. `false` when the answer came too late to be of use.
    pub(super) fn load(&mut self, user: UserId, round: u64, chats: &[Membership]) -> bool {
        let Some(local) = self.people.get_mut(&user) else { return false };
        if round != self.round {
            return false;
        }
        local.loaded = true;
        let mut known = std::mem::take(&mut local.chats);
        let before: Vec<ChatId> = members_of(&known).collect();
        known.retain(|_, change| change.round == round);
        for Membership { chat_id, version } in chats {
            let newer = known.get(chat_id).is_some_and(|change| change.version > *version);
            if !newer {
                known.insert(*chat_id, Change { version: *version, member: true, round });
            }
        }
        let now: HashSet<ChatId> = members_of(&known).collect();
        local.chats = known;
        before.into_iter().filter(|chat| !now.contains(chat)).for_each(|chat| self.take_out(chat, user));
        for chat in now {
            self.chats.entry(chat).or_default().insert(user);
        }
        true
    }

    /// An event says that `user` is in `chat`, or not any more. `false` when it is old, or she is not connected here.
    pub(super) fn change(&mut self, chat: ChatId, user: UserId, version: u64, member: bool) -> bool {
        let round = self.round;
        let Some(local) = self.people.get_mut(&user) else { return false };
        if local.chats.get(&chat).is_some_and(|change| change.version >= version) {
            return false;
        }
        local.chats.insert(chat, Change { version, member, round });
        if member {
            self.chats.entry(chat).or_default().insert(user);
        } else {
            self.take_out(chat, user);
        }
        true
    }

    /// Members of `chat` who are connected here.
    pub(super) fn members(&self, chat: ChatId) -> impl Iterator<Item = UserId> {
        self.chats.get(&chat).into_iter().flatten().copied()
    }

    /// Whether `user`, connected here, is in `chat`.
    pub(super) fn is_member(&self, chat: ChatId, user: UserId) -> bool {
        self.chats.get(&chat).is_some_and(|members| members.contains(&user))
    }

    fn take_out(&mut self, chat: ChatId, user: UserId) {
        if let Some(members) = self.chats.get_mut(&chat) {
            members.remove(&user);
            if members.is_empty() {
                self.chats.remove(&chat);
            }
        }
    }
}

fn members_of(known: &HashMap<ChatId, Change>) -> impl Iterator<Item = ChatId> {
    known.iter().filter(|(_, change)| change.member).map(|(chat, _)| *chat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::{IdGenerator, SystemIds};

    fn ids() -> (UserId, UserId, ChatId, ChatId) {
        let id = || SystemIds.uuid_v7();
        (id().into(), id().into(), id().into(), id().into())
    }

    fn at(chat_id: ChatId, version: u64) -> Membership {
        Membership { chat_id, version }
    }

    #[test]
    fn only_people_connected_here_are_known_and_they_leave_nothing_behind() {
        let (alice, bob, room, _) = ids();
        let mut table = Memberships::default();
        assert!(table.arrive(alice));
        assert!(!table.change(room, bob, 1, true), "bob is not here");
        assert!(table.load(alice, 0, &[at(room, 1)]));
        assert!(!table.arrive(alice), "a second connection has nothing to load");
        assert_eq!(table.members(room).collect::<Vec<_>>(), [alice]);
        table.leave(alice);
        assert!(table.is_member(room, alice));
        table.leave(alice);
        assert!(table.people.is_empty() && table.chats.is_empty());
        assert!(!table.load(alice, 0, &[at(room, 1)]), "she has gone meanwhile");
    }

    #[test]
    fn an_event_newer_than_the_answer_stands_and_an_older_one_is_ignored() {
        let (alice, _, left, joined) = ids();
        let mut table = Memberships::default();
        table.arrive(alice);
        assert!(table.change(left, alice, 5, false));
        assert!(table.change(joined, alice, 3, true));
        assert!(table.load(alice, 0, &[at(left, 4), at(joined, 3)]));
        assert!(!table.is_member(left, alice), "she left after chats was asked");
        assert!(table.is_member(joined, alice));
        assert!(!table.change(joined, alice, 2, false), "an event from before she joined again");
        assert!(!table.change(joined, alice, 3, true), "the same event twice");
        assert!(table.change(joined, alice, 4, false));
        assert!(!table.is_member(joined, alice));
    }

    #[test]
    fn after_a_new_queue_what_the_old_one_knew_serves_until_it_is_replaced() {
        let (alice, _, kept, lost) = ids();
        let mut table = Memberships::default();
        table.arrive(alice);
        table.load(alice, 0, &[at(kept, 1), at(lost, 1)]);
        assert_eq!(table.begin_round(), [alice]);
        assert!(table.is_member(lost, alice));
        assert!(!table.load(alice, 0, &[at(kept, 1)]), "an answer to a question of the old round");
        assert!(table.load(alice, 1, &[at(kept, 1)]));
        assert!(table.is_member(kept, alice) && !table.is_member(lost, alice));
    }
}
