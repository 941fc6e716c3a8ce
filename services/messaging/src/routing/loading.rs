//! Loading people's chats in batches: many connections that come at once, as after a rollout, make few calls.

use super::Routing;
use crate::{
    chats::{Chats, PEOPLE_MAX},
    push,
};
use securechat_auth_verify::PeerError;
use securechat_kernel::UserId;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// People are told to sync in slices, so that they don't all ask at once.
const SLICE: usize = 50;
const SLICE_PAUSE: Duration = Duration::from_millis(50);

/// Who is to be loaded, and who waits for that.
pub(crate) type Asked = mpsc::UnboundedReceiver<(UserId, Option<oneshot::Sender<()>>)>;

/// Asks for loading. There is at most one question for each connection.
pub(super) struct Loading(mpsc::UnboundedSender<(UserId, Option<oneshot::Sender<()>>)>);

impl Loading {
    pub(super) fn new() -> (Self, Asked) {
        let (sender, asked) = mpsc::unbounded_channel();
        (Self(sender), asked)
    }

    /// `user`'s chats are to be loaded. With nobody waiting, she is told to sync afterwards.
    pub(super) fn ask(&self, user: UserId, waits: Option<oneshot::Sender<()>>) {
        // The loader ends with the process.
        let _ = self.0.send((user, waits));
    }
}

#[derive(Default)]
struct Pending {
    waiting: HashMap<UserId, Vec<oneshot::Sender<()>>>,
    /// To be told to sync: they were here before it was known in which chats they are.
    late: HashSet<UserId>,
}

impl Pending {
    fn add(&mut self, (user, waits): (UserId, Option<oneshot::Sender<()>>)) {
        let waiting = self.waiting.entry(user).or_default();
        match waits {
            Some(waits) => waiting.push(waits),
            None => drop(self.late.insert(user)),
        }
    }
}

/// Loads what is asked for, until dropped.
pub(crate) async fn run(routing: Routing, chats: Chats, mut asked: Asked) {
    let (nudge, nudged) = mpsc::unbounded_channel();
    let nudging = tell_to_sync(routing.clone(), nudged);
    let loading = async {
        let (mut pending, mut pause) = (Pending::default(), PAUSE_FIRST);
        loop {
            if pending.waiting.is_empty() {
                let Some(first) = asked.recv().await else { return };
                pending.add(first);
            }
            while let Ok(next) = asked.try_recv() {
                pending.add(next);
            }
            match load(&routing, &chats, &mut pending).await {
                Ok(late) => {
                    pause = PAUSE_FIRST;
                    let _ = nudge.send(late);
                }
                Err(error) => {
                    tracing::warn!(%error, "it is not known who is in which chat");
                    // Whoever waits now goes on, and syncs later.
                    pending.late.extend(pending.waiting.keys());
                    pending.waiting.values_mut().for_each(Vec::clear);
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    };
    tokio::join!(loading, nudging);
}

/// Loads one batch; returns those of it who are to sync. A question answered too late, for another queue's round, is
/// asked again by whoever began that round.
async fn load(routing: &Routing, chats: &Chats, pending: &mut Pending) -> Result<Vec<UserId>, PeerError> {
    let users: Vec<UserId> = pending.waiting.keys().copied().take(PEOPLE_MAX).collect();
    let round = routing.state().memberships.round();
    let answer = chats.memberships(users.clone()).await?;
    let mut of: HashMap<UserId, _> = answer.into_iter().map(|of| (of.user_id, of.chats)).collect();
    let mut late = Vec::new();
    for user in users {
        let loaded = routing.state().memberships.load(user, round, &of.remove(&user).unwrap_or_default());
        for waits in pending.waiting.remove(&user).unwrap_or_default() {
            let _ = waits.send(());
        }
        if pending.late.remove(&user) && loaded {
            late.push(user);
        }
    }
    Ok(late)
}

async fn tell_to_sync(routing: Routing, mut nudged: mpsc::UnboundedReceiver<Vec<UserId>>) {
    let Ok(made) = push::sync_required() else { return };
    while let Some(users) = nudged.recv().await {
        for slice in users.chunks(SLICE) {
            routing.send_all(slice.iter().copied(), &made);
            sleep(SLICE_PAUSE).await;
        }
    }
}
