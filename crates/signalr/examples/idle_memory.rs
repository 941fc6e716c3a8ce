//! What an idle connection costs: `cargo run --release --example idle_memory [connections]`.
//!
//! The clients live in a process of their own (this program once more), so that the figures are the server's alone.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use securechat_kernel::{SystemClock, SystemIds};
use securechat_signalr::{
    Connection, Connections, Disconnect, Hub, HubError, HubRequest, Identity, Push, Refusal, Server, Settings,
    TokenKey, routes,
};
use serde_json::{Value, json};
use std::{error::Error, fs, io::Write, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    process::Command,
    time::{Instant, sleep},
};

struct User(String);

impl Identity for User {
    fn user(&self) -> &str {
        &self.0
    }
}

struct Quiet;

impl Hub for Quiet {
    type Identity = User;

    async fn authenticate(&self, request: &HubRequest) -> Result<User, Refusal> {
        Ok(User(request.access_token().unwrap_or_default().to_owned()))
    }

    async fn connected(&self, _: &Arc<Connection<User>>) -> Result<(), HubError> {
        Ok(())
    }

    async fn invoke(&self, _: &Arc<Connection<User>>, method: &str, _: Vec<Value>) -> Result<Value, HubError> {
        Err(HubError::unknown_method(method))
    }

    async fn disconnected(&self, _: &Arc<Connection<User>>, _: Disconnect) {}
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [role, address, count] if role == "clients" => clients(address, count.parse()?).await,
        [count] => measure(count.parse()?).await,
        _ => measure(5_000).await,
    }
}

async fn measure(count: usize) -> Result<(), Box<dyn Error>> {
    let key = TokenKey::new(&[7; 32]).ok_or("the key is too short")?;
    let connections = Connections::new();
    let settings = Settings::new(key, Arc::new(SystemClock), Arc::new(SystemIds));
    let server = Server::new(Arc::new(Quiet), connections.clone(), settings);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(server.heartbeat());
    let service = TowerToHyperService::new(warp::service(routes(&server, "/hub")));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let builder = Builder::new(TokioExecutor::new());
                builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await.unwrap_or_default();
            });
        }
    });
    let _warm = connect_clients(&address, 100, &connections, 100).await?;
    let (memory, started) = (resident()?, Instant::now());
    let _clients = connect_clients(&address, count, &connections, count + 100).await?;
    let (took, used) = (started.elapsed(), resident()? - memory);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{count} connections in {took:.1?}: {} bytes resident each", used / count)?;
    drop(out);
    let before = cpu()?;
    sleep(Duration::from_secs(20)).await;
    let idle = (cpu()? - before) / 20 / (count + 100);
    let push = Push::new("MessagePosted", &json!({ "text": "x".repeat(60) }))?;
    let before = cpu()?;
    for _ in 0..20 {
        connections.send_to_all(&push);
        sleep(Duration::from_millis(100)).await;
    }
    let push_cpu = (cpu()? - before) / 20 / (count + 100);
    let after = resident()? - memory;
    let mut out = std::io::stdout().lock();
    writeln!(out, "idle: {idle} ns of CPU a second each, with pings")?;
    writeln!(out, "push: {push_cpu} ns of CPU each, one frame a write; afterwards {} bytes each", after / count)?;
    Ok(())
}

async fn connect_clients(
    address: &str,
    count: usize,
    connections: &Connections<User>,
    wanted: usize,
) -> Result<tokio::process::Child, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let arguments = ["clients", address, &count.to_string()].map(str::to_owned);
    let child = Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).spawn()?;
    while connections.count() < wanted {
        sleep(Duration::from_millis(20)).await;
    }
    sleep(Duration::from_millis(500)).await;
    Ok(child)
}

/// Opens `count` connections and only reads from then on.
async fn clients(address: &str, count: usize) -> Result<(), Box<dyn Error>> {
    let mut open = tokio::task::JoinSet::new();
    for n in 0..count {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "GET /hub?access_token=user{n} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut answer).await?;
        }
        let text = b"{\"protocol\":\"json\",\"version\":1}\x1e";
        let mut frame = vec![0x81, 0x80 | u8::try_from(text.len())?, 0, 0, 0, 0];
        frame.extend_from_slice(text);
        stream.write_all(&frame).await?;
        open.spawn(async move {
            let mut scratch = [0; 512];
            while matches!(stream.read(&mut scratch).await, Ok(1..)) {}
        });
    }
    while open.join_next().await.is_some() {}
    Ok(())
}

fn resident() -> Result<usize, Box<dyn Error>> {
    let pages: usize = fs::read_to_string("/proc/self/statm")?.split(' ').nth(1).ok_or("statm")?.parse()?;
    Ok(pages * 4096)
}

/// User and system time of this process so far, in nanoseconds.
fn cpu() -> Result<usize, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().ok_or("stat")?.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|text| text.parse::<usize>().ok()).ok_or("stat");
    Ok((ticks(11)? + ticks(12)?) * 10_000_000)
}
