use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The folder that everything else is named from.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs Helm: what it prints, or what it says against it.
pub(crate) fn helm(args: &[&str]) -> Result<String, String> {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    let bin = BIN.get_or_init(|| {
        let built = Command::new(root().join("tests/cluster/build")).stderr(Stdio::inherit()).output().unwrap();
        assert!(built.status.success(), "tests/cluster/build failed");
        PathBuf::from(String::from_utf8(built.stdout).unwrap().trim())
    });
    let output = Command::new(bin.join("helm")).args(args).current_dir(root()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// What the chart becomes with these values.
pub(crate) fn template(values: &[&str]) -> Result<String, String> {
    let chart = ["template", "talk", "charts/securechat", "--namespace", "chat", "--kube-version", "1.33.0"];
    let set: Vec<_> = values.iter().flat_map(|value| ["--set-json", value]).collect();
    helm(&[&chart[..], set.as_slice()].concat())
}

/// The objects of a rendered chart.
pub(crate) fn objects(text: &str) -> Vec<Value> {
    let documents = text.split("\n---\n").map(|document| serde_saphyr::from_str::<Value>(document).unwrap());
    documents.filter(|object| !object.is_null()).collect()
}

/// `Kind/name`.
pub(crate) fn name(object: &Value) -> String {
    format!("{}/{}", object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap())
}
