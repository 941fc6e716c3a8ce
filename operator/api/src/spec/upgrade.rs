use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a change is carried out, and whether it waits for a person.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UpgradeSpec {
    /// Who approves the plan of a change.
    pub approval: Approval,
    /// With `approval: Manual`, the plan that may be carried out: the hash in status.plan. Another plan's hash, or an
    /// old one, approves nothing.
    #[schemars(length(max = 10), regex(pattern = "^[0-9a-f]{10}$"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_plan: Option<String>,
    /// How many services come to another release at a time. With 1, a release whose processes do not become ready
    /// stops at the first of them, and the others serve on as they are.
    #[schemars(range(min = 1, max = 6))]
    pub parallelism: i32,
}

impl Default for UpgradeSpec {
    fn default() -> Self {
        Self { approval: Approval::default(), approved_plan: None, parallelism: 1 }
    }
}

impl UpgradeSpec {
    /// Whether nothing is set.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Who approves the plan of a change.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Approval {
    /// Nobody needs to: a plan without objections is carried out at once.
    #[default]
    Automatic,
    /// A person, by naming the plan in approvedPlan. That holds for the first installation, too.
    Manual,
}
