use securechat_contracts::ServiceName;
use std::fmt;

/// Scopes that are no service's.
const OTHERS: [&str; 5] = ["openid", "profile", "email", "permissions", "offline_access"];

/// What a client asks for or was granted (RFC 6749 section 3.3): known words, each once, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scopes(Vec<String>);

impl Scopes {
    /// The words of `text`, all of which must be known and among `allowed`.
    pub(crate) fn parse(text: &str, allowed: &[String]) -> Result<Self, String> {
        let mut words: Vec<String> = Vec::new();
        for word in text.split_ascii_whitespace() {
            if !known(word) || !allowed.iter().any(|a| a == word) {
                return Err(word.to_owned());
            }
            if !words.iter().any(|w| w == word) {
                words.push(word.to_owned());
            }
        }
        Ok(Self(words))
    }

    /// Scopes that were granted before and come back from the database.
    pub(crate) fn granted(text: &str) -> Self {
        Self(text.split_ascii_whitespace().map(ToOwned::to_owned).collect())
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.iter().any(|word| word == scope)
    }

    /// The audiences that the service scopes stand for.
    pub(crate) fn audiences(&self) -> Vec<String> {
        ServiceName::ALL.into_iter().filter(|s| self.has(s.as_str())).map(ServiceName::audience).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

fn known(word: &str) -> bool {
    OTHERS.contains(&word) || word.parse::<ServiceName>().is_ok()
}

/// All scopes, for discovery.
pub(crate) fn all() -> Vec<&'static str> {
    OTHERS.into_iter().chain(ServiceName::ALL.into_iter().map(ServiceName::as_str)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_and_allowed_scopes_pass_and_services_become_audiences() {
        let allowed: Vec<String> = ["openid", "chats", "users", "nonsense"].map(String::from).to_vec();
        let scopes = Scopes::parse("openid chats chats", &allowed).unwrap();
        assert_eq!(scopes.to_string(), "openid chats");
        assert_eq!(scopes.audiences(), ["urn:securechat:chats"]);
        assert_eq!(Scopes::parse("openid session", &allowed), Err("session".into()));
        assert_eq!(Scopes::parse("nonsense", &allowed), Err("nonsense".into()));
    }
}
