//! Cursors: the sort key and id of the last entry read, opaque to callers.

use crate::application::Error;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;
use uuid::Uuid;

/// Where a list sorted by a text, then by id, is read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) key: String,
    pub(crate) id: Uuid,
}

impl Cursor {
    /// After the entry with this time and id.
    pub(crate) fn at(time: OffsetDateTime, id: Uuid) -> Self {
        Self { key: (time.unix_timestamp_nanos() / 1_000).to_string(), id }
    }

    pub(crate) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{}", self.id.simple(), self.key))
    }

    pub(crate) fn decode(text: &str) -> Result<Self, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Cursor)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::Cursor)?;
        let (id, key) = text.split_at_checked(32).ok_or(Error::Cursor)?;
        Ok(Self { key: key.to_owned(), id: Uuid::try_parse(id).map_err(|_| Error::Cursor)? })
    }

    /// The key as a time.
    pub(crate) fn time(&self) -> Result<OffsetDateTime, Error> {
        let micros: i128 = self.key.parse::<i64>().map_err(|_| Error::Cursor)?.into();
        OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).map_err(|_| Error::Cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_anything_else_is_refused() {
        let at = datetime!(2026-01-02 03:04:05.123456 UTC);
        let cursor = Cursor::at(at, Uuid::from_u128(7));
        let back = Cursor::decode(&cursor.encode()).unwrap();
        assert_eq!((back.time().unwrap(), &back), (at, &cursor));
        for wrong in ["", "x", "!", &URL_SAFE_NO_PAD.encode("short"), &URL_SAFE_NO_PAD.encode("z".repeat(40))] {
            assert!(Cursor::decode(wrong).is_err(), "{wrong}");
        }
        assert!(Cursor { key: "alice".into(), id: Uuid::nil() }.time().is_err());
    }
}
