//! Alerts, their pages, and what they are made from, held together; the rules are judged by Prometheus' own promtool.

use crate::expressions::judged_by_the_guide;
use crate::generated::compare;
use crate::helm::{objects, root, template};
use securechat_operator_chart::alerts::{Alert, RUNBOOKS, alerts, index, rules_file};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

const PAGES: &str = "docs/operations/runbooks";

/// Runs promtool, which must have nothing to say against it.
fn promtool(args: &[&str], folder: &Path) {
    let program = root().join(".tools/promtool");
    let ran = Command::new(program).args(args).current_dir(folder).output();
    let ran = ran.unwrap_or_else(|error| panic!("promtool: {error}; deploy/install test brings it"));
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
}

/// Proves: P-15, P-07.
#[test]
fn the_committed_rules_and_index_are_what_the_alerts_say() {
    compare("charts/securechat/files/alerts.yaml", &rules_file().unwrap());
    compare(&format!("{PAGES}/README.md"), &index());
}

/// Proves: P-15.
#[test]
fn every_alert_has_its_page_and_every_page_its_alert() {
    let folder = root().join(PAGES);
    let names = |name: &str| name.strip_suffix(".md").filter(|page| *page != "README").map(str::to_owned);
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<_> = entries.filter_map(|name| names(&name)).collect();
    let wanted: BTreeSet<_> = alerts().into_iter().map(|alert| alert.page).collect();
    assert_eq!(pages, wanted);
    for alert in alerts() {
        page(&folder.join(format!("{}.md", alert.page)), &alert);
    }
}

/// The head says what the alert says; below it stands what a person needs at night.
fn page(path: &Path, alert: &Alert) {
    const FIRST: &str = "## What people notice\n";
    let text = std::fs::read_to_string(path).unwrap();
    let body = &text[text.find(FIRST).unwrap_or_else(|| panic!("{} lacks '{FIRST}'", path.display()))..];
    let expected = alert.head() + body;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &expected).unwrap();
    } else {
        assert!(text == expected, "{} begins otherwise than its alert says", path.display());
    }
    let headings: Vec<_> = body.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(headings, [FIRST.trim_end(), "## How to look", "## How to mend"], "{}", path.display());
    assert!(body.contains("```sh\nkubectl "), "{} says nothing to type", path.display());
}

/// Proves: P-07.
#[test]
fn promtool_accepts_the_rules_and_each_alert_fires_on_its_reason_and_links_to_its_page() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("alerts.yaml"), rules_file().unwrap()).unwrap();
    promtool(&["check", "rules", "--lint=all", "--lint-fatal", "alerts.yaml"], folder.path());
    let file = json!({
        "rule_files": ["alerts.yaml"], "evaluation_interval": "5m",
        "tests": [after_a_day("all are on", true), after_a_day("none is on", false)],
    });
    std::fs::write(folder.path().join("test.yaml"), file.to_string()).unwrap();
    promtool(&["test", "rules", "test.yaml"], folder.path());
}

