use crate::helm::root;
use securechat_operator_chart::{REGENERATE, values_file, values_schema};
use serde_json::Value;

/// A committed file is what it is made from.
pub(crate) fn compare(path: &str, expected: &str) {
    let path = root().join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is out of date. Run: {REGENERATE}", path.display());
}

/// Proves: P-15.
#[test]
fn the_committed_values_and_their_schema_are_what_the_types_say() {
    compare("charts/securechat/values.yaml", &values_file().unwrap());
    let schema = serde_json::to_string_pretty(&values_schema().unwrap()).unwrap();
    compare("charts/securechat/values.schema.json", &(schema + "\n"));
}

#[test]
fn every_value_is_explained() {
    fn explained(place: &str, schema: &Value) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = format!("{place}.{name}");
            assert!(
                property["description"].as_str().is_some_and(|words| words.ends_with('.')),
                "{place} is not explained"
            );
            explained(&place, property);
        }
    }
    explained("", &values_schema().unwrap());
}
