//! From events to the connections they concern.
//!
//! Every process has its own queue, bound before anything is loaded; so an event is either in the queue or in what is
//! loaded afterwards. After every (re)bind everybody connected here is loaded again and told to sync: what was published
//! meanwhile is lost to this process.

mod events;
mod loading;
mod memberships;
mod order;
mod seen;

pub(crate) use events::subscriptions;
pub(crate) use loading::{Asked, run as run_loading};

use crate::{person::Person, push};
use loading::Loading;
use memberships::Memberships;
use order::{Next, Order, PATIENCE};
use securechat_contracts::event::MessagePosted;
use securechat_kernel::{ChatId, EventId, UserId};
use securechat_signalr::{Connections, Push, PushError};
use securechat_trace_context::{Kind, TraceContext};
use seen::Seen;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, oneshot},
    time::{Instant, sleep},
};

/// A new connection waits so long for its chats; then they follow, with a request to sync.
const LOAD_PATIENCE: Duration = Duration::from_secs(3);
/// So many people's newest presence is remembered.
const PRESENCES_MAX: usize = 100_000;

/// Routes events. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Routing(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    connections: Connections<Person>,
    loading: Loading,
    /// A message waits for those before it.
    held: Notify,
}

#[derive(Default)]
struct State {
    memberships: Memberships,
    order: Order<Push>,
    seen: Seen,
    presences: HashMap<UserId, u64>,
}

impl Routing {
    /// Routing, and what is asked of its loader, which [`run_loading`] answers.
    pub(crate) fn new(connections: Connections<Person>) -> (Self, Asked) {
        let (loading, asked) = Loading::new();
        let inner = Inner { state: Mutex::default(), connections, loading, held: Notify::new() };
        (Self(Arc::new(inner)), asked)
    }

    /// A connection of `user` came. Returns when it is known in which chats she is, so that a sync she asks for
    /// afterwards leaves no gap; or, when `chats` is away, a little later.
    pub(crate) async fn arrive(&self, user: UserId) {
        if !self.state().memberships.arrive(user) {
            return;
        }
        let (done, loaded) = oneshot::channel();
        self.0.loading.ask(user, Some(done));
        if !matches!(tokio::time::timeout(LOAD_PATIENCE, loaded).await, Ok(Ok(()))) {
            tracing::warn!(%user, "a connection goes on before its chats are known");
        }
    }

    /// A connection of `user` went.
    pub(crate) fn leave(&self, user: UserId) {
        self.state().memberships.leave(user);
    }

    /// A new queue is bound.
    pub(crate) fn rebound(&self) {
        let users = {
            let mut state = self.state();
            state.order.forget_all();
            state.memberships.begin_round()
        };
        tracing::info!(people = users.len(), "events are followed through a new queue");
        for user in users {
            self.0.loading.ask(user, None);
        }
    }

    /// Whether `user`, connected here, is in `chat`.
    pub(crate) fn is_member(&self, chat: ChatId, user: UserId) -> bool {
        self.state().memberships.is_member(chat, user)
    }

    /// Gives up waiting for messages that do not come, for as long as the process runs.
    pub(crate) async fn keep_order(self) {
        loop {
            self.0.held.notified().await;
            while self.state().order.waits() {
                sleep(PATIENCE / 4).await;
                let mut state = self.state();
                for chat in state.order.overdue(Instant::now()) {
                    self.must_sync(&state, chat);
                }
            }
        }
    }

    /// A message was stored: members get it in the order of the chat's numbers.
    fn message(&self, event: &MessagePosted) -> Result<(), PushError> {
        let chat = event.chat_id;
        let mut guard = self.state();
        let state = &mut *guard;
        if state.memberships.members(chat).next().is_none() {
            state.order.forget(chat);
            return Ok(());
        }
        let made = push::message_posted(&event.message)?;
        // Sent under the lock: nothing may overtake.
        match state.order.take(chat, event.message.seq, made, Instant::now()) {
            Next::Deliver(pushes) => {
                let step = TraceContext::next().span(Kind::Producer, "push MessagePosted");
                step.in_scope(|| {
                    for made in &pushes {
                        self.send_all(state.memberships.members(chat), made);
                    }
                });
                if state.order.waits() {
                    self.0.held.notify_one();
                }
            }
            Next::Sync => self.must_sync(state, chat),
        }
        Ok(())
    }

    fn must_sync(&self, state: &State, chat: ChatId) {
        tracing::warn!(%chat, "messages are missing: its members are told to sync");
        if let Ok(made) = push::sync_required() {
            self.send_all(state.memberships.members(chat), &made);
        }
    }

    /// Whether the event `id` was not handled before.
    fn is_new(&self, id: EventId) -> bool {
        self.state().seen.is_new(id)
    }

    /// Whether `version` is the newest known of `user`'s presence.
    fn is_newest(&self, user: UserId, version: u64) -> bool {
        let presences = &mut self.state().presences;
        if presences.len() >= PRESENCES_MAX {
            presences.clear();
        }
        let known = presences.entry(user).or_default();
        let newest = version > *known;
        *known = version.max(*known);
        newest
    }

    fn members(&self, chat: ChatId) -> Vec<UserId> {
        self.state().memberships.members(chat).collect()
    }

    fn change(&self, chat: ChatId, user: UserId, version: u64, member: bool) -> bool {
        self.state().memberships.change(chat, user, version, member)
    }

    fn send_all(&self, users: impl IntoIterator<Item = UserId>, made: &Push) {
        for user in users {
            let mut text = [0; 36];
            self.0.connections.send_to_user(user.0.as_hyphenated().encode_lower(&mut text), made);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
