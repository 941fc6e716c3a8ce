//! Keyset pages: a list is read with `limit` and an opaque `cursor`, never with an offset.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The entries of this page, in the list's order.
    pub items: Vec<T>,
    /// Pass it as `cursor` to read on; absent on the last page.
    pub next_cursor: Option<String>,
    /// How many entries all pages hold together, where counting is cheap.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// Cuts `rows`, read with `limit + 1`, into a page; `cursor_of` names the last entry that is kept.
    pub fn from_rows(mut rows: Vec<T>, limit: u32, cursor_of: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(cursor_of) } else { None };
        Self { items: rows, next_cursor, total: None }
    }

    /// The same page with other entries.
    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(into).collect(), next_cursor: self.next_cursor, total: self.total }
    }

    /// The same page, telling how many entries there are in all.
    #[must_use]
    pub fn with_total(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }
}

/// What a caller asks of a list: already checked, so `limit` lies within 1 and [`PageRequest::LIMIT_MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    limit: u32,
    cursor: Option<String>,
}

/// `limit` lies outside 1..=[`PageRequest::LIMIT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("limit must lie between 1 and {}", PageRequest::LIMIT_MAX)]
pub struct LimitOutOfRange;

impl PageRequest {
    /// The greatest page.
    pub const LIMIT_MAX: u32 = 100;
    /// The page size when the caller names none.
    pub const LIMIT_DEFAULT: u32 = 25;

    /// # Errors
    /// [`LimitOutOfRange`]
    pub fn parse(limit: Option<u32>, cursor: Option<String>) -> Result<Self, LimitOutOfRange> {
        let limit = limit.unwrap_or(Self::LIMIT_DEFAULT);
        if (1..=Self::LIMIT_MAX).contains(&limit) {
            Ok(Self { limit, cursor: cursor.filter(|c| !c.is_empty()) })
        } else {
            Err(LimitOutOfRange)
        }
    }

    /// How many entries at most.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Where to read on.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_cursor_only_when_there_is_more() {
        let full = Page::from_rows(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((full.items, full.next_cursor.as_deref()), (vec![1, 2], Some("2")));
        let last = Page::from_rows(vec![1, 2], 2, ToString::to_string);
        assert_eq!(last.next_cursor, None);
    }

    #[test]
    fn a_limit_outside_the_range_is_refused() {
        assert!(PageRequest::parse(Some(0), None).is_err());
        assert!(PageRequest::parse(Some(101), None).is_err());
        assert_eq!(PageRequest::parse(None, None).map(|p| p.limit()), Ok(25));
    }
}
