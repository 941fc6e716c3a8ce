use crate::harness::{World, server, until};
use clap::Parser as _;
use kube::api::{Api, ApiResource};
use securechat_operator_controller::access;
use securechat_operator_controller::cli::Cli;
use std::path::{Path, PathBuf};

fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/securechat")
}

/// Proves: P-15.
#[test]
fn the_charts_rules_are_what_the_operator_does() {
    let path = chart().join("files/rbac-rules.yaml");
    let expected = access::yaml().unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let remedy = "Run: UPDATE_GOLDEN=1 cargo test -p securechat-operator-controller chart";
    assert!(found == expected, "{} is out of date. {remedy}", path.display());
    assert!(!expected.contains("'*'") && !expected.contains("\"*\""), "no rule allows everything");
}

#[test]
fn the_operator_understands_the_arguments_that_the_chart_gives_it() {
    let chart = chart();
    let shown = [
        "template",
        "talk",
        chart.to_str().unwrap(),
        "--kube-version",
        "1.34.4",
        "--show-only",
        "templates/deployment.yaml",
    ];
    let values = ["--set", "watchNamespace=chat,logLevel=debug,traces.endpoint=http://collector:4318"];
    let (rendered, text) = server().run("helm", &[&shown[..], &values].concat(), "");
    assert!(rendered, "{text}");
    let deployment: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    let arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    let arguments = arguments.iter().map(|argument| argument.as_str().unwrap());
    let understood = Cli::try_parse_from(["securechat-operator"].into_iter().chain(arguments));
    assert!(understood.is_ok(), "{understood:?}");
}

/// Real Helm, a real API server, and an operator that runs with exactly the rights of the chart's ServiceAccount. What
/// NOTES say is done to the letter.
///
/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn helm_install_is_clean_and_its_rights_are_enough() {
    let world = World::without_operator("helm").await;
    let chart = chart();
    let chart = chart.to_str().unwrap();
    // The definition is the whole server's.
    let values = ["--set", "watchNamespace=helm", "--set", "crds.install=false", "--set", "replicas=2"];
    let install = [&["install", "talk", chart, "-n", "helm"], &values[..]].concat();
    let (installed, said) = server().run("helm", &install, "");
    assert!(installed && !said.to_lowercase().contains("warning"), "{said}");
    for object in [
        "serviceaccount/talk-securechat-operator",
        "deployment/talk-securechat-operator",
        "role/talk-securechat-operator",
        "rolebinding/talk-securechat-operator",
        "role/talk-securechat-operator-lease",
        "networkpolicy/talk-securechat-operator",
        "poddisruptionbudget/talk-securechat-operator",
    ] {
        world.kubectl(&["get", object]);
    }
    // As far as there are pods to wait for.
    let (_, typed) = said.split_once("\nkubectl apply ").unwrap();
    let (typed, rest) = typed.split_once("\nYAML\n").unwrap();
    let (applied, answer) = server().shell(&format!("kubectl apply {typed}\nYAML\n"));
    assert!(applied, "{answer}");
    assert!(rest.starts_with("kubectl wait -n helm --for=condition=Ready"), "{said}");

    // No kubelet starts the Deployment's pod: the operator runs in this process, with its account's token.
    let token = world.kubectl(&["create", "token", "talk-securechat-operator"]);
    let client = server().client(token.trim()).await;
    let _played = world.play();
    let (stop, operator) = world.spawn_operator_as(client, "pod", "talk-securechat-operator", built_in());
    until("the platform of the notes is ready", || async {
        let line = world.kubectl(&["get", "schat", "demo", "--no-headers"]);
        line.contains("AllServing").then_some(()).ok_or(line)
    })
    .await;
    stop.cancel();
    operator.await.unwrap().unwrap();

    let (uninstalled, said) = server().run("helm", &["uninstall", "talk", "-n", "helm"], "");
    assert!(uninstalled, "{said}");
    let kept = world.kubectl(&["get", "schat", "demo"]);
    assert!(kept.contains("demo"), "uninstalling the operator keeps the platform: {kept}");
    let deployments: Api<kube::api::DynamicObject> =
        world.dynamic(&ApiResource::erase::<k8s_openapi::api::apps::v1::Deployment>(&()));
    assert!(deployments.get_opt("talk-securechat-operator").await.unwrap().is_none());
}

fn built_in() -> securechat_operator_plan::Releases {
    securechat_operator_plan::Releases::built_in().unwrap()
}
