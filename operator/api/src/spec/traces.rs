use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the services send traces: what happens on the way of a message or a sign-in, and how long each part takes.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TracesSpec {
    /// The base of an OTLP/HTTP receiver, such as http://collector.monitoring:4318. While it is away nothing waits for it.
    #[schemars(length(max = 253), extend("x-kubernetes-validations" = [
        {"rule": "isURL(self) && self.matches('^https?://[A-Za-z0-9.-]+(:[0-9]+)?$')",
         "message": "endpoint must be scheme, host and port, such as http://collector:4318: no path, no slash at the end"},
    ]))]
    pub endpoint: String,
    /// Of a hundred traces so many are told.
    #[serde(default = "all")]
    #[schemars(range(min = 1, max = 100))]
    pub sample_percent: i32,
}

fn all() -> i32 {
    100
}
