//! A process of ours: in a group of its own, so that Ctrl-C reaches us alone; told to end when we do; its output in a file.

use anyhow::{Context, bail};
use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};
use std::{
    ffi::OsString,
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::{Child as Process, Command};

/// What is started.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) log: PathBuf,
}

/// What was started.
pub(crate) struct Child {
    pub(crate) plan: Plan,
    process: Process,
}

impl Plan {
    fn command(&self) -> anyhow::Result<Command> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--"]).arg(&self.program).args(&self.args);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        Ok(command)
    }

    pub(crate) fn start(self) -> anyhow::Result<Child> {
        let process = self.command()?.spawn().with_context(|| format!("{}: {}", self.name, self.program.display()))?;
        Ok(Child { plan: self, process })
    }

    /// Runs it to its end.
    pub(crate) async fn run(&self) -> anyhow::Result<()> {
        let status = self.command()?.status().await.with_context(|| self.name.clone())?;
        if !status.success() {
            bail!("{} failed: {} (all of it in {})", self.name, last_line(&self.log), self.log.display());
        }
        Ok(())
    }
}

impl Child {
    /// Ends when the process has; says how.
    pub(crate) async fn ended(&mut self) -> String {
        let status = self.process.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
        format!("{} ended ({status}): {} (log: {})", self.plan.name, last_line(&self.plan.log), self.plan.log.display())
    }

    /// Asks it to end; after `grace` it is made to.
    pub(crate) async fn stop(&mut self, grace: Duration) {
        let Some(pid) = self.process.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw) else { return };
        let _ = kill(pid, Signal::SIGTERM);
        if tokio::time::timeout(grace, self.process.wait()).await.is_err() {
            let _ = killpg(pid, Signal::SIGKILL);
            let _ = self.process.wait().await;
        }
    }
}

/// The last line that says something.
pub(crate) fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing was logged").to_owned()
}
