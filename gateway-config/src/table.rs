//! The route table, parsed and checked.

use securechat_contracts::{Permission, ServiceName};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    sync::{LazyLock, OnceLock},
};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// Classes of how often one client may call.
    pub rates: BTreeMap<String, Rate>,
    /// What passes.
    pub routes: Vec<Route>,
    #[serde(skip)]
    pub(crate) rds: Rds,
}

/// Envoy's file of routes: most of what an edge is made of, the same for all of them, and needed at every look. Made once.
#[derive(Debug, Default)]
pub(crate) struct Rds {
    pub(crate) http: OnceLock<String>,
    pub(crate) https: OnceLock<String>,
}

/// So many calls at once, and as many again within a time, for one client address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Calls at once.
    pub burst: NonZeroU32,
    /// The time, in seconds.
    pub seconds: NonZeroU32,
}

/// One row: a path and some of its methods.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Exact, or with `{names}` that stand for one segment.
    pub path: String,
    /// In capitals.
    pub methods: Vec<String>,
    /// Whose public listener answers.
    pub service: Target,
    /// No token needed.
    #[serde(default)]
    pub public: bool,
    /// What the token must allow; checked by the service, fired by the tests.
    #[serde(default)]
    pub permission: Option<Permission>,
    /// The class of [`RouteTable::rates`].
    pub rate: String,
    /// How large a body may be, in KiB.
    #[serde(default = "body_kib")]
    pub body_kib: u32,
    /// How long an answer may take, in milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u32,
    /// Sending it twice is no more than sending it once, though it is no GET: the edge may try again what got no answer.
    #[serde(default)]
    pub repeatable: bool,
    /// Long-lived: upgrades, and the token also as `access_token` in the query.
    #[serde(default)]
    pub hub: bool,
}

/// Who answers.
pub type Target = ServiceName;

fn body_kib() -> u32 {
    64
}

fn timeout_ms() -> u32 {
    10_000
}

/// A table that cannot be used; the message names the row.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not YAML of this shape.
    #[error("the route table cannot be read: {0}")]
    Unreadable(String),
    /// A row contradicts itself or another.
    #[error("{path}: {reason}")]
    Row {
        /// The row's path.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

impl RouteTable {
    /// The product's own table, parsed once: the operator renders from it at every look.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn built_in() -> Result<&'static Self, &'static TableError> {
        static BUILT_IN: LazyLock<Result<RouteTable, TableError>> =
            LazyLock::new(|| RouteTable::parse(include_str!("../routes.yaml")));
        BUILT_IN.as_ref()
    }

    /// A table from YAML.
    ///
    /// # Errors
    /// [`TableError`]
    pub fn parse(yaml: &str) -> Result<Self, TableError> {
        let table: Self = serde_saphyr::from_str(yaml).map_err(|error| TableError::Unreadable(error.to_string()))?;
        table.check()?;
        Ok(table)
    }

    fn check(&self) -> Result<(), TableError> {
        let mut seen = BTreeSet::new();
        for route in &self.routes {
            let refuse = |reason: &str| TableError::Row { path: route.path.clone(), reason: reason.to_owned() };
            if !route.path.starts_with('/') || route.segments().any(|s| s.is_empty() || !is_segment(s)) {
                return Err(refuse("a path begins with / and has segments of letters, digits, . - _ or one {name}"));
            }
            if !self.rates.contains_key(&route.rate) {
                return Err(refuse(&format!("there is no rate class '{}'", route.rate)));
            }
            if route.methods.is_empty() {
                return Err(refuse("it has no method"));
            }
            for method in &route.methods {
                if !METHODS.contains(&method.as_str()) {
                    return Err(refuse(&format!("'{method}' is not a method")));
                }
                if !seen.insert((route.shape(), method)) {
                    return Err(refuse(&format!("{method} stands twice")));
                }
            }
            if route.public && (route.permission.is_some() || route.hub) {
                return Err(refuse("it cannot be public and need a permission or be a hub"));
            }
        }
        Ok(())
    }
}

fn is_segment(segment: &str) -> bool {
    let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match name {
        Some(name) => !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()),
        None => segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')),
    }
}

impl Route {
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').skip(1)
    }

    /// Whether a segment stands for anything.
    pub fn is_template(&self) -> bool {
        self.path.contains('{')
    }

    /// The path with all names alike, so that two spellings of one template are one.
    pub(crate) fn shape(&self) -> String {
        self.segments().map(|segment| if segment.starts_with('{') { "/{}" } else { segment }).fold(
            String::new(),
            |all, segment| if segment.starts_with('/') { all + segment } else { all + "/" + segment },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(row: &str) -> Result<RouteTable, TableError> {
        RouteTable::parse(&format!("rates: {{api: {{burst: 1, seconds: 1}}}}\nroutes:\n  - {{{row}}}\n"))
    }

    #[test]
    fn the_built_in_table_is_good() {
        assert!(RouteTable::built_in().unwrap().routes.len() > 50);
    }

    #[test]
    fn mistakes_are_named() {
        let said = |row: &str| parse(row).unwrap_err().to_string();
        assert!(said("path: /a, methods: [GET], service: chats, rate: none").contains("no rate class 'none'"));
        assert!(said("path: /a, methods: [FETCH], service: chats, rate: api").contains("'FETCH' is not a method"));
        assert!(said("path: /a, methods: [GET, GET], service: chats, rate: api").contains("GET stands twice"));
        assert!(said("path: a, methods: [GET], service: chats, rate: api").contains("begins with /"));
        assert!(said("path: /a, methods: [GET], service: nobody, rate: api").contains("cannot be read"));
        assert!(said("path: /a, methods: [GET], service: chats, rate: api, publik: true").contains("publik"));
        assert!(parse("path: '/a/{id}', methods: [GET], service: chats, rate: api").is_ok());
    }
}
