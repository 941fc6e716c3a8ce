//! Alerts: one for every reason that asks for somebody, and a few on what people notice. Each names its runbook, a page of
//! docs/operations/runbooks whose head comes from here.

mod reasons;
mod symptoms;

use crate::REGENERATE;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Stands in the file of rules where the chart's value `prometheusRule.runbooks` is put.
pub const RUNBOOKS: &str = "RUNBOOKS";

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// People cannot use the platform, or soon cannot: wake somebody.
    Critical,
    /// It will not mend by itself, and can wait for the morning.
    Warning,
    /// It may be meant: a reminder.
    Info,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its page among the runbooks, and its name without what all alerts begin with.
    pub page: String,
    /// When it is on, in PromQL.
    pub expr: String,
    /// For how long that has to last, as Prometheus writes it.
    pub after: &'static str,
    /// How urgent it is.
    pub severity: Severity,
    /// Where it is, in labels of the expression.
    pub place: &'static str,
    /// What it means, in sentences.
    pub meaning: String,
    /// Who must act.
    pub who: &'static str,
    /// What to type first, in labels of the expression.
    pub look: &'static str,
}

impl Alert {
    /// What Prometheus calls it.
    pub fn name(&self) -> String {
        format!("SecureChat{}", self.page)
    }

    /// What its page begins with.
    pub fn head(&self) -> String {
        format!(
            "<!-- The head is generated: {REGENERATE} -->\n# {}\n\n{}\n\nAlert `{}`: {}, {}. Who must act: {}.\n\n",
            self.page,
            self.meaning,
            self.name(),
            self.severity.as_str(),
            self.when(),
            self.who
        )
    }

    fn when(&self) -> String {
        match self.after {
            "0m" => "at once".to_owned(),
            after => format!("after {after}"),
        }
    }
}

impl Severity {
    /// The label's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// All alerts: those of the reasons, then the others.
pub fn alerts() -> Vec<Alert> {
    [reasons::alerts(), symptoms::alerts()].concat()
}

#[derive(Serialize)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    alert: String,
    expr: String,
    #[serde(rename = "for")]
    after: &'static str,
    labels: BTreeMap<&'static str, &'static str>,
    annotations: BTreeMap<&'static str, String>,
}

/// The rules as Prometheus reads them.
///
/// # Errors
/// When they cannot be written, which a test excludes.
pub fn rules_file() -> Result<String, serde_saphyr::ser::Error> {
    let group = |name, alerts: Vec<Alert>| Group { name, rules: alerts.iter().map(rule).collect() };
    let groups = vec![group("securechat.reasons", reasons::alerts()), group("securechat.symptoms", symptoms::alerts())];
    Ok(format!("# Generated: {REGENERATE}\n{}", serde_saphyr::to_string(&Rules { groups })?))
}

fn rule(alert: &Alert) -> Rule {
    let annotations = [
        ("summary", format!("{}: {}", alert.place, alert.meaning)),
        ("description", format!("Begin with: {}", alert.look)),
        ("runbook_url", format!("{RUNBOOKS}/{}.md", alert.page)),
    ];
    Rule {
        alert: alert.name(),
        expr: alert.expr.clone(),
        after: alert.after,
        labels: BTreeMap::from([("severity", alert.severity.as_str())]),
        annotations: BTreeMap::from(annotations),
    }
}

/// The index of the runbooks.
pub fn index() -> String {
    let mut text = format!(
        "<!-- Generated: {REGENERATE} -->\n# Runbooks\n\nOne page for each alert of the chart (`prometheusRule.enabled`). An alert \
         `SecureChat…` links to its page.\n\nCritical: people cannot use the platform, or soon cannot. Warning: it will not mend by \
         itself, and can wait for the morning. Info: it may be meant.\n\n| Page | What it means | Urgency | Who must act |\n\
         | --- | --- | --- | --- |\n"
    );
    for alert in alerts() {
        let Alert { page, meaning, severity, who, .. } = &alert;
        let _ = writeln!(text, "| [{page}]({page}.md) | {meaning} | {}, {} | {who} |", severity.as_str(), alert.when());
    }
    text
}
