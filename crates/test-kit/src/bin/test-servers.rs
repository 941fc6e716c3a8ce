//! Starts a private MariaDB, RabbitMQ and Redis for a test run.
//!
//! - `test-servers -- COMMAND ARGS…` starts them in a temporary folder, runs the command with `SECURECHAT_TEST_SERVERS`
//!   set to the file that describes them, stops them whatever happens, and ends with the command's status.
//! - `test-servers --detach DIR` starts them and leaves them running; `test-servers --stop DIR` ends them.

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use securechat_local_servers::{MariaDb, RabbitMq, Redis, Servers, free_port};
use securechat_test_kit::{SERVERS_VARIABLE, TestServers};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "usage: test-servers -- COMMAND ARGS… | --detach DIR | --stop DIR";

// One thread: the kernel ends the servers when the thread that started them ends.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["--", command @ ..] if !command.is_empty() => run(command).await,
        ["--detach", dir] => detach(Path::new(dir)),
        ["--stop", dir] => stop(Path::new(dir)),
        _ => Err(anyhow::anyhow!(USAGE)),
    };
    result.unwrap_or_else(|error| {
        eprintln!("test-servers: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(command: &[&str]) -> anyhow::Result<ExitCode> {
    let dir = tempfile::Builder::new().prefix("securechat-test.").tempdir()?;
    let mut servers = start(dir.path(), true)?;
    let status = command_status(command, &file_in(dir.path())).await;
    servers.stop();
    status
}

async fn command_status(command: &[&str], file: &Path) -> anyhow::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = tokio::process::Command::new(command[0])
        .args(&command[1..])
        .env(SERVERS_VARIABLE, file)
        .spawn()
        .with_context(|| format!("{} cannot be started", command[0]))?;
    let status = tokio::select! {
        status = child.wait() => status?,
        _ = interrupt.recv() => end(&mut child).await?,
        _ = terminate.recv() => end(&mut child).await?,
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}

async fn end(child: &mut tokio::process::Child) -> std::io::Result<std::process::ExitStatus> {
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
    if let Ok(status) = tokio::time::timeout(Duration::from_secs(10), child.wait()).await {
        return status;
    }
    child.kill().await?;
    child.wait().await
}

fn detach(dir: &Path) -> anyhow::Result<ExitCode> {
    fs::create_dir_all(dir)?;
    let dir = dir.canonicalize()?;
    if file_in(&dir).exists() {
        bail!("{} exists: stop that set first", file_in(&dir).display());
    }
    start(&dir, false)?;
    eprintln!("{SERVERS_VARIABLE}={}", file_in(&dir).display());
    Ok(ExitCode::SUCCESS)
}

fn stop(dir: &Path) -> anyhow::Result<ExitCode> {
    let dir = dir.canonicalize()?;
    let servers = TestServers::read(&file_in(&dir))?;
    for pid in servers.pids.into_iter().rev() {
        // A process id may have been given to somebody else meanwhile: ours work inside the folder.
        let ours = || fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&dir));
        if !ours() {
            continue;
        }
        let target = Pid::from_raw(i32::try_from(pid)?);
        kill(target, Signal::SIGTERM)?;
        let start = Instant::now();
        while ours() {
            if start.elapsed() > Duration::from_secs(20) {
                kill(target, Signal::SIGKILL)?;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    fs::remove_dir_all(&dir)?;
    Ok(ExitCode::SUCCESS)
}

fn start(dir: &Path, die_with_parent: bool) -> anyhow::Result<Servers> {
    // The servers may run as another user than the one who owns the folder.
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
    let password = "test".to_owned();
    let mariadb = MariaDb { dir: dir.join("m"), port: free_port()?, admin_password: password.clone(), durable: false };
    let management_port = free_port()?;
    let rabbitmq = RabbitMq {
        dir: dir.join("r"),
        port: free_port()?,
        management_port: Some(management_port),
        distribution_port: free_port()?,
        epmd_port: free_port()?,
        admin_password: password.clone(),
    };
    let redis = Redis { dir: dir.join("redis"), port: free_port()?, password: password.clone() };
    let mut servers = Servers::start(&mariadb, &rabbitmq, &redis, die_with_parent)?;
    let description = TestServers {
        mariadb_port: mariadb.port,
        mariadb_admin: MariaDb::ADMIN.into(),
        mariadb_password: password.clone(),
        rabbitmq_port: rabbitmq.port,
        rabbitmq_management_port: management_port,
        rabbitmq_admin: RabbitMq::ADMIN.into(),
        rabbitmq_password: password.clone(),
        redis_port: redis.port,
        redis_password: password,
        dir: dir.to_owned(),
        pids: servers.processes().iter().map(securechat_local_servers::Running::pid).collect(),
    };
    fs::write(file_in(dir), serde_json::to_string_pretty(&description)?)?;
    Ok(servers)
}

fn file_in(dir: &Path) -> PathBuf {
    dir.join("servers.json")
}
