use crate::helm::{helm, template};

/// What is wrong, and the name that Helm says.
const WRONG: [(&str, &str); 15] = [
    ("replica=2", "'replica'"),
    ("replicas=-1", "/replicas"),
    ("replicas=\"two\"", "/replicas"),
    ("image.pullpolicy=\"Always\"", "'pullpolicy'"),
    ("image.pullPolicy=\"Sometimes\"", "/image/pullPolicy"),
    ("image.digest=\"sha256:short\"", "/image/digest"),
    ("image.tag=1.5", "/image/tag"),
    ("image.pullSecrets=[\"registry\"]", "/image/pullSecrets"),
    ("watchNamespace=\"Chat_1\"", "/watchNamespace"),
    ("logLevel=\"loud\"", "/logLevel"),
    ("resources.request={}", "'request'"),
    ("podLabels={\"app.kubernetes.io/name\": \"mine\"}", "'app.kubernetes.io/name'"),
    ("podMonitor.interval=\"soon\"", "/podMonitor/interval"),
    ("crds.enabled=false", "'enabled'"),
    ("traces.endpoint=\"collector:4318\"", "/traces/endpoint"),
];

/// Proves: P-15.
#[test]
fn a_wrong_value_is_refused_with_its_name() {
    for (value, word) in WRONG {
        let error = template(&[value]).expect_err(value);
        assert!(error.contains(word), "{value}: {error}");
    }
}

#[test]
fn as_a_part_of_another_chart_it_takes_the_values_for_all() {
    template(&["global.imageRegistry=\"registry.example.org\""]).unwrap();
}

/// Proves: P-15.
#[test]
fn helm_finds_nothing_to_say_about_the_chart() {
    let said = helm(&["lint", "--strict", "charts/securechat"]).unwrap();
    assert!(said.contains("1 chart(s) linted, 0 chart(s) failed"), "{said}");
}