/// A series, and its values when the alert is on and when it is not.
type Series = (&'static str, &'static str, &'static str);

fn symptom(page: &str) -> &'static [Series] {
    match page {
        "EdgeErrors" => &[
            (
                r#"envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix="edge", envoy_response_code_class="5", namespace="n", securechat="s"}"#,
                "0+6x1500",
                "0+4x1500",
            ),
            (
                r#"envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix="edge", envoy_response_code_class="2", namespace="n", securechat="s"}"#,
                "0+94x1500",
                "0+96x1500",
            ),
        ],
        "SlowAnswers" => &[
            (
                r#"securechat_http_request_duration_seconds_bucket{listener="public", namespace="n", securechat="s", component="chats", le="1"}"#,
                "0+98x1500",
                "0+100x1500",
            ),
            (
                r#"securechat_http_request_duration_seconds_bucket{listener="public", namespace="n", securechat="s", component="chats", le="5"}"#,
                "0+100x1500",
                "0+100x1500",
            ),
            (
                r#"securechat_http_request_duration_seconds_bucket{listener="public", namespace="n", securechat="s", component="chats", le="+Inf"}"#,
                "0+100x1500",
                "0+100x1500",
            ),
        ],
        "DependencyDown" => &[(
            r#"securechat_dependency_up{namespace="n", securechat="s", component="chats", dependency="broker"}"#,
            "0x1500",
            "1x1500",
        )],
        "OutboxLag" => &[(
            r#"securechat_outbox_oldest_event_age_seconds{namespace="n", securechat="s", component="chats", pod="a"}"#,
            "61x1500",
            "5x1500",
        )],
        // The first one ever: the series appears with it.
        "EventsParked" => &[(
            r#"securechat_events_handled_total{outcome="parked", namespace="n", securechat="s", component="chats", queue="q", type="t"}"#,
            "_x1490 1x10",
            "1x1500",
        )],
        "MailsGivenUp" => &[(
            r#"securechat_mails_total{outcome="given_up", namespace="n", securechat="s", component="chats"}"#,
            "0x1490 1x10",
            "3x1500",
        )],
        "RestartLoop" => &[(
            r#"process_start_time_seconds{namespace="n", securechat="s", component="chats", pod="p"}"#,
            "1x1490 2 3 4 5x10",
            "1x1490 2x10",
        )],
        "OperatorNotLeading" => {
            &[(r#"securechat_operator_leader{namespace="n", job="j", pod="a"}"#, "0x1500", "1x1500")]
        }
        "OperatorWatchStale" => {
            &[(r#"securechat_operator_watch_age_seconds{namespace="n", pod="p", watch="Job"}"#, "121x1500", "30x1500")]
        }
        "OperatorFails" => {
            &[(r#"securechat_operator_reconciles_total{namespace="n", job="j", result="write"}"#, "0+1x1500", "1x1500")]
        }
        other => panic!("{other} is not tried: say on which series it is on, and on which it is not"),
    }
}

/// All series at once, and what each alert makes of them after more than a day.
fn after_a_day(name: &str, on: bool) -> Value {
    let values = |(series, yes, no): &(String, _, _)| json!({"series": series, "values": if on { yes } else { no }});
    let series: Vec<_> = alerts().iter().flat_map(series).collect();
    let expected = |alert: &Alert| {
        let told = if on { vec![told(alert)] } else { Vec::new() };
        json!({"eval_time": "1500m", "alertname": alert.name(), "exp_alerts": told})
    };
    json!({
        "name": name, "interval": "1m", "input_series": series.iter().map(values).collect::<Vec<_>>(),
        "alert_rule_test": alerts().iter().map(expected).collect::<Vec<_>>(),
    })
}

/// What an alert is tried with: a series with its reason, or those of its symptom.
fn series(alert: &Alert) -> Vec<(String, &'static str, &'static str)> {
    const CONDITION: &str =
        r#"securechat_operator_condition{namespace="n", name="s", type="Ready", status="False", reason="REASON"}"#;
    if alert.expr.contains("securechat_operator_condition") {
        return vec![(CONDITION.replace("REASON", &alert.page), "1x1500", "0x1500")];
    }
    symptom(&alert.page).iter().map(|(name, yes, no)| ((*name).to_owned(), *yes, *no)).collect()
}

/// All that an alert tells of its series: by the labels that its expression keeps.
fn told(alert: &Alert) -> Value {
    let name = &series(alert)[0].0;
    let value =
        |label: &str| name.split_once(&format!(" {label}=\"")).or_else(|| name.split_once(&format!("{{{label}=\"")));
    let kept = alert.expr.split_once("by (").unwrap().1.split_once(')').unwrap().0;
    let kept = kept.split(", ").filter(|label| *label != "le");
    let mut labels: BTreeMap<_, _> =
        kept.map(|label| (label, value(label).unwrap().1.split('"').next().unwrap())).collect();
    let filled = |text: &str| {
        labels
            .iter()
            .fold(text.to_owned(), |text, (label, value)| text.replace(&format!("{{{{ $labels.{label} }}}}"), value))
    };
    let annotations = json!({
        "summary": filled(&format!("{}: {}", alert.place, alert.meaning)),
        "description": filled(&format!("Begin with: {}", alert.look)),
        "runbook_url": format!("{RUNBOOKS}/{}.md", alert.page),
    });
    labels.insert("severity", alert.severity.as_str());
    json!({"exp_labels": labels, "exp_annotations": annotations})
}

/// Proves: P-07.
#[test]
fn the_chart_brings_every_alert_with_a_link_to_where_the_runbooks_are() {
    let values = ["prometheusRule.enabled=true", "prometheusRule.runbooks=\"https://runbooks.example.org/\""];
    let all = objects(&template(&values).unwrap());
    let rule = all.iter().find(|object| object["kind"] == "PrometheusRule").unwrap();
    let groups = rule["spec"]["groups"].as_array().unwrap();
    let rules: Vec<_> = groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).collect();
    assert_eq!(rules.len(), alerts().len());
    for (rule, alert) in rules.iter().zip(alerts()) {
        let link = format!("https://runbooks.example.org/{}.md", alert.page);
        assert!(rule["alert"] == alert.name() && rule["annotations"]["runbook_url"] == link, "{rule}");
    }
}

/// Proves: P-07.
#[test]
fn alerts_read_only_what_the_guide_lists() {
    for alert in alerts() {
        judged_by_the_guide(&alert.expr);
    }
}
