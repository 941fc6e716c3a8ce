use super::{World, server, server::OPERATOR_USER};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::sync::{Mutex, PoisonError};

/// A request that an operator made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) verb: String,
    pub(crate) resource: String,
    pub(crate) name: String,
    pub(crate) code: i64,
}

/// All that was read of the log so far, by namespace: it grows to many megabytes, and tests look at it again and again.
static READ: Mutex<Option<Log>> = Mutex::new(None);

struct Log {
    file: BufReader<File>,
    /// The line that is being written.
    line: String,
    requests: HashMap<String, Vec<Request>>,
}

impl World {
    /// All requests of this test's operator so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        let log = read.get_or_insert_with(|| Log {
            file: BufReader::new(File::open(server().audit_log()).unwrap()),
            line: String::new(),
            requests: HashMap::new(),
        });
        log.read_on();
        log.requests.get(&self.namespace).cloned().unwrap_or_default()
    }
}

impl Log {
    fn read_on(&mut self) {
        while self.file.read_line(&mut self.line).unwrap() > 0 && self.line.ends_with('\n') {
            let entry: Value = serde_json::from_str(&self.line).unwrap();
            self.line.clear();
            if entry["user"]["username"] == OPERATOR_USER {
                let namespace = entry["objectRef"]["namespace"].as_str().unwrap_or_default().to_owned();
                self.requests.entry(namespace).or_default().push(request(&entry));
            }
        }
    }
}

fn request(entry: &Value) -> Request {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (resource, part) = (text("/objectRef/resource"), text("/objectRef/subresource"));
    Request {
        verb: text("/verb"),
        // As RBAC writes it.
        resource: if part.is_empty() { resource } else { format!("{resource}/{part}") },
        name: text("/objectRef/name"),
        code: entry["responseStatus"]["code"].as_i64().unwrap_or(0),
    }
}
