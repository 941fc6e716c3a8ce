//! Extractors: each yields a value or the reason why there is none, and never rejects.

use crate::ApiError;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use securechat_auth_verify::{Caller, User, Verifier};
use securechat_contracts::{ProblemKind, ServiceName};
use securechat_kernel::PageRequest;
use serde::{Deserialize, de::DeserializeOwned};
use std::{net::SocketAddr, pin::pin, str::FromStr};
use warp::{Filter, filters::BoxedFilter};

/// What an extractor yields.
pub type Extracted<T> = Result<T, ApiError>;

/// How large a JSON or form body may be where the operation does not say otherwise, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

/// Who is at the other end of the connection; the process puts it into the request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct RemoteAddress(pub SocketAddr);

/// The verified caller.
pub fn caller(verifier: &Verifier) -> BoxedFilter<(Extracted<Caller>,)> {
    let verifier = verifier.clone();
    header("authorization").then(move |value: Option<String>| verified(verifier.clone(), value)).boxed()
}

/// The verified caller, who must be a person.
pub fn user(verifier: &Verifier) -> BoxedFilter<(Extracted<User>,)> {
    caller(verifier).map(|who: Extracted<Caller>| Ok(who?.user()?.clone())).boxed()
}

/// The verified caller, who must be a service that may call this one.
pub fn service(verifier: &Verifier) -> BoxedFilter<(Extracted<ServiceName>,)> {
    let callee = verifier.service();
    caller(verifier).map(move |who: Extracted<Caller>| Ok(who?.require_caller_of(callee)?)).boxed()
}

async fn verified(verifier: Verifier, authorization: Option<String>) -> Extracted<Caller> {
    let missing = || ApiError::new(ProblemKind::Unauthenticated);
    let value = authorization.ok_or_else(missing)?;
    let token =
        value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).ok_or_else(missing)?.1;
    Ok(verifier.verify(token.trim()).await?)
}

/// A header's value, when it is there and readable.
pub fn header(name: &'static str) -> BoxedFilter<(Option<String>,)> {
    warp::header::headers_cloned()
        .map(move |headers: http::HeaderMap| headers.get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned))
        .boxed()
}

/// The value of the cookie `name`, when the browser sent one.
pub fn cookie<'h>(headers: &'h http::HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Where the request came from, as the edge says; the connection's other end where no edge stands before us.
pub fn client_address() -> BoxedFilter<(String,)> {
    header("x-envoy-external-address")
        .and(warp::ext::optional::<RemoteAddress>())
        .map(|external: Option<String>, remote: Option<RemoteAddress>| {
            external.unwrap_or_else(|| remote.map_or_else(|| "unknown".to_owned(), |r| r.0.ip().to_string()))
        })
        .boxed()
}

/// The body's bytes, at most `limit` of them.
pub fn body(limit: usize) -> BoxedFilter<(Extracted<Bytes>,)> {
    warp::body::stream().then(move |stream| collect(stream, limit)).boxed()
}

async fn collect<B: Buf>(stream: impl Stream<Item = Result<B, warp::Error>>, limit: usize) -> Extracted<Bytes> {
    let mut stream = pin!(stream);
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let mut chunk = chunk
            .map_err(|error| ApiError::new(ProblemKind::MalformedRequest).detail("the body broke off").cause(error))?;
        if bytes.len() + chunk.remaining() > limit {
            let detail = format!("the body may hold at most {limit} bytes");
            return Err(ApiError::new(ProblemKind::BodyTooLarge).detail(detail));
        }
        bytes.put(&mut chunk);
    }
    Ok(bytes.freeze())
}

/// A JSON body: wrong syntax is `malformed-request`, a wrong, missing or unknown field is `invalid-fields`.
pub fn json<T: DeserializeOwned + Send + 'static>(limit: usize) -> BoxedFilter<(Extracted<T>,)> {
    header("content-type")
        .and(body(limit))
        .map(|media_type: Option<String>, body: Extracted<Bytes>| {
            let media_type = media_type.unwrap_or_default();
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            if essence == "application/json" || essence.ends_with("+json") {
                return parse_json(&body?);
            }
            let detail = "send the body as application/json";
            Err(ApiError::new(ProblemKind::UnsupportedMediaType).detail(detail))
        })
        .boxed()
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Extracted<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            return ApiError::invalid_field(pointer(error.path()), without_position(&error.inner().to_string()));
        }
        ApiError::new(ProblemKind::MalformedRequest).detail(format!("the body is not JSON: {}", error.inner()))
    })?;
    json.end().map_err(|error| ApiError::new(ProblemKind::MalformedRequest).detail(error.to_string()))?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(what, _)| what)
}

/// A form (`application/x-www-form-urlencoded`), as a browser posts it.
pub fn form<T: DeserializeOwned + Send + 'static>(limit: usize) -> BoxedFilter<(Extracted<T>,)> {
    body(limit)
        .map(|body: Extracted<Bytes>| {
            serde_urlencoded::from_bytes(&body?).map_err(|error: serde_urlencoded::de::Error| {
                ApiError::new(ProblemKind::MalformedRequest).detail(format!("the form cannot be read: {error}"))
            })
        })
        .boxed()
}

/// The query string; absent is empty.
pub fn query<T: DeserializeOwned + Send + 'static>() -> BoxedFilter<(Extracted<T>,)> {
    raw_query()
        .map(|raw: String| {
            serde_urlencoded::from_str(&raw)
                .map_err(|error: serde_urlencoded::de::Error| ApiError::invalid_field("?", error.to_string()))
        })
        .boxed()
}

/// `limit` and `cursor` of a list.
pub fn page() -> BoxedFilter<(Extracted<PageRequest>,)> {
    #[derive(Deserialize)]
    struct Raw {
        limit: Option<u32>,
        cursor: Option<String>,
    }
    query::<Raw>()
        .map(|raw: Extracted<Raw>| {
            let raw = raw?;
            PageRequest::parse(raw.limit, raw.cursor)
                .map_err(|error| ApiError::invalid_field("?limit", error.to_string()))
        })
        .boxed()
}

fn raw_query() -> BoxedFilter<(String,)> {
    warp::query::raw().or(warp::any().map(String::new)).unify().boxed()
}

/// An id in a path: what is no id names nothing, so it is `not-found`.
///
/// # Errors
/// `not-found`
pub fn path_id<T: FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::not_found())
}
