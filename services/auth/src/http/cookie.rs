//! The sign-in cookie.

use crate::{app::App, error::Error, opaque, store::SignIn};
use http::{HeaderMap, HeaderValue, header};
use securechat_http_kit::cookie;
use warp::reply::Response;

const NAME: &str = "auth-sign-in";

fn is_secure(app: &App) -> bool {
    app.public_url.scheme() == "https"
}

/// `__Secure-` wherever the browser can hold it; plain only for http on this machine.
fn name(app: &App) -> String {
    if is_secure(app) { format!("__Secure-{NAME}") } else { NAME.to_owned() }
}

/// The sign-in of the browser that sent `headers`, while it lasts.
pub(super) async fn sign_in(app: &App, headers: &HeaderMap) -> Result<Option<SignIn>, Error> {
    let Some(value) = cookie(headers, &name(app)) else { return Ok(None) };
    Ok(app.store.sign_in_by_cookie(opaque::hash(value), app.clock.now()).await?)
}

/// Lets the browser hold `value`: beyond its own end only when the person wants to be remembered.
pub(super) fn set(app: &App, value: &str, remember: bool, response: &mut Response) {
    let life = if remember { format!("; Max-Age={}", i64::from(app.sign_in_days) * 86_400) } else { String::new() };
    write(app, value, &life, response);
}

pub(super) fn clear(app: &App, response: &mut Response) {
    write(app, "", "; Max-Age=0", response);
}

fn write(app: &App, value: &str, life: &str, response: &mut Response) {
    let secure = if is_secure(app) { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/auth; HttpOnly; SameSite=Lax{life}{secure}", name(app));
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
