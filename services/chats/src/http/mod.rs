//! The endpoints: one file a resource.

mod chats;
mod internal;
mod invitations;
mod messages;

use crate::{app::App, model};
use securechat_contracts::{
    FieldError, Problem,
    dto::{InvitationState, InvitationView, MessageView, PersonRef, ReadMarker},
};
use securechat_http_kit::{Route, any_of, openapi};
use utoipa::OpenApi;

/// What the gateway reaches.
pub(crate) fn public(app: &App) -> Route {
    // Fixed segments before ids: `/api/chats/invitations` is no chat.
    any_of([invitations::routes(app), messages::routes(app), chats::routes(app)])
}

/// What services reach.
pub(crate) fn internal(app: &App) -> Route {
    internal::routes(app)
}

#[derive(OpenApi)]
#[openapi(
    paths(
        chats::list, chats::private, chats::room, chats::one, chats::delete, chats::members, chats::leave,
        invitations::invite, invitations::list, invitations::accept, invitations::decline,
        messages::history, messages::send, messages::mark_read
    ),
    components(schemas(
        Problem, FieldError, PersonRef, MessageView, InvitationView, InvitationState, ReadMarker, model::ChatView,
        model::ChatKind, model::MemberView, model::MemberRole
    )),
    tags((name = "chats", description = "Chats: private ones and rooms, messages, read markers"))
)]
struct Document;

/// The service's OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::finish(Document::openapi())
}
