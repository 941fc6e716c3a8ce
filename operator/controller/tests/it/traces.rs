use crate::harness::{Process, World, until};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A receiver that keeps all bytes it is sent: names are found in them as they are.
async fn collector() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let all: Arc<Mutex<Vec<u8>>> = Arc::default();
    let kept = Arc::clone(&all);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let mut buffer = vec![0; 1 << 16];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    kept.lock().unwrap().extend_from_slice(&buffer[..read]);
                    // One answer for each request, whenever it comes: the client sends the next one after it.
                    if buffer.starts_with(b"POST /v1/traces ") {
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                    }
                }
            });
        }
    });
    (url, all)
}

/// Proves: P-15.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_each_look_its_steps_and_its_requests() {
    let (url, told) = collector().await;
    let world = World::without_operator("traces").await;
    let _played = world.play();
    world.apply("version: 0.1.0");
    let args = ["--identity", "one", "--namespace", "traces", "--lease-namespace", "traces", "--traces-endpoint", &url];
    let program = Path::new(env!("CARGO_BIN_EXE_securechat-operator"));
    let operator = Process::start(program, &world.server.operator_kubeconfig(), &args);
    world.until_ready().await;
    let names = ["securechat-operator", "reconcile", "traces/acme", "dereference", "render", "update_status"];
    let path = "/apis/apps/v1/namespaces/traces/deployments/acme-chats";
    until("all is told", || {
        let told = told.lock().unwrap();
        let is_told = |name: &&str| told.windows(name.len()).any(|part| part == name.as_bytes());
        let missing: Vec<_> = names.iter().chain([&path]).filter(|name| !is_told(name)).copied().collect();
        async move { if missing.is_empty() { Ok(()) } else { Err(missing) } }
    })
    .await;
    assert!(operator.metric("securechat_operator_trace_steps_total{outcome=\"sent\"}") > 100.0);
}
