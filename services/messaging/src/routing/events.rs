//! What each event means for whom.

use super::Routing;
use crate::{hub::access_changed, person::Person, push, reporting::Reporter};
use securechat_auth_verify::Verifier;
use securechat_contracts::{
    Event,
    event::{
        AccessChanged, AnnounceRequested, ChatCreated, ChatDeleted, FriendshipCreated, FriendshipDeleted,
        FriendshipRequestAnswered, FriendshipRequested, InvitationAnswered, InvitationCreated, MemberJoined,
        MemberLeft, NotifyUsers, PresenceChanged, ReadMarkerMoved, Typing,
    },
};
use securechat_event_bus::{HandlerError, Received, Subscriptions};
use securechat_signalr::{Connection, PushError};
use std::future::ready;

type Done = Result<(), PushError>;

/// Everything a replica follows.
pub(crate) fn subscriptions(routing: &Routing, reporter: &Reporter, verifier: &Verifier) -> Subscriptions {
    let (reporter, epochs, own) = (reporter.clone(), verifier.epochs().clone(), routing.clone());
    let subscriptions = Subscriptions::new()
        .on(move |_: Received<AnnounceRequested>| {
            reporter.announce();
            ready(Ok(()))
        })
        .on(move |received: Received<AccessChanged>| {
            epochs.raise(received.event.user_id, received.event.auth_epoch);
            own.end_older(&received.event);
            ready(Ok(()))
        });
    let subscriptions = on(subscriptions, routing, Routing::friendship_requested);
    let subscriptions = on(subscriptions, routing, Routing::friendship_request_answered);
    let subscriptions = on(subscriptions, routing, Routing::friendship_created);
    let subscriptions = on(subscriptions, routing, Routing::friendship_deleted);
    let subscriptions = on(subscriptions, routing, Routing::presence_changed);
    let subscriptions = on(subscriptions, routing, Routing::message);
    let subscriptions = on(subscriptions, routing, Routing::chat_created);
    let subscriptions = on(subscriptions, routing, Routing::chat_deleted);
    let subscriptions = on(subscriptions, routing, Routing::member_joined);
    let subscriptions = on(subscriptions, routing, Routing::member_left);
    let subscriptions = on(subscriptions, routing, Routing::invitation_created);
    let subscriptions = on(subscriptions, routing, Routing::invitation_answered);
    let subscriptions = on(subscriptions, routing, Routing::read_marker_moved);
    let subscriptions = on(subscriptions, routing, Routing::typing);
    on(subscriptions, routing, Routing::notify)
}

/// Handles each event once, however often it arrives.
fn on<E: Event>(subscriptions: Subscriptions, routing: &Routing, handle: fn(&Routing, &E) -> Done) -> Subscriptions {
    let routing = routing.clone();
    subscriptions.on(move |received: Received<E>| {
        let done = if routing.is_new(received.id) { handle(&routing, &received.event) } else { Ok(()) };
        ready(done.map_err(HandlerError::from))
    })
}

impl Routing {
    fn friendship_requested(&self, event: &FriendshipRequested) -> Done {
        self.send_all([event.request.requestee.id], &push::friendship_request_received(&event.request)?);
        Ok(())
    }

    /// To both: the one who asked, and the other devices of the one who answered.
    fn friendship_request_answered(&self, event: &FriendshipRequestAnswered) -> Done {
        let both = [event.request.requester.id, event.request.requestee.id];
        self.send_all(both, &push::friendship_request_answered(&event.request)?);
        Ok(())
    }

    fn friendship_created(&self, event: &FriendshipCreated) -> Done {
        let both = event.friendship.users.each_ref().map(|person| person.id);
        self.send_all(both, &push::friendship_created(&event.friendship)?);
        Ok(())
    }

    fn friendship_deleted(&self, event: &FriendshipDeleted) -> Done {
        let both = event.users.each_ref().map(|person| person.id);
        self.send_all(both, &push::friendship_deleted(event)?);
        Ok(())
    }

    fn presence_changed(&self, event: &PresenceChanged) -> Done {
        if self.is_newest(event.user_id, event.version) {
            self.send_all(event.audience.iter().copied(), &push::presence(event)?);
        }
        Ok(())
    }

    fn chat_created(&self, event: &ChatCreated) -> Done {
        let added = push::chat_added(event.chat_id)?;
        for user in &event.members {
            if self.change(event.chat_id, *user, event.version, true) {
                self.send_all([*user], &added);
            }
        }
        Ok(())
    }

    fn chat_deleted(&self, event: &ChatDeleted) -> Done {
        let removed = push::chat_removed(event.chat_id)?;
        for user in &event.members {
            if self.change(event.chat_id, *user, event.version, false) {
                self.send_all([*user], &removed);
            }
        }
        self.state().order.forget(event.chat_id);
        Ok(())
    }

    fn member_joined(&self, event: &MemberJoined) -> Done {
        let MemberJoined { chat_id, user_id, version } = *event;
        if self.change(chat_id, user_id, version, true) {
            self.send_all([user_id], &push::chat_added(chat_id)?);
        }
        let others = self.members(chat_id).into_iter().filter(|member| *member != user_id);
        self.send_all(others, &push::members_changed(chat_id)?);
        Ok(())
    }

    fn member_left(&self, event: &MemberLeft) -> Done {
        let MemberLeft { chat_id, user_id, version } = *event;
        if self.change(chat_id, user_id, version, false) {
            self.send_all([user_id], &push::chat_removed(chat_id)?);
        }
        self.send_all(self.members(chat_id), &push::members_changed(chat_id)?);
        Ok(())
    }

    fn invitation_created(&self, event: &InvitationCreated) -> Done {
        self.send_all([event.invitation.invitee_id], &push::invitation_received(&event.invitation)?);
        Ok(())
    }

    /// To both: the one who invited, and the other devices of the one who answered.
    fn invitation_answered(&self, event: &InvitationAnswered) -> Done {
        let both = [event.invitation.inviter.id, event.invitation.invitee_id];
        self.send_all(both, &push::invitation_answered(&event.invitation)?);
        Ok(())
    }

    fn read_marker_moved(&self, event: &ReadMarkerMoved) -> Done {
        self.send_all([event.user_id], &push::read_marker_moved(event)?);
        Ok(())
    }

    fn typing(&self, event: &Typing) -> Done {
        let others = self.members(event.chat_id).into_iter().filter(|member| *member != event.user_id);
        self.send_all(others, &push::typing(event)?);
        Ok(())
    }

    fn notify(&self, event: &NotifyUsers) -> Done {
        self.send_all(event.user_ids.iter().copied(), &push::notification(event)?);
        Ok(())
    }

    /// Connections made with a token that is void now end. (W-51)
    fn end_older(&self, event: &AccessChanged) {
        let older = |connection: &Connection<Person>| {
            let person = connection.identity();
            person.id == event.user_id && person.auth_epoch < event.auth_epoch
        };
        let closed = self.0.connections.close_where(older, &access_changed(), "access changed");
        if closed > 0 {
            tracing::info!(user = %event.user_id, closed, "access changed: connections ended");
        }
    }
}
