//! What an account is made of: each value is parsed once, at the edge.

use securechat_contracts::Role;
use securechat_kernel::UserId;
use time::OffsetDateTime;

/// A user name: 3 to 20 letters, digits, dots, hyphens and underscores, beginning with a letter or digit. Unique
/// whatever its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserName(String);

/// Not a user name.
#[derive(Debug, thiserror::Error)]
#[error("a user name has 3 to 20 letters, digits, dots, hyphens or underscores and begins with a letter or digit")]
pub(crate) struct InvalidUserName;

impl UserName {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidUserName> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let fits = (3..=20).contains(&text.len()) && begins && text.bytes().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidUserName) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique.
    pub(crate) fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// An e-mail address. Unique whatever its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email(String);

/// Not an e-mail address.
#[derive(Debug, thiserror::Error)]
#[error("this is not an e-mail address")]
pub(crate) struct InvalidEmail;

impl Email {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address: lettre::Address = text.trim().parse().map_err(|_| InvalidEmail)?;
        let text = address.to_string();
        if text.len() <= 254 && text.is_ascii() { Ok(Self(text)) } else { Err(InvalidEmail) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique.
    pub(crate) fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// A password that is good enough to be set: NIST SP 800-63B asks for length, not for kinds of characters.
pub(crate) struct NewPassword(String);

/// A password that is not good enough.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WeakPassword {
    #[error("a password has at least {} characters; a short sentence works well", NewPassword::LENGTH_MIN)]
    TooShort,
    #[error("a password has at most {} characters", NewPassword::LENGTH_MAX)]
    TooLong,
    #[error("a password must not contain the user name")]
    ContainsUserName,
    #[error("this password is too easy to guess")]
    Guessable,
}

impl NewPassword {
    pub(crate) const LENGTH_MIN: usize = 12;
    pub(crate) const LENGTH_MAX: usize = 256;
    /// So many characters must be left when the words that everybody tries are taken away.
    const OWN_MIN: usize = 6;

    pub(crate) fn parse(text: &str, user_name: &str) -> Result<Self, WeakPassword> {
        let length = text.chars().count();
        if length < Self::LENGTH_MIN {
            return Err(WeakPassword::TooShort);
        }
        if length > Self::LENGTH_MAX {
            return Err(WeakPassword::TooLong);
        }
        let lower = text.to_lowercase();
        if user_name.len() >= 3 && lower.contains(&user_name.to_lowercase()) {
            return Err(WeakPassword::ContainsUserName);
        }
        let different = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
        let common = ["password", "passwort", "securechat", "qwerty", "letmein", "123456789"];
        let own = common.iter().fold(lower, |rest, word| rest.replace(word, "")).chars().count();
        if different < 5 || own < Self::OWN_MIN {
            return Err(WeakPassword::Guessable);
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account, without its password.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) user_name: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) auth_epoch: u64,
    pub(crate) roles: Vec<Role>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) modified_at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: W-11.
    #[test]
    fn names_and_addresses_are_checked() {
        assert!(UserName::parse("alice").is_ok() && UserName::parse("a.b-c_9").is_ok());
        for wrong in ["al", "-alice", "ali ce", "älice", "a234567890123456789012", ""] {
            assert!(UserName::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Email::parse("a@b.example").is_ok());
        for wrong in ["a", "a@", "@b", "a b@c.d", "a@b\r\nBcc: c@d.e", ""] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }

    /// Proves: W-11.
    #[test]
    fn long_passwords_pass_and_guessable_ones_do_not() {
        let weak = |text| NewPassword::parse(text, "alice").err();
        assert_eq!(weak("correct horse battery"), None);
        assert_eq!(weak("short"), Some(WeakPassword::TooShort));
        assert_eq!(weak("hello Alice hello"), Some(WeakPassword::ContainsUserName));
        assert_eq!(weak("passwordpassword"), Some(WeakPassword::Guessable));
        assert_eq!(weak("password1234"), Some(WeakPassword::Guessable));
        assert_eq!(weak("my password is a secret"), None);
        assert_eq!(weak("aaaaaaaaaaaaaa"), Some(WeakPassword::Guessable));
        assert_eq!(weak(&"long enough ".repeat(30)), Some(WeakPassword::TooLong));
    }
}
