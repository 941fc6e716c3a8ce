//! Objects as people compare them.

use crate::kinds::Kind;
use serde_json::Value;
use similar::TextDiff;

/// Lines around each change.
const CONTEXT: usize = 3;

/// A unified diff of an object, without any Secret's content.
pub(super) fn unified(kind: Kind, name: &str, before: Option<&Value>, after: Option<&Value>) -> anyhow::Result<String> {
    let (mut before, mut after) = (before.cloned().unwrap_or_default(), after.cloned().unwrap_or_default());
    if kind == Kind::Secret {
        hide(&mut before, &mut after);
    }
    let (before, after) = (text(&before)?, text(&after)?);
    let header = format!("{kind}/{name}");
    let diff = TextDiff::from_lines(&before, &after);
    Ok(diff.unified_diff().context_radius(CONTEXT).header(&header, &header).to_string())
}

fn text(object: &Value) -> anyhow::Result<String> {
    if object.is_null() { Ok(String::new()) } else { Ok(serde_saphyr::to_string(object)?) }
}

/// Whether an entry differs may be seen, what it is may not.
fn hide(before: &mut Value, after: &mut Value) {
    for field in ["data", "stringData"] {
        let same: Vec<String> = match (before[field].as_object(), after[field].as_object()) {
            (Some(before), Some(after)) => before
                .iter()
                .filter(|(key, value)| after.get(*key) == Some(value))
                .map(|(key, _)| key.clone())
                .collect(),
            _ => Vec::new(),
        };
        for (object, word) in [(&mut *before, "(hidden, before)"), (&mut *after, "(hidden, after)")] {
            let Some(entries) = object.get_mut(field).and_then(Value::as_object_mut) else { continue };
            for (key, value) in entries {
                *value = if same.contains(key) { "(hidden)".into() } else { word.into() };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Proves: B-06.
    #[test]
    fn a_diff_of_a_secret_tells_which_entries_differ_and_nothing_of_their_content() {
        let secret = |password: &str| json!({"kind": "Secret", "data": {"password": password, "user": "Y2FuYXJ5"}, "stringData": {"a": "canary"}});
        let text = unified(Kind::Secret, "x", Some(&secret("Y2FuYXJ5LW9uZQ==")), Some(&secret("two"))).unwrap();
        assert!(
            text.contains("-  password: (hidden, before)") && text.contains("+  password: (hidden, after)"),
            "{text}"
        );
        assert!(text.contains("   user: (hidden)"), "{text}");
        for canary in ["Y2FuYXJ5", "two", "canary"] {
            assert!(!text.contains(canary), "{text}");
        }
        let made = unified(Kind::Secret, "x", None, Some(&secret("two"))).unwrap();
        assert!(!made.contains("two") && made.contains("+  password: (hidden, after)"), "{made}");
    }

    #[test]
    fn a_diff_shows_the_changed_lines_and_some_around_them() {
        let object = |image: &str| json!({"kind": "Deployment", "spec": {"image": image, "replicas": 2}});
        let text = unified(Kind::Deployment, "x", Some(&object("a")), Some(&object("b"))).unwrap();
        assert!(text.contains("-  image: a\n+  image: b\n"), "{text}");
        assert_eq!(unified(Kind::Deployment, "x", Some(&object("a")), Some(&object("a"))).unwrap(), "");
    }
}
