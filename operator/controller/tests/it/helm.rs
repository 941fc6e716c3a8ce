//! The life of a release and of the definition that it brings, on a server of its own: a cluster has one definition.

use crate::harness::Server;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const CRD: &str = "securechats.securechat.io";
/// A field that the former chart's definition has not.
const NEW: &str = "logLevel";

/// A chart as it was before `NEW` came: its folder.
fn former(chart: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(chart.join(".")).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    let crd = folder.path().join("templates/crd.yaml");
    let text = std::fs::read_to_string(&crd).unwrap();
    let older = without(&text, &format!("              {NEW}:"));
    assert_ne!(older, text, "the definition has {NEW}");
    std::fs::write(&crd, older).unwrap();
    let about = folder.path().join("Chart.yaml");
    let text = std::fs::read_to_string(&about).unwrap();
    std::fs::write(&about, text.replace("version: 0.1.0", "version: 0.0.9")).unwrap();
    folder
}

/// YAML without a key and what is below it.
fn without(text: &str, key: &str) -> String {
    let depth = key.len() - key.trim_start().len();
    let mut inside = false;
    let kept = text.lines().filter(|line| {
        inside = *line == key || inside && line.len() - line.trim_start().len() > depth;
        !inside
    });
    kept.fold(String::new(), |text, line| text + line + "\n")
}

/// What a person does, in the namespace `chat` of a server that began bare.
struct Cluster(Server);

impl Cluster {
    fn helm(&self, args: &[&str]) -> String {
        let (succeeded, said) = self.try_helm(args);
        assert!(succeeded, "helm {}: {said}", args.join(" "));
        said
    }

    fn try_helm(&self, args: &[&str]) -> (bool, String) {
        self.0.run("helm", &[args, &["-n", "chat"]].concat(), "")
    }

    fn kubectl(&self, args: &[&str], input: &str) -> String {
        self.0.kubectl(&[args, &["-n", "chat"]].concat(), input)
    }

    /// Waits until a resource that says `NEW` keeps it, or does not.
    fn wait_until_the_new_field_is(&self, known: bool) {
        let started = Instant::now();
        loop {
            let applied = self.0.run("kubectl", &["apply", "--validate=false", "-n", "chat", "-f", "-"], RESOURCE);
            let there = applied.0 && self.field() == "debug";
            if applied.0 && there == known {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(40), "{NEW} is known: {there}; {}", applied.1);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn field(&self) -> String {
        self.kubectl(&["get", "schat", "demo", "-o", &format!("jsonpath={{.spec.{NEW}}}")], "")
    }
}

const RESOURCE: &str = "apiVersion: securechat.io/v1alpha1\nkind: SecureChat\nmetadata: {name: demo}\n\
    spec: {version: 0.1.0, publicUrl: 'https://chat.example.org', logLevel: debug}\n";

/// Proves: P-15.
#[test]
fn the_definition_is_installed_upgraded_taken_back_and_kept_with_the_release() {
    let cluster = Cluster(Server::bare());
    cluster.kubectl(&["create", "namespace", "chat"], "");
    let chart: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/securechat");
    let (chart, former) = (chart.to_str().unwrap(), former(&chart));
    let former = former.path().to_str().unwrap();

    // All that the chart makes by default is taken by a real server, field by field.
    let everything = cluster.helm(&["template", "talk", chart, "--kube-version", "1.34.4"]);
    let dry = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"];
    assert!(cluster.kubectl(&dry, &everything).contains(CRD));

    cluster.helm(&["install", "talk", former]);
    cluster.wait_until_the_new_field_is(false);

    let said = cluster.helm(&["upgrade", "talk", chart]);
    assert!(!said.to_lowercase().contains("warning"), "{said}");
    cluster.wait_until_the_new_field_is(true);

    cluster.helm(&["rollback", "talk", "1"]);
    cluster.wait_until_the_new_field_is(false);

    cluster.helm(&["upgrade", "talk", chart]);
    cluster.wait_until_the_new_field_is(true);
    let (taken, said) = cluster.try_helm(&["install", "second", chart]);
    assert!(!taken && said.contains(CRD) && said.contains("meta.helm.sh/release-name"), "one release has it: {said}");
    cluster.helm(&["install", "second", chart, "--set", "crds.install=false", "--set", "watchNamespace=chat"]);
    cluster.helm(&["uninstall", "second"]);

    let said = cluster.helm(&["uninstall", "talk"]);
    assert!(said.contains("resource policy"), "{said}");
    assert_eq!(cluster.field(), "debug", "definition and platform outlive the release");

    cluster.helm(&["install", "talk", chart, "--set", "crds.keep=false"]);
    assert_eq!(cluster.field(), "debug", "a new release of the same name takes over what is there");
    cluster.helm(&["uninstall", "talk"]);
    cluster.kubectl(&["wait", "--for=delete", &format!("crd/{CRD}"), "--timeout=40s"], "");
}
