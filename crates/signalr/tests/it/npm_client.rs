//! The unmodified npm client, run by Node. Its side of the test is `tests/node/signalr.test.mjs`.

use crate::server::TestServer;
use std::{path::Path, process::Stdio, time::Duration};
use tokio::process::Command;

/// Proves: W-38, W-49.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_unmodified_npm_client_connects_calls_listens_and_reconnects() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node");
    if !folder.join("node_modules/@microsoft/signalr").exists() {
        let install = Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).status();
        assert!(install.await.unwrap().success(), "npm ci in tests/node");
    }
    let server = TestServer::with(|s| s.ping_interval = Duration::from_millis(500)).await;
    let output = Command::new("node")
        .args(["--test", "signalr.test.mjs"])
        .env("HUB_URL", server.url("http", ""))
        .current_dir(&folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_mins(2), output).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
