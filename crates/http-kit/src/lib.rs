//! How a service speaks HTTP: warp as a router and nothing more.
//!
//! Only `warp::path!` and method filters reject. Whatever comes after them is a value: extractors yield
//! [`Extracted`], handlers return `Result<impl Reply, ApiError>`, [`respond`] makes the answer, and [`seal`] — the only
//! `recover` of the product — turns "no such path or method" into a Problem. So a failed extraction can never fall
//! through to a wider route, and the status never depends on the order of routes.
//!
//! ```text
//! fn send(app: &App) -> Route {
//!     let app = app.clone();
//!     warp::path!("api" / "chats" / String / "messages")
//!         .and(warp::post())
//!         .and(user(&app.verifier))
//!         .and(json::<NewMessage>(BODY_MAX))
//!         .then(move |id, who, body| respond("POST /api/chats/{id}/messages", handle_send(app.clone(), id, who, body)))
//!         .boxed()
//! }
//! ```

pub mod error;
pub mod extract;
pub mod field;
pub mod limit;
pub mod openapi;
pub mod reply;
pub mod route;

pub use error::ApiError;
pub use extract::{
    BODY_MAX, Extracted, RemoteAddress, body, caller, client_address, cookie, form, header, json, page, path_id, query,
    service, user,
};
pub use field::Fields;
pub use limit::RateLimit;
pub use reply::{Created, Html, Json, NoContent, SeeOther};
pub use route::{Route, Template, any_of, respond, seal};
