//! A set of fields, as managed fields list them. Most of what the API server tells of an object is such lists: they are
//! summed up while they are read, and nothing of them is kept.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

/// What tells one set from another, in whatever order they are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fields {
    sum: u64,
    /// Whether the number of pods is one of them.
    pub replicas: bool,
}

static REPLICAS: LazyLock<u64> = LazyLock::new(|| below(below(0, "f:spec"), "f:replicas"));

/// Stands for a field by the names on the way to it.
fn below(path: u64, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, name).hash(&mut hasher);
    hasher.finish()
}

impl Fields {
    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { sum: self.sum.wrapping_add(other.sum), replicas: self.replicas || other.replicas }
    }

    /// A number that differs where sets do.
    pub const fn sum(self) -> u64 {
        self.sum
    }

    fn add(&mut self, path: u64) {
        *self = self.and(Self { sum: path, replicas: path == *REPLICAS });
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Self::default();
        Below { path: 0, fields: &mut fields }.deserialize(deserializer)?;
        Ok(fields)
    }
}

/// The fields below one.
struct Below<'a> {
    path: u64,
    fields: &'a mut Fields,
}

impl<'de> DeserializeSeed<'de> for Below<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Below<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(path) = map.next_key_seed(Name(self.path))? {
            self.fields.add(path);
            map.next_value_seed(Below { path, fields: self.fields })?;
        }
        Ok(())
    }
}

/// The name of a field below a path.
struct Name(u64);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<u64, E> {
        Ok(below(self.0, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(text: &str) -> Fields {
        let read: Fields = serde_json::from_str(text).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read, Fields::deserialize(&value).unwrap(), "from a text and from a value");
        read
    }

    #[test]
    fn a_set_is_the_same_in_whatever_order_its_fields_are_listed() {
        let one = of(r#"{"f:data": {".": {}, "f:a": {}, "f:b": {}}, "f:metadata": {}}"#);
        assert_eq!(one, of(r#"{"f:metadata": {}, "f:data": {"f:b": {}, "f:a": {}, ".": {}}}"#));
    }

    #[test]
    fn a_field_that_is_elsewhere_or_missing_makes_another_set() {
        let one = of(r#"{"f:data": {"f:a": {}}, "f:more": {"f:b": {}}}"#);
        assert_ne!(one, of(r#"{"f:data": {"f:b": {}}, "f:more": {"f:a": {}}}"#));
        assert_ne!(one, of(r#"{"f:data": {"f:a": {}}, "f:more": {}}"#));
        assert_ne!(one, of(r#"{"f:data": {"f:a": {"f:b": {}}}, "f:more": {}}"#));
        assert_ne!(one, of("{}"));
    }

    #[test]
    fn the_number_of_pods_is_noticed() {
        assert!(of(r#"{"f:spec": {"f:replicas": {}}}"#).replicas);
        assert!(!of(r#"{"f:spec": {"f:x": {"f:replicas": {}}}, "f:replicas": {}}"#).replicas);
    }

    #[test]
    fn what_is_no_set_of_fields_is_an_error() {
        assert!(Fields::deserialize(&json!({"f:data": 1})).is_err());
    }
}
