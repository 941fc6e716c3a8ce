//! Checking all fields before answering, so that a person mends them in one go.

use crate::ApiError;
use securechat_contracts::FieldError;
use std::fmt::Display;

/// Collects what is wrong with the fields of one request.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// The parsed field, or `None` with its error noted under `pointer` (RFC 6901).
    pub fn take<T, E: Display>(&mut self, pointer: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.refuse(pointer, &error)).ok()
    }

    /// Notes an error under `pointer`.
    pub fn refuse(&mut self, pointer: &str, detail: &impl Display) {
        self.errors.push(FieldError { pointer: pointer.to_owned(), detail: detail.to_string() });
    }

    /// What was noted.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// `value` when nothing was noted.
    ///
    /// # Errors
    /// `invalid-fields` with everything noted; also when `value` is absent.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, ApiError> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(ApiError::invalid_fields(self.errors)),
        }
    }
}
