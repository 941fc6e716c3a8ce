//! What is pushed: the client methods and their one argument each, always an object. (B-36)

use securechat_contracts::{
    dto::{FriendshipRequestView, FriendshipView, InvitationView, MessageView, PersonRef, Presence},
    event::{FriendshipDeleted, NotifyUsers, PresenceChanged, ReadMarkerMoved, Typing},
};
use securechat_kernel::{ChatId, FriendshipId, UserId};
use securechat_signalr::{Push, PushError};
use serde::Serialize;
use time::OffsetDateTime;

type Made = Result<Push, PushError>;

pub(crate) fn friendship_request_received(request: &FriendshipRequestView) -> Made {
    Push::new("FriendshipRequestReceived", request)
}

pub(crate) fn friendship_request_answered(request: &FriendshipRequestView) -> Made {
    Push::new("FriendshipRequestAnswered", request)
}

pub(crate) fn friendship_created(friendship: &FriendshipView) -> Made {
    Push::new("FriendshipCreated", friendship)
}

pub(crate) fn friendship_deleted(event: &FriendshipDeleted) -> Made {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Argument<'a> {
        friendship_id: FriendshipId,
        users: &'a [PersonRef; 2],
        deleted_by: UserId,
    }
    let FriendshipDeleted { friendship_id, users, deleted_by, .. } = event;
    Push::new("FriendshipDeleted", &Argument { friendship_id: *friendship_id, users, deleted_by: *deleted_by })
}

pub(crate) fn presence(event: &PresenceChanged) -> Made {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Argument {
        user_id: UserId,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    }
    let target = match event.presence {
        Presence::Online => "UserConnected",
        Presence::Idle => "UserIdle",
        Presence::Offline => "UserDisconnected",
    };
    Push::new(target, &Argument { user_id: event.user_id, at: event.at })
}

pub(crate) fn message_posted(message: &MessageView) -> Made {
    Push::new("MessagePosted", message)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfChat {
    chat_id: ChatId,
}

pub(crate) fn chat_added(chat_id: ChatId) -> Made {
    Push::new("ChatAdded", &OfChat { chat_id })
}

pub(crate) fn chat_removed(chat_id: ChatId) -> Made {
    Push::new("ChatRemoved", &OfChat { chat_id })
}

pub(crate) fn members_changed(chat_id: ChatId) -> Made {
    Push::new("MembersChanged", &OfChat { chat_id })
}

pub(crate) fn invitation_received(invitation: &InvitationView) -> Made {
    Push::new("InvitationReceived", invitation)
}

pub(crate) fn invitation_answered(invitation: &InvitationView) -> Made {
    Push::new("InvitationAnswered", invitation)
}

pub(crate) fn read_marker_moved(event: &ReadMarkerMoved) -> Made {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Argument {
        chat_id: ChatId,
        read_seq: u64,
        unread: u64,
    }
    let ReadMarkerMoved { chat_id, read_seq, unread, .. } = *event;
    Push::new("ReadMarkerMoved", &Argument { chat_id, read_seq, unread })
}

pub(crate) fn typing(event: &Typing) -> Made {
    Push::new("Typing", event)
}

pub(crate) fn sync_required() -> Made {
    #[derive(Serialize)]
    struct Argument {}
    Push::new("SyncRequired", &Argument {})
}

/// Whatever another service wants pushed, such as `ReceiveNotification`. (W-41)
pub(crate) fn notification(event: &NotifyUsers) -> Made {
    Push::new(event.method.clone(), &event.data)
}
