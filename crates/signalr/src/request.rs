//! The request that negotiates or connects, as a hub sees it.

use http::{HeaderMap, Method, header};

/// One HTTP request to the hub.
#[derive(Debug, Clone)]
pub struct HubRequest {
    method: Method,
    headers: HeaderMap,
    query: Vec<(String, String)>,
}

impl HubRequest {
    /// A request from its parts; `query` is the raw text behind the question mark.
    pub fn new(method: Method, headers: HeaderMap, query: &str) -> Self {
        let query = serde_urlencoded::from_str(query).unwrap_or_default();
        Self { method, headers, query }
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header, when it is readable text.
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A query value, percent-decoded. Names match whatever their case, as in the reference server.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The access token: from `Authorization: Bearer`, or from `access_token` in the query, since a browser can't
    /// set headers on a WebSocket.
    pub fn access_token(&self) -> Option<&str> {
        let header = self.header(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        header.or_else(|| self.query("access_token")).filter(|token| !token.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(header: Option<&str>, query: &str) -> HubRequest {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        HubRequest::new(Method::GET, headers, query)
    }

    /// Proves: W-38.
    #[test]
    fn the_access_token_comes_by_header_or_by_query() {
        assert_eq!(request(Some("Bearer a.b"), "").access_token(), Some("a.b"));
        assert_eq!(request(Some("bearer a.b"), "access_token=c").access_token(), Some("a.b"));
        assert_eq!(request(None, "id=1&Access_Token=c%2Ed").access_token(), Some("c.d"));
        assert_eq!(request(Some("Basic x"), "").access_token(), None);
        assert_eq!(request(None, "access_token=").access_token(), None);
    }
}
