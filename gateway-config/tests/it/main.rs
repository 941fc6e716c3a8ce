//! The rendered configuration in a real Envoy, before stub upstreams that say what reached them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod edge;
mod tls;

use edge::Edge;
use securechat_gateway_config::EdgeTls;
use securechat_test_kit::assert_golden;

#[test]
fn the_rendered_files_are_the_golden_ones() {
    let files = edge::files(&edge::settings(8080, 8081, "/run/edge".as_ref(), 9000));
    for (name, text) in [("bootstrap", &files.bootstrap), ("cds", &files.cds), ("lds", &files.lds), ("rds", &files.rds)]
    {
        assert_golden(format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR")), text);
    }
    assert!(files.sds.is_none());
}

#[test]
fn the_rendered_files_with_tls_are_the_golden_ones() {
    let mut settings = edge::settings(8443, 8081, "/run/edge".as_ref(), 9000);
    settings.public_url = "https://chat.example.org/".parse().unwrap();
    let (certificate, key) = ("/run/tls/tls.crt".into(), "/run/tls/tls.key".into());
    settings.tls = Some(EdgeTls { redirect_from: "127.0.0.1:8080".parse().unwrap(), certificate, key });
    let files = edge::files(&settings);
    for (name, text) in [("lds", &files.lds), ("sds", files.sds.as_ref().unwrap())] {
        assert_golden(format!("{}/tests/golden/tls/{name}.json", env!("CARGO_MANIFEST_DIR")), text);
    }
}

/// Proves: H-21, B-40, W-53.
#[tokio::test]
async fn only_listed_paths_and_methods_pass_and_every_refusal_is_a_problem() {
    let edge = Edge::start().await;
    for (method, path, status) in [
        ("GET", "/auth/jwks", 200),
        ("GET", "/auth/assets/tokens.css", 200),
        ("GET", "/api/nothing", 404),
        ("GET", "/internal/jwks", 404),
        ("GET", "/api/account/me/more", 404),
        ("POST", "/auth/jwks", 405),
        ("GET", "/api/chats", 401),
        ("GET", "/api/chats/0190a1b2-0000-7000-8000-000000000001/messages", 401),
        ("POST", "/hub/messaginghub/negotiate", 401),
        ("GET", "/", 200),
        ("GET", "/chats/some/deep/link", 200),
        ("POST", "/", 405),
    ] {
        let answer = edge.call(method, path).await;
        assert_eq!(answer.status().as_u16(), status, "{method} {path}");
        if status >= 400 {
            assert_eq!(answer.headers()["content-type"], "application/problem+json", "{method} {path}");
        }
        if status == 401 {
            assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        }
    }
}

/// Proves: W-53, B-05.
#[tokio::test]
async fn headers_that_only_we_may_set_do_not_pass() {
    let edge = Edge::start().await;
    let request = edge
        .request("GET", "/auth/jwks")
        .header("x-internal-caller", "auth")
        .header("x-envoy-external-address", "6.6.6.6")
        .header("x-forwarded-for", "6.6.6.6");
    let seen = request.send().await.unwrap().text().await.unwrap();
    assert!(!seen.contains("x-internal-caller"), "{seen}");
    assert!(!seen.contains("6.6.6.6"), "{seen}");
}

/// Proves: H-23.
#[tokio::test]
async fn what_a_replica_left_without_an_answer_is_tried_again_where_that_changes_nothing() {
    let edge = Edge::start_before_one_that_ends().await;
    assert_eq!(edge.call("GET", "/auth/jwks").await.status(), 200);
    assert_eq!(edge.call("POST", "/auth/token").await.status(), 503);
    assert_eq!(edge.call("POST", "/auth/token").await.status(), 200);
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let edge = Edge::start().await;
    let answer = edge.request("POST", "/auth/token").body("x".repeat(20_000)).send().await.unwrap();
    assert_eq!(answer.status(), 413);
}

/// Proves: B-37.
#[tokio::test]
async fn one_client_is_slowed_down_per_class() {
    let edge = Edge::start().await;
    let mut refused = None;
    for _ in 0..40 {
        let answer = edge.call("POST", "/account/register").await;
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the limit is reached");
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(edge.call("GET", "/auth/jwks").await.status(), 200, "another class is not touched");
}

/// The chart's alerts and dashboards read this.
///
/// Proves: P-07.
#[tokio::test]
async fn the_gateway_counts_answers_by_class() {
    let edge = Edge::start().await;
    assert_eq!(edge.call("GET", "/api/nothing").await.status(), 404);
    let metrics = edge.metrics().await;
    let line = "envoy_http_downstream_rq_xx{envoy_response_code_class=\"4\",envoy_http_conn_manager_prefix=\"edge\"} 1";
    assert!(metrics.contains(line), "{metrics}");
}
