//! The hub's endpoints, and how a refused one is answered.

use crate::{PATH, hub::MessagingHub};
use http_body_util::BodyExt;
use securechat_contracts::{FieldError, Problem};
use securechat_http_kit::{ApiError, Route, Template, any_of, openapi};
use securechat_signalr::{Refusal, Server, routes};
use utoipa::OpenApi;
use warp::{Filter, reply::Reply};

/// What the gateway reaches: the hub.
pub(crate) fn public(server: &Server<MessagingHub>) -> Route {
    routes(server, PATH)
        .map(|mut response: warp::reply::Response| {
            response.extensions_mut().insert(Template(PATH));
            response
        })
        .boxed()
}

/// What services reach: nothing.
pub(crate) fn internal() -> Route {
    any_of([])
}

/// The answer to a request that may not connect: a Problem like everywhere else.
pub(crate) async fn refusal(error: ApiError) -> Refusal {
    let (parts, body) = error.into_response().into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    Refusal::new(http::Response::from_parts(parts, body))
}

/// Tells a client its connection: SignalR's `negotiate`. The hub itself is described in `docs`, not here.
#[utoipa::path(
    post, path = "/hub/messaginghub/negotiate", tag = "messaging", security(("bearer" = [])),
    params(("negotiateVersion" = Option<u32>, Query)),
    responses((status = 200, description = "Connection id, token and transports"))
)]
#[expect(dead_code, reason = "it only describes: the SignalR server answers")]
fn negotiate() {}

#[derive(OpenApi)]
#[openapi(info(title = "messaging", version = "v1"), paths(negotiate), components(schemas(Problem, FieldError)))]
struct Doc;

/// The service's OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    openapi::finish(Doc::openapi())
}
