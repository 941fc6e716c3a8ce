//! The CRD as the API server wants it.

use crate::SecureChat;
use kube::CustomResourceExt;
use serde_json::Value;

/// How the committed copies are made anew. (`securechat-operator crd` prints the same.)
pub const REGENERATE: &str = "UPDATE_GOLDEN=1 cargo test -p securechat-operator-api";

/// The CRD, as JSON in the order in which it is written.
///
/// # Errors
/// When the types cannot be serialised, which a test excludes.
pub fn definition() -> Result<Value, serde_json::Error> {
    let mut crd = serde_json::to_value(SecureChat::crd())?;
    tidy(&mut crd);
    if let Some(schema) = crd.pointer_mut("/spec/versions/0/schema/openAPIV3Schema") {
        schema["x-kubernetes-validations"] = serde_json::json!([{
            "rule": "self.metadata.name.matches('^[a-z][a-z0-9-]{0,28}[a-z0-9]$') || self.metadata.name.matches('^[a-z]$')",
            "message": "the name must be at most 30 small letters, digits and hyphens, and begin with a letter: the names of Services begin with it",
        }]);
    }
    Ok(crd)
}

/// Drops null defaults, and writes whole numbers as such.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("default").is_some_and(Value::is_null) {
                map.remove("default");
            }
            map.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Number(number) => {
            if let Some(whole) = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9e15) {
                #[expect(clippy::cast_possible_truncation, reason = "checked in the line above")]
                let whole = whole as i64;
                *value = whole.into();
            }
        }
        _ => {}
    }
}

/// The CRD as the YAML that is committed.
///
/// # Errors
/// As [`definition`].
pub fn yaml() -> Result<String, serde_json::Error> {
    let body = serde_saphyr::to_string(&definition()?).map_err(serde::ser::Error::custom)?;
    Ok(format!("# Generated: {REGENERATE}\n{body}"))
}

/// The CRD as the chart's template: with the release's labels, and kept when the release goes, unless somebody asked for
/// the opposite.
///
/// # Errors
/// As [`definition`].
pub fn template() -> Result<String, serde_json::Error> {
    const METADATA: &str = "metadata:\n  name: securechats.securechat.io\n";
    const OF_THE_RELEASE: &str = "  labels: {{- include \"securechat.labels\" . | nindent 4 }}\n  \
                                  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n";
    let body = yaml()?.replacen(METADATA, &format!("{METADATA}{OF_THE_RELEASE}"), 1);
    Ok(format!("{{{{- if .Values.crds.install }}}}\n{body}{{{{- end }}}}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: P-15.
    #[test]
    fn the_committed_crds_are_what_the_types_say() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let copies = [("crds/securechat.yaml", yaml()), ("charts/securechat/templates/crd.yaml", template())];
        for (path, expected) in copies {
            let (path, expected) = (root.join(path), expected.unwrap());
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &expected).unwrap();
            }
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(found == expected, "{} is out of date. Run: {REGENERATE}", path.display());
        }
    }
}
