//! The hub's endpoints as warp routes.

mod negotiate;
mod upgrade;

use crate::{Hub, HubRequest, Refusal, Server};
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use warp::{Filter, Reply, filters::BoxedFilter};

/// The routes of `server` below `path`, such as `/hub/chat`: `POST {path}/negotiate` and the connection itself at
/// `{path}`. Requests for other paths are left to other filters.
pub fn routes<H: Hub>(server: &Server<H>, path: &str) -> BoxedFilter<(warp::reply::Response,)> {
    let base = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .fold(warp::any().boxed(), |base, segment| base.and(warp::path(segment.to_owned())).boxed());
    let negotiate = {
        let server = server.clone();
        base.clone().and(warp::path("negotiate")).and(warp::path::end()).and(request()).then(move |request| {
            let server = server.clone();
            async move { answer(negotiate::negotiate(&server, &request).await) }
        })
    };
    let connect = {
        let server = server.clone();
        let upgrade = warp::ext::optional::<OnUpgrade>();
        base.and(warp::path::end()).and(request()).and(upgrade).then(move |request, upgrade| {
            let server = server.clone();
            async move { answer(upgrade::connect(&server, &request, upgrade).await) }
        })
    };
    negotiate.or(connect).unify().boxed()
}

/// The parts of a request that decide over a connection.
fn request() -> BoxedFilter<(HubRequest,)> {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(warp::header::headers_cloned())
        .and(query)
        .map(|method: Method, headers: HeaderMap, query: String| HubRequest::new(method, headers, &query))
        .boxed()
}

fn answer(result: Result<Response<Bytes>, Refusal>) -> warp::reply::Response {
    result.unwrap_or_else(Refusal::into_response).map(Vec::from).into_response()
}

/// 405, naming the one method that is right here.
fn method_not_allowed(allowed: &'static str) -> Refusal {
    let detail = format!("Only {allowed} is allowed here.");
    Refusal::problem(StatusCode::METHOD_NOT_ALLOWED, &detail).with_header(header::ALLOW, allowed)
}
