//! `GET {hub}` with an upgrade to WebSocket (RFC 6455, 4.2).

use super::method_not_allowed;
use crate::{Hub, HubRequest, Identity, Refusal, Server};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

pub(super) async fn connect<H: Hub>(
    server: &Server<H>,
    request: &HubRequest,
    upgrade: Option<OnUpgrade>,
) -> Result<Response<Bytes>, Refusal> {
    if request.method() != Method::GET {
        return Err(method_not_allowed("GET"));
    }
    let Some(upgrade) = upgrade.filter(|_| lists(request, header::UPGRADE, "websocket")) else {
        let refusal = Refusal::problem(StatusCode::BAD_REQUEST, "Only the WebSockets transport is offered here.");
        return Err(refusal);
    };
    if request.header(header::SEC_WEBSOCKET_VERSION) != Some("13") {
        let refusal = Refusal::problem(StatusCode::UPGRADE_REQUIRED, "Only WebSocket version 13 is spoken here.");
        return Err(refusal.with_header(header::SEC_WEBSOCKET_VERSION, "13"));
    }
    let Some(key) = request.header(header::SEC_WEBSOCKET_KEY) else {
        return Err(Refusal::problem(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key is missing."));
    };
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes()))
        .map_err(|error| Refusal::problem(StatusCode::BAD_REQUEST, &error.to_string()))?;
    let identity = server.admit(request).await?;
    let id = server.connection_id(request, identity.user())?;
    server.serve(id, identity, upgrade);
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

/// Whether a comma-separated header holds `wanted`.
fn lists(request: &HubRequest, name: header::HeaderName, wanted: &str) -> bool {
    request
        .headers()
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|token| token.trim().eq_ignore_ascii_case(wanted)))
}
