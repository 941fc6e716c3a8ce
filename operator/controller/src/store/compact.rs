//! Small forms of what is kept for every child: a large cluster has tens of thousands of them.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::num::NonZeroU64;

/// A uid: sixteen bytes where it is a UUID, as it is in practice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Uid {
    /// A UUID in its usual spelling.
    Uuid([u8; 16]),
    /// Any other text.
    Other(Box<str>),
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let parsed = Self::Uuid(u128::from_str_radix(&digits, 16).unwrap_or(0).to_be_bytes());
        // Only what is spelled the same when it is written again.
        if parsed.to_string() == text { parsed } else { Self::Other(text.into()) }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(text) => f.write_str(text),
            Self::Uuid(bytes) => {
                let hex = format!("{:032x}", u128::from_be_bytes(*bytes));
                let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
                write!(f, "{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
            }
        }
    }
}

/// A resource version. They are opaque by contract and numbers in practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// A number.
    Number(u64),
    /// Any other text.
    Other(Box<str>),
}

impl Version {
    /// Whether it is surely older; what is no number is never called older.
    pub fn is_older_than(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Number(one), Self::Number(other)) if one < other)
    }
}

impl From<&str> for Version {
    fn from(text: &str) -> Self {
        match text.parse::<u64>() {
            Ok(number) if number.to_string() == text => Self::Number(number),
            _ => Self::Other(text.into()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// What tells values apart in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(NonZeroU64);

impl Digest {
    /// Of a text, or a number that stands for more.
    pub fn of(value: &(impl Hash + ?Sized)) -> Self {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        Self(NonZeroU64::new(hasher.finish()).unwrap_or(NonZeroU64::MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_small_is_written_as_it_was_read() {
        for text in ["0190a1b2-0000-7000-8000-00000000000a", "0190A1B2-0000-7000-8000-00000000000A", "", "7", "é-–"]
        {
            assert_eq!(Uid::from(text).to_string(), text);
        }
        assert!(matches!(Uid::from("0190a1b2-0000-7000-8000-00000000000a"), Uid::Uuid(_)));
        for text in ["0", "17", "017", "", "x", "18446744073709551616"] {
            assert_eq!(Version::from(text).to_string(), text);
        }
    }

    #[test]
    fn only_numbers_are_ever_older() {
        assert!(Version::from("9").is_older_than(&Version::from("10")));
        assert!(!Version::from("10").is_older_than(&Version::from("9")));
        assert!(!Version::from("a").is_older_than(&Version::from("b")));
    }
}
