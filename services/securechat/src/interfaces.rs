//! `securechat openapi`: the services' interfaces as one document. `web/` generates its client from it.

use securechat_http_kit::openapi::merge;
use utoipa::openapi::OpenApi;

/// The interfaces of all services that speak REST.
pub fn document() -> OpenApi {
    let documents = [
        securechat_account::http::openapi(),
        securechat_users::http::openapi(),
        securechat_session::openapi(),
        securechat_chats::http::openapi(),
    ];
    merge("SecureChat", documents)
}

/// The document as it is committed.
///
/// # Errors
/// Never in practice: the document is plain data.
pub fn text() -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&document())? + "\n")
}
