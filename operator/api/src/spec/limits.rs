use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rates and times.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Failed sign-ins for one user name, and from one address, within ten minutes.
    #[schemars(range(min = 1, max = 1000))]
    pub failed_sign_ins: i32,
    /// Registrations and mails asked for from one address within an hour.
    #[schemars(range(min = 1, max = 10000))]
    pub mails_per_hour: i32,
    /// Somebody who did nothing for so many seconds is shown as idle.
    #[schemars(range(min = 10, max = 86400))]
    pub idle_after_seconds: i32,
    /// A sign-in ends after so many days, whatever happens meanwhile.
    #[schemars(range(min = 1, max = 365))]
    pub sign_in_days: i32,
    /// The history of presence is kept for so many days.
    #[schemars(range(min = 1, max = 3650))]
    pub presence_history_days: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            failed_sign_ins: 10,
            mails_per_hour: 20,
            idle_after_seconds: 900,
            sign_in_days: 30,
            presence_history_days: 90,
        }
    }
}
