use crate::expressions::judged_by_the_guide;
use crate::generated::compare;
use crate::helm::{objects, root, template};
use securechat_operator_chart::dashboards::{DASHBOARDS, Dashboard};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// Proves: P-15, P-07.
#[test]
fn the_committed_dashboards_are_what_their_panels_say() {
    for dashboard in DASHBOARDS {
        let text = serde_json::to_string_pretty(&dashboard.json()).unwrap();
        compare(&format!("charts/securechat/files/dashboards/{}.json", dashboard.id), &(text + "\n"));
    }
}

/// Proves: P-07.
#[test]
fn promtool_accepts_what_panels_ask_and_they_ask_only_what_the_guide_lists() {
    let all: Vec<_> = DASHBOARDS.iter().flat_map(Dashboard::expressions).collect();
    let asked = all.iter().map(|expr| expr.replace("$__rate_interval", "5m"));
    let rules: Vec<_> = asked.map(|expr| serde_json::json!({"record": "panel", "expr": expr})).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, serde_json::json!({"groups": [{"name": "panels", "rules": rules}]}).to_string()).unwrap();
    let ran = Command::new(root().join(".tools/promtool"))
        .args(["check", "rules", "--lint=none"])
        .arg(file.path())
        .output()
        .unwrap_or_else(|error| panic!("promtool: {error}; deploy/install test brings it"));
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    for expr in &all {
        judged_by_the_guide(expr);
    }
}

/// Proves: P-07.
#[test]
fn each_dashboard_is_a_config_map_that_grafanas_sidecar_finds() {
    let all = objects(&template(&["dashboards.enabled=true"]).unwrap());
    let maps = all.iter().filter(|object| object["kind"] == "ConfigMap");
    let mut found = BTreeSet::new();
    for map in maps {
        assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], "1");
        for text in map["data"].as_object().unwrap().values() {
            let dashboard: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
            found.insert(dashboard["uid"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(found, DASHBOARDS.iter().map(|dashboard| dashboard.id.to_owned()).collect());
}
