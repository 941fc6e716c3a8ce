//! `/api/users`: reading and searching people.

use crate::app::App;
use crate::application::Error;
use crate::application::commands::patch_profile::ProfileDocument;
use crate::application::queries::{Person, UserFilter, UserOrder};
use securechat_auth_verify::User;
use securechat_contracts::Permission;
use securechat_http_kit::{ApiError, Extracted, Fields, Json, Route, any_of, path_id, query, respond, user};
use securechat_kernel::{PageRequest, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([me_route(app), search_route(app), by_id_route(app)])
}

/// A person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserView {
    /// Her id.
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    /// Her user name.
    user_name: String,
    /// Her e-mail address: only for herself and for who may manage people. (B-57)
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// What she tells of herself.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileDocument>,
    /// When she registered.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When this last changed.
    #[serde(with = "time::serde::rfc3339")]
    modified_at: OffsetDateTime,
}

/// One page of people.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserPage {
    items: Vec<UserView>,
    /// Pass it as `cursor` to read on; null on the last page.
    next_cursor: Option<String>,
    /// How many people fit, on all pages.
    total: u64,
}

impl UserView {
    fn of(person: Person, reader: &User) -> Self {
        let confidential = reader.id == person.id || reader.may(Permission::UsersManage);
        Self {
            id: person.id,
            user_name: person.user_name,
            email: confidential.then_some(person.email),
            profile: person.profile,
            created_at: person.created_at,
            modified_at: person.modified_at,
        }
    }
}

fn me_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / "me")
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |who| respond("GET /api/users/me", me(app.clone(), who)))
        .boxed()
}

/// Oneself.
#[utoipa::path(get, path = "/api/users/me", tag = "users", security(("bearer" = [])),
    responses((status = 200, body = UserView)))]
pub(super) async fn me(app: App, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let who = who?;
    find(&app, who.id, &who).await
}

fn by_id_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users" / String)
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |id, who| respond("GET /api/users/{id}", by_id(app.clone(), id, who)))
        .boxed()
}

/// Somebody.
#[utoipa::path(get, path = "/api/users/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = UserView)))]
pub(super) async fn by_id(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let who = who?;
    let id: UserId = path_id(&id)?;
    who.require_self_or(id, Permission::UsersViewOthers)?;
    find(&app, id, &who).await
}

async fn find(app: &App, id: UserId, reader: &User) -> Result<Json<UserView>, ApiError> {
    let person = app.read.person(id).await.map_err(Error::from)?.ok_or(Error::NoSuchPerson)?;
    Ok(Json(UserView::of(person, reader)))
}

/// What is searched for: all that is given must hold.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// The user name begins so.
    name: Option<String>,
    /// This is the e-mail address.
    email: Option<String>,
    /// This is the id.
    id: Option<String>,
    /// `userName`, `createdAt`, or either with a minus before it for the other direction.
    order_by: Option<String>,
    /// 1 to 100; 25 otherwise.
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

impl Search {
    fn parse(self, except: UserId) -> Result<(UserFilter, UserOrder, PageRequest), ApiError> {
        let mut fields = Fields::default();
        let page = fields.take("?limit", PageRequest::parse(self.limit, self.cursor));
        let id = self.id.and_then(|id| fields.take("?id", id.parse()));
        let order = match self.order_by.as_deref() {
            None => Some(UserOrder::default()),
            Some(text) => {
                let order = UserOrder::parse(text);
                fields.take("?orderBy", order.ok_or("order by userName, -userName, createdAt or -createdAt"))
            }
        };
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let filter = UserFilter { name: given(self.name), email: given(self.email), id, except: Some(except) };
        fields.finish(page.zip(order).map(|(page, order)| (filter, order, page)))
    }
}

fn search_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "users")
        .and(warp::get())
        .and(user(&app.verifier))
        .and(query::<Search>())
        .then(move |who, search| respond("GET /api/users", self::search(app.clone(), who, search)))
        .boxed()
}

/// Search other people.
#[utoipa::path(get, path = "/api/users", tag = "users", security(("bearer" = [])), params(Search),
    responses((status = 200, body = UserPage)))]
pub(super) async fn search(app: App, who: Extracted<User>, search: Extracted<Search>) -> Result<impl Reply, ApiError> {
    let who = who?;
    who.require(Permission::UsersViewOthers)?;
    let (filter, order, page) = search?.parse(who.id)?;
    let page = app.read.search(&filter, order, &page).await?;
    let total = page.total.unwrap_or_default();
    let page = page.map(|person| UserView::of(person, &who));
    Ok(Json(UserPage { items: page.items, next_cursor: page.next_cursor, total }))
}
