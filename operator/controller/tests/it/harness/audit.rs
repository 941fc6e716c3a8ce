use super::{World, server, server::OPERATOR_USER};
use serde_json::Value;

/// A request that an operator made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) verb: String,
    pub(crate) resource: String,
    pub(crate) name: String,
    pub(crate) code: i64,
}

impl World {
    /// All requests of this test's operator so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let log = std::fs::read_to_string(server().audit_log()).unwrap();
        let entries = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        entries
            .filter(|entry| entry["user"]["username"] == OPERATOR_USER)
            .filter(|entry| entry["objectRef"]["namespace"] == self.namespace.as_str())
            .map(|entry| {
                let text =
                    |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
                let (resource, part) = (text("/objectRef/resource"), text("/objectRef/subresource"));
                Request {
                    verb: text("/verb"),
                    // As RBAC writes it.
                    resource: if part.is_empty() { resource } else { format!("{resource}/{part}") },
                    name: text("/objectRef/name"),
                    code: entry["responseStatus"]["code"].as_i64().unwrap_or(0),
                }
            })
            .collect()
    }
}
