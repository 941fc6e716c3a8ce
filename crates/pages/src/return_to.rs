use std::fmt;

/// Where a page leads back to: the pending sign-in, and nothing else. Everything that is not a path below
/// `/auth/authorize` on this very host is dropped, so no page can be made to lead elsewhere. (W-03, B-51)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// The pending sign-in in `text`, if that is what it is.
    pub fn parse(text: &str) -> Option<Self> {
        let query = text.strip_prefix("/auth/authorize?")?;
        let safe = !query.is_empty() && query.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
        safe.then(|| Self(text.to_owned()))
    }

    /// The path and query.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: B-51, W-03.
    #[test]
    fn only_a_pending_sign_in_is_returned_to() {
        assert!(ReturnTo::parse("/auth/authorize?client_id=x&state=%2F").is_some());
        for text in [
            "",
            "/",
            "//evil.example",
            "https://evil.example",
            "/auth/authorize",
            "/auth/authorize?",
            "/auth/authorize\\@evil",
            "/auth/authorizer?x=1",
            "\t//evil",
            "/auth/authorize?a=1\n",
            "/auth/authorize?a#b",
            "javascript:alert(1)",
        ] {
            assert_eq!(ReturnTo::parse(text), None, "{text:?}");
        }
    }
}
