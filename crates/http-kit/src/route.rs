//! Routes: the only filter type in signatures, so that types stay small and each route compiles once.

use crate::ApiError;
use securechat_contracts::ProblemKind;
use std::future::Future;
use warp::{
    Filter, Rejection,
    filters::BoxedFilter,
    reject::MethodNotAllowed,
    reply::{Reply, Response},
};

/// A route, or many.
pub type Route = BoxedFilter<(Response,)>;

/// The operation that made a response, as `GET /api/chats/{id}`: in the response's extensions, for metrics and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template(pub &'static str);

/// The first of `routes` that fits; at least one.
pub fn any_of(routes: impl IntoIterator<Item = Route>) -> Route {
    let nothing = warp::any().and(warp::path!("never" / "matches" / ..)).map(Response::default).boxed();
    routes.into_iter().reduce(|first, next| first.or(next).unify().boxed()).unwrap_or(nothing)
}

/// The answer to what `work` yields; `template` names the operation.
pub async fn respond<R: Reply>(template: &'static str, work: impl Future<Output = Result<R, ApiError>>) -> Response {
    let mut response = match work.await {
        Ok(reply) => reply.into_response(),
        Err(error) => {
            error.log(template);
            error.into_response()
        }
    };
    response.extensions_mut().insert(Template(template));
    response
}

/// Closes a route: what no route took is answered with a Problem, never with warp's own words.
#[expect(clippy::disallowed_methods, reason = "the only recover of the product")]
pub fn seal(route: Route) -> Route {
    route.recover(|rejection| async move { Ok::<_, Rejection>(answer(&rejection)) }).unify().boxed()
}

fn answer(rejection: &Rejection) -> Response {
    let kind = if rejection.find::<MethodNotAllowed>().is_some() {
        ProblemKind::MethodNotAllowed
    } else if rejection.is_not_found() {
        ProblemKind::NotFound
    } else {
        ProblemKind::MalformedRequest
    };
    let mut response = ApiError::new(kind).into_response();
    response.extensions_mut().insert(Template("unmatched"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Json, extract};
    use securechat_contracts::Problem;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct NewThing {
        user_name: String,
    }

    fn things() -> Route {
        let create = warp::path!("things")
            .and(warp::post())
            .and(extract::json::<NewThing>(64))
            .then(|body: extract::Extracted<NewThing>| respond("POST /things", async { Ok(Json(body?.user_name)) }))
            .boxed();
        let list = warp::path!("things")
            .and(warp::get())
            .and(extract::page())
            .then(|page: extract::Extracted<_>| respond("GET /things", async { page.map(|_| Json("all")) }))
            .boxed();
        seal(any_of([create, list]))
    }

    async fn problem(request: warp::test::RequestBuilder) -> (u16, Problem) {
        let answer = request.reply(&things()).await;
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }

    fn post(body: &str) -> warp::test::RequestBuilder {
        warp::test::request().method("POST").path("/things").header("content-type", "application/json").body(body)
    }

    #[tokio::test]
    async fn an_unknown_path_is_404_and_an_unknown_method_405() {
        assert_eq!(problem(warp::test::request().path("/nothing")).await.0, 404);
        assert_eq!(problem(warp::test::request().method("PUT").path("/things")).await.0, 405);
    }

    #[tokio::test]
    async fn a_wrong_field_is_named_by_its_pointer() {
        let (status, problem) = problem(post(r#"{"userName":7}"#)).await;
        assert_eq!((status, problem.errors[0].pointer.as_str()), (422, "/userName"));
    }

    #[tokio::test]
    async fn an_unknown_or_missing_field_is_named() {
        assert!(problem(post(r#"{"userName":"a","age":1}"#)).await.1.errors[0].detail.contains("age"));
        assert!(problem(post("{}")).await.1.errors[0].detail.contains("userName"));
    }

    #[tokio::test]
    async fn a_body_that_is_not_json_too_large_or_of_another_type_is_told_apart() {
        assert_eq!(problem(post("{")).await.0, 400);
        assert_eq!(problem(post(&format!(r#"{{"userName":"{}"}}"#, "x".repeat(80)))).await.0, 413);
        let plain = warp::test::request().method("POST").path("/things").body("{}");
        assert_eq!(problem(plain).await.0, 415);
    }

    #[tokio::test]
    async fn a_limit_out_of_range_is_refused() {
        assert_eq!(problem(warp::test::request().path("/things?limit=0")).await.1.errors[0].pointer, "?limit");
        assert_eq!(warp::test::request().path("/things").reply(&things()).await.status(), 200);
    }
}
