//! Which series an expression reads, held against the list of metrics in the operations guide.

use crate::helm::root;
use std::collections::{BTreeMap, BTreeSet};

/// What Prometheus adds to a series: where it was read, by the chart's monitors.
const ADDED: [&str; 6] = ["namespace", "pod", "job", "securechat", "component", "le"];
/// What the gateway tells, with its labels. That it does is proved beside the gateway's configuration.
const ENVOY: [(&str, &[&str]); 1] =
    [("envoy_http_downstream_rq_xx", &["envoy_http_conn_manager_prefix", "envoy_response_code_class"])];

/// Every series exists, and has the labels that it is chosen by.
pub(crate) fn judged_by_the_guide(expr: &str) {
    let known = guide();
    let read = selectors(expr);
    assert!(!read.is_empty(), "{expr} reads nothing");
    for (name, labels) in read {
        let stem = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .filter(|s| known.contains_key(*s));
        let Some(has) = known.get(stem.unwrap_or(&name)) else {
            panic!("docs/operations/metrics.md has no {name}: {expr}")
        };
        for label in labels {
            assert!(has.contains(&label) || ADDED.contains(&label.as_str()), "{name} has no label {label}: {expr}");
        }
    }
}

/// The metrics of the guide, each with its labels.
fn guide() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("docs/operations/metrics.md")).unwrap();
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    let row = |line: &str| {
        let cells: Vec<_> = line.strip_prefix("| `")?.split(" | ").collect();
        let labels = cells.get(3)?.split("<br>").filter_map(quoted).collect();
        Some((cells[0].trim_end_matches('`').to_owned(), labels))
    };
    let mut known: BTreeMap<_, _> = text.lines().filter_map(row).collect();
    assert!(known.len() > 20, "the guide lists metrics");
    // Named in a sentence: every process has them.
    let head =
        text.split('`').filter(|word| word.starts_with("process_")).map(|name| (name.to_owned(), BTreeSet::new()));
    known.extend(head);
    known.extend(ENVOY.map(|(name, labels)| (name.to_owned(), labels.iter().map(|l| (*l).to_owned()).collect())));
    known
}

/// The series that an expression reads, each with the labels that it is chosen by. A word is a series unless it is called,
/// stands in a list of labels, or is an operator.
fn selectors(expr: &str) -> Vec<(String, Vec<String>)> {
    const WORDS: [&str; 10] =
        ["by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "offset"];
    const LISTS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let (mut found, mut rest) = (Vec::new(), expr);
    while let Some(start) = rest.find(|c: char| is_word(c) || c == '[') {
        if rest[start..].starts_with('[') {
            rest = rest[start..].split_once(']').unwrap().1;
            continue;
        }
        let after = rest[start..].trim_start_matches(is_word);
        let word = &rest[start..rest.len() - after.len()];
        let next = after.trim_start();
        rest = after;
        if LISTS.contains(&word) && next.starts_with('(') {
            rest = next.split_once(')').unwrap().1;
        } else if let Some(inside) = next.strip_prefix('{') {
            let (matchers, behind) = inside.split_once('}').unwrap();
            let label = |matcher: &str| matcher.split(['=', '!']).next().unwrap().trim().to_owned();
            found.push((word.to_owned(), matchers.split("\", ").map(label).collect()));
            rest = behind;
        } else if !["(", "by ", "without "].iter().any(|called| next.starts_with(called))
            && !WORDS.contains(&word)
            && !word.starts_with(|c: char| c.is_ascii_digit())
        {
            found.push((word.to_owned(), Vec::new()));
        }
    }
    found
}

#[test]
fn the_series_of_an_expression_are_found() {
    let expr =
        r#"sum by (a, b) (rate(x_total{c="1, 2", d!~"e"}[5m])) / on (a) group_left y > 0.05 or z unless z offset 1h"#;
    let names: Vec<_> =
        selectors(expr).into_iter().map(|(name, labels)| format!("{name} {}", labels.join(" "))).collect();
    assert_eq!(names, ["x_total c d", "y ", "z ", "z "]);
}
