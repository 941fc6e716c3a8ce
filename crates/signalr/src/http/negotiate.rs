//! `POST {hub}/negotiate`: tells the client its connection and the ways to make it.

use super::method_not_allowed;
use crate::{Hub, HubRequest, Refusal, Server};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde::Serialize;

/// The newest version this server knows: there the id in the URL is a secret of its own.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Negotiation<'a> {
    negotiate_version: u32,
    connection_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_token: Option<&'a str>,
    available_transports: &'static [Transport],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transport {
    transport: &'static str,
    transfer_formats: &'static [&'static str],
}

/// In the order clients shall try them.
const TRANSPORTS: &[Transport] = &[Transport { transport: "WebSockets", transfer_formats: &["Text"] }];

pub(super) async fn negotiate<H: Hub>(server: &Server<H>, request: &HubRequest) -> Result<Response<Bytes>, Refusal> {
    if request.method() != Method::POST {
        return Err(method_not_allowed("POST"));
    }
    let version = match request.query("negotiateVersion") {
        None => 0,
        Some(text) => text
            .parse()
            .map(|version: u32| version.min(VERSION))
            .map_err(|_| Refusal::problem(StatusCode::BAD_REQUEST, "negotiateVersion must be a number."))?,
    };
    let identity = server.admit(request).await?;
    let (id, token) = server
        .invite(&identity)
        .ok_or_else(|| Refusal::problem(StatusCode::INTERNAL_SERVER_ERROR, "There is no key to sign with."))?;
    let id = id.to_string();
    // Version 0 knows one id only, which is then the secret.
    let negotiation = Negotiation {
        negotiate_version: version,
        connection_id: if version == 0 { &token } else { &id },
        connection_token: (version > 0).then_some(token.as_str()),
        available_transports: TRANSPORTS,
    };
    let body = serde_json::to_vec(&negotiation)
        .map_err(|error| Refusal::problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))?;
    let mut response = Response::new(Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
