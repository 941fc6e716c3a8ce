//! `/api/account`: the same that the pages do, for programs, and reading accounts.

use crate::{
    app::{App, Registration, permissions},
    model::{Account, Email, NewPassword, UserName},
};
use http::StatusCode;
use securechat_auth_verify::User;
use securechat_contracts::{Permission, Role};
use securechat_http_kit::{
    ApiError, BODY_MAX, Created, Extracted, Fields, Json, NoContent, Route, any_of, client_address, json, path_id,
    respond, user,
};
use securechat_kernel::UserId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use warp::{Filter, reply::Reply};

pub(super) fn routes(app: &App) -> Route {
    any_of([register_route(app), confirm_route(app), resend_route(app), me_route(app), by_id_route(app)])
}

/// A person who registers.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewAccount {
    /// 3 to 20 letters, digits, dots, hyphens or underscores.
    user_name: String,
    /// Where the confirmation link goes.
    email: String,
    /// At least 12 characters.
    password: String,
}

/// The secret of a mailed link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmEmail {
    /// As it stands in the link.
    token: String,
}

/// Whose link is to be sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResendConfirmation {
    /// The address.
    email: String,
}

/// An account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    /// Its user name.
    user_name: String,
    /// Its e-mail address.
    email: String,
    /// Whether the address was confirmed.
    email_verified: bool,
    /// The roles it holds.
    roles: Vec<Role>,
    /// What they allow.
    permissions: Vec<Permission>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    modified_at: OffsetDateTime,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            permissions: permissions(&account.roles),
            user_name: account.user_name,
            email: account.email,
            email_verified: account.email_verified,
            roles: account.roles,
            created_at: account.created_at,
            modified_at: account.modified_at,
        }
    }
}

/// The parsed registration, or everything that is wrong with it.
pub(super) fn parse(user_name: &str, email: &str, password: &str, return_to: &str) -> Result<Registration, Fields> {
    let mut fields = Fields::default();
    let name = fields.take("/userName", UserName::parse(user_name));
    let email = fields.take("/email", Email::parse(email));
    let password = fields.take("/password", NewPassword::parse(password, user_name));
    match (name, email, password) {
        (Some(user_name), Some(email), Some(password)) => {
            Ok(Registration { user_name, email, password, return_to: return_to.to_owned() })
        }
        _ => Err(fields),
    }
}

fn register_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "account" / "register")
        .and(warp::post())
        .and(client_address())
        .and(json::<NewAccount>(BODY_MAX))
        .then(move |address, body| respond("POST /api/account/register", register(app.clone(), address, body)))
        .boxed()
}

/// Register: an unconfirmed account is made and a link is mailed.
#[utoipa::path(post, path = "/api/account/register", tag = "account", security(()), request_body = NewAccount,
    responses((status = 201, body = AccountView)))]
pub(super) async fn register(app: App, address: String, body: Extracted<NewAccount>) -> Result<impl Reply, ApiError> {
    let body = body?;
    let person = parse(&body.user_name, &body.email, &body.password, "")
        .map_err(|fields| ApiError::invalid_fields(fields.errors().to_vec()))?;
    app.asked.check(&address)?;
    let account = app.register(&person).await?;
    Ok(Created { location: format!("/api/account/{}", account.id), body: AccountView::from(account) })
}

fn confirm_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "account" / "confirm-email")
        .and(warp::post())
        .and(json::<ConfirmEmail>(BODY_MAX))
        .then(move |body| respond("POST /api/account/confirm-email", confirm(app.clone(), body)))
        .boxed()
}

/// Confirm an e-mail address by the secret of the mailed link.
#[utoipa::path(post, path = "/api/account/confirm-email", tag = "account", security(()), request_body = ConfirmEmail,
    responses((status = 204)))]
pub(super) async fn confirm(app: App, body: Extracted<ConfirmEmail>) -> Result<impl Reply, ApiError> {
    app.confirm(&body?.token).await?;
    Ok(NoContent)
}

fn resend_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "account" / "resend-confirmation")
        .and(warp::post())
        .and(client_address())
        .and(json::<ResendConfirmation>(BODY_MAX))
        .then(move |address, body| respond("POST /api/account/resend-confirmation", resend(app.clone(), address, body)))
        .boxed()
}

/// Ask for another confirmation link. The answer never tells whether there is such an account.
#[utoipa::path(post, path = "/api/account/resend-confirmation", tag = "account", security(()),
    request_body = ResendConfirmation, responses((status = 202)))]
pub(super) async fn resend(
    app: App,
    address: String,
    body: Extracted<ResendConfirmation>,
) -> Result<impl Reply, ApiError> {
    let email = Email::parse(&body?.email).map_err(|error| ApiError::invalid_field("/email", error.to_string()))?;
    app.asked.check(&address)?;
    app.asked.check(&email.key())?;
    app.resend(&email, "").await?;
    Ok(StatusCode::ACCEPTED)
}

fn me_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "account" / "me")
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |who| respond("GET /api/account/me", me(app.clone(), who)))
        .boxed()
}

/// One's own account.
#[utoipa::path(get, path = "/api/account/me", tag = "account", security(("bearer" = [])),
    responses((status = 200, body = AccountView)))]
pub(super) async fn me(app: App, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    find(&app, who?.id).await
}

fn by_id_route(app: &App) -> Route {
    let app = app.clone();
    warp::path!("api" / "account" / String)
        .and(warp::get())
        .and(user(&app.verifier))
        .then(move |id, who| respond("GET /api/account/{id}", by_id(app.clone(), id, who)))
        .boxed()
}

/// An account: one's own, or anybody's for who may manage people. (B-57)
#[utoipa::path(get, path = "/api/account/{id}", tag = "account", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = AccountView)))]
pub(super) async fn by_id(app: App, id: String, who: Extracted<User>) -> Result<impl Reply, ApiError> {
    let who = who?;
    let id: UserId = path_id(&id)?;
    who.require_self_or(id, Permission::UsersManage)?;
    find(&app, id).await
}

async fn find(app: &App, id: UserId) -> Result<Json<AccountView>, ApiError> {
    let account = app.store.account(id).await.map_err(crate::error::Error::from)?.ok_or_else(ApiError::not_found)?;
    Ok(Json(account.into()))
}
