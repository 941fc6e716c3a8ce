use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use securechat_contracts::ProblemKind;
use securechat_http_kit::{ApiError, Extracted, cookie, form};
use securechat_kernel::RandomRef;
use serde::{Deserialize, de::DeserializeOwned};
use subtle::ConstantTimeEq;
use url::Url;
use warp::{Filter, filters::BoxedFilter, reply::Response};

const FORM_MAX: usize = 16 * 1024;

/// Forms that another site cannot post: the browser must hold the cookie, the form must carry the same value, and the
/// browser must not say that the post came from elsewhere. (W-08)
#[derive(Clone)]
pub struct FormGuard {
    random: RandomRef,
    cookie: String,
    attributes: String,
    origin: String,
}

/// A posted form whose guard held.
#[derive(Debug, Deserialize)]
pub struct GuardedForm<T> {
    guard: String,
    /// The form's own fields.
    #[serde(flatten)]
    pub fields: T,
}

/// The origin of `url`, as browsers write it.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The host of `url`, with the port where it is unusual: what people know the product by.
pub fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl FormGuard {
    /// For the pages below `path` (`/auth`) at `public_url`.
    pub fn new(path: &str, public_url: &Url, random: RandomRef) -> Self {
        let secure = public_url.scheme() == "https";
        let name = path.trim_start_matches('/');
        let cookie = if secure { format!("__Secure-{name}-form") } else { format!("{name}-form") };
        let attributes = format!("; Path={path}; HttpOnly; SameSite=Lax{}", if secure { "; Secure" } else { "" });
        Self { random, cookie, attributes, origin: origin(public_url) }
    }

    /// The value for the hidden field `guard` of a page for a browser that sent `headers`: the one it holds, or a new one.
    pub fn value(&self, headers: &HeaderMap) -> String {
        let held = cookie(headers, &self.cookie).map(ToOwned::to_owned);
        held.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(self.random.bytes::<32>()))
    }

    /// Gives the browser the cookie that goes with `value`.
    pub fn give(&self, value: &str, response: &mut Response) {
        if let Ok(cookie) = HeaderValue::try_from(format!("{}={value}{}", self.cookie, self.attributes)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    /// The fields of a form whose guard holds.
    pub fn form<T: DeserializeOwned + Send + 'static>(&self) -> BoxedFilter<(Extracted<T>,)> {
        let guard = self.clone();
        warp::header::headers_cloned()
            .and(form::<GuardedForm<T>>(FORM_MAX))
            .map(move |headers: HeaderMap, form: Extracted<GuardedForm<T>>| {
                let form = form?;
                guard.check(&headers, &form.guard)?;
                Ok(form.fields)
            })
            .boxed()
    }

    fn check(&self, headers: &HeaderMap, sent: &str) -> Result<(), ApiError> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let same_site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
        // A page with `no-referrer` posts with `Origin: null`; then the other two checks stand alone.
        let same_origin = text("origin").is_none_or(|origin| origin == "null" || origin == self.origin);
        let held = cookie(headers, &self.cookie).is_some_and(|held| held.as_bytes().ct_eq(sent.as_bytes()).into());
        if same_site && same_origin && held {
            return Ok(());
        }
        let detail = "the form is too old or was not sent by this site; load the page again and send it once more";
        Err(ApiError::new(ProblemKind::Forbidden).detail(detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::SystemRandom;
    use std::sync::Arc;

    fn guard() -> FormGuard {
        FormGuard::new("/auth", &Url::parse("http://localhost:8080/").unwrap(), Arc::new(SystemRandom))
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    /// Proves: W-08.
    #[test]
    fn a_form_posted_by_another_site_is_refused() {
        let guard = guard();
        let own = headers(&[("cookie", "a=b; auth-form=tok"), ("sec-fetch-site", "same-origin")]);
        assert!(guard.check(&own, "tok").is_ok());
        assert!(guard.check(&own, "other").is_err(), "wrong value");
        assert!(guard.check(&headers(&[]), "tok").is_err(), "no cookie");
        let cross = headers(&[("cookie", "auth-form=tok"), ("sec-fetch-site", "cross-site")]);
        assert!(guard.check(&cross, "tok").is_err(), "cross-site");
        let elsewhere = headers(&[("cookie", "auth-form=tok"), ("origin", "https://evil.example")]);
        assert!(guard.check(&elsewhere, "tok").is_err(), "other origin");
    }
}
