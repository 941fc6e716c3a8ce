//! The tables behind the registry: connections by id, by user and by group, always in step.

use crate::{Connection, Identity};
use securechat_kernel::ConnectionId;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

type Group<I> = HashMap<ConnectionId, Arc<Connection<I>>>;

#[derive(Debug)]
pub(super) struct Index<I> {
    ids: HashMap<ConnectionId, Arc<Connection<I>>>,
    users: HashMap<Box<str>, Vec<Arc<Connection<I>>>>,
    groups: HashMap<Arc<str>, Group<I>>,
}

impl<I> Default for Index<I> {
    fn default() -> Self {
        Self { ids: HashMap::new(), users: HashMap::new(), groups: HashMap::new() }
    }
}

impl<I: Identity> Index<I> {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<&Arc<Connection<I>>> {
        self.ids.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Connection<I>>> {
        self.ids.values()
    }

    pub(super) fn user(&self, user: &str) -> &[Arc<Connection<I>>] {
        self.users.get(user).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn group(&self, group: &str) -> impl Iterator<Item = &Arc<Connection<I>>> {
        self.groups.get(group).into_iter().flat_map(HashMap::values)
    }

    pub(super) fn insert(&mut self, connection: &Arc<Connection<I>>) -> bool {
        let Entry::Vacant(free) = self.ids.entry(connection.id()) else { return false };
        free.insert(Arc::clone(connection));
        let user = connection.identity().user();
        match self.users.get_mut(user) {
            Some(connections) => connections.push(Arc::clone(connection)),
            None => drop(self.users.insert(user.into(), vec![Arc::clone(connection)])),
        }
        true
    }

    pub(super) fn remove(&mut self, connection: &Connection<I>) {
        self.ids.remove(&connection.id());
        let user = connection.identity().user();
        if let Some(connections) = self.users.get_mut(user) {
            connections.retain(|other| other.id() != connection.id());
            if connections.is_empty() {
                self.users.remove(user);
            }
        }
        let groups = std::mem::take(&mut *connection.groups());
        for group in groups {
            self.take_out(connection.id(), &group);
        }
    }

    pub(super) fn join(&mut self, id: ConnectionId, group: &str) -> bool {
        let Some(connection) = self.ids.get(&id) else { return false };
        let name = match self.groups.get_key_value(group) {
            Some((name, members)) if members.contains_key(&id) => {
                debug_assert!(connection.groups().contains(name));
                return true;
            }
            Some((name, _)) => Arc::clone(name),
            None => Arc::from(group),
        };
        connection.groups().push(Arc::clone(&name));
        self.groups.entry(name).or_default().insert(id, Arc::clone(connection));
        true
    }

    pub(super) fn leave(&mut self, id: ConnectionId, group: &str) {
        if let Some(connection) = self.ids.get(&id) {
            connection.groups().retain(|name| **name != *group);
        }
        self.take_out(id, group);
    }

    fn take_out(&mut self, id: ConnectionId, group: &str) {
        if let Some(members) = self.groups.get_mut(group) {
            members.remove(&id);
            if members.is_empty() {
                self.groups.remove(group);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connection::{Activity, SendQueue},
        protocol::Protocol,
    };
    use tokio::time::Instant;

    #[derive(Debug)]
    struct User(&'static str);

    impl Identity for User {
        fn user(&self) -> &str {
            self.0
        }
    }

    fn connection(id: u128, user: &'static str) -> Arc<Connection<User>> {
        let (queue, activity) = (SendQueue::new(100, 100), Activity::new(Instant::now()));
        let id = ConnectionId(uuid::Uuid::from_u128(id));
        Arc::new(Connection::new(id, User(user), Protocol::Json, queue, activity))
    }

    /// Proves: W-39.
    #[test]
    fn a_user_is_all_her_connections_and_a_connection_leaves_nothing_behind() {
        let mut index = Index::default();
        let (a, b, c) = (connection(1, "alice"), connection(2, "alice"), connection(3, "bob"));
        for connection in [&a, &b, &c] {
            assert!(index.insert(connection));
        }
        assert!(!index.insert(&a), "an id is taken once");
        assert_eq!(index.user("alice").len(), 2);
        assert!(index.join(a.id(), "room") && index.join(a.id(), "room") && index.join(c.id(), "room"));
        assert_eq!(index.group("room").count(), 2);
        index.remove(&a);
        assert_eq!((index.user("alice").len(), index.group("room").count()), (1, 1));
        assert!(!index.join(a.id(), "room"), "who is gone can't join");
        index.leave(c.id(), "room");
        index.remove(&b);
        index.remove(&c);
        assert!(index.ids.is_empty() && index.users.is_empty() && index.groups.is_empty());
    }
}
