//! Every request to the API server is counted where it leaves.

use super::Metrics;
use http::{Method, Request, Response, StatusCode};
use kube::Client;
use kube::client::Body;
use securechat_trace_context::{Kind, TraceContext, failed, step};
use std::sync::Arc;
use tokio::time::Instant;
use tower::service_fn;
use tracing::Span;

/// The same client, whose requests are counted.
pub fn counted(client: &Client, metrics: &Arc<Metrics>) -> Client {
    let namespace = client.default_namespace().to_owned();
    let (client, metrics) = (client.clone(), Arc::clone(metrics));
    let service = service_fn(move |request: Request<Body>| {
        let (client, metrics) = (client.clone(), Arc::clone(&metrics));
        async move {
            let (verb, began) = (verb(&request), Instant::now());
            let answer = sent(&client, verb, request).await;
            let status = answer.as_ref().ok().map(Response::status);
            let outcome = status.as_ref().map_or("error", StatusCode::as_str);
            metrics.api_requests.with_label_values(&[verb, outcome]).observe(began.elapsed().as_secs_f64());
            answer
        }
    });
    Client::new(service, namespace)
}

/// Part of the trace of a look; watches and the Lease are no part of any.
async fn sent(client: &Client, verb: &str, request: Request<Body>) -> kube::Result<Response<Body>> {
    if TraceContext::current().is_none() {
        return client.send(request).await;
    }
    let path = request.uri().path().to_owned();
    step(Kind::Client, verb, async {
        Span::current().record("detail", path);
        let answer = client.send(request).await;
        match &answer {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => failed(&answer.status()),
            Err(error) => failed(error),
        }
        answer
    })
    .await
}

/// What the API server's own rules call it, but that they call an apply a patch.
fn verb(request: &Request<Body>) -> &'static str {
    let query = request.uri().query().unwrap_or_default();
    let has = |what: &str| query.split('&').any(|part| part == what);
    let content = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match *request.method() {
        Method::GET if has("watch=true") => "watch",
        Method::GET if is_collection(request.uri().path()) => "list",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH if content.contains("apply") => "apply",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ => "get",
    }
}

/// Whether the path ends with a kind and not with a name.
fn is_collection(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["api", _, rest @ ..] | ["apis", _, _, rest @ ..] => matches!(rest, [_] | ["namespaces", _, _]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_as_the_api_server_does() {
        let of = |method: Method, uri: &str, content: &str| {
            let request = Request::builder().method(method).uri(uri).header("content-type", content);
            verb(&request.body(Body::empty()).unwrap())
        };
        let maps = "/api/v1/namespaces/chat/configmaps";
        assert_eq!(of(Method::GET, maps, ""), "list");
        assert_eq!(of(Method::GET, "/apis/securechat.io/v1alpha1/securechats?limit=50", ""), "list");
        assert_eq!(of(Method::GET, &format!("{maps}/acme"), ""), "get");
        assert_eq!(of(Method::GET, "/api/v1/namespaces/chat", ""), "get");
        assert_eq!(of(Method::GET, &format!("{maps}?watch=true&allowWatchBookmarks=true"), ""), "watch");
        assert_eq!(of(Method::PATCH, &format!("{maps}/acme"), "application/apply-patch+yaml"), "apply");
        assert_eq!(of(Method::PATCH, &format!("{maps}/acme"), "application/merge-patch+json"), "patch");
        assert_eq!(of(Method::POST, maps, ""), "create");
        assert_eq!(of(Method::DELETE, &format!("{maps}/acme"), ""), "delete");
        assert_eq!(of(Method::PUT, "/apis/coordination.k8s.io/v1/namespaces/d/leases/l", ""), "update");
    }
}
