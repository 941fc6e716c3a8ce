//! One child process: what it needs on disk, how it is started, how it ends.

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Gid, Pid, Uid, geteuid};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(20);
const NOBODY: u32 = 65_534;

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// Files could not be written or the program could not be started.
    #[error("{name}: {source}")]
    Io {
        /// Which process.
        name: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The program is not installed.
    #[error("{name}: {program} is missing; install the Debian package {package}")]
    Missing {
        /// Which process.
        name: &'static str,
        /// Path looked for.
        program: PathBuf,
        /// What to install.
        package: &'static str,
    },
    /// It ended before it was ready, or a run-to-completion step failed.
    #[error("{name} ended ({status}); its log ends:\n{log}")]
    Ended {
        /// Which process.
        name: &'static str,
        /// Exit status.
        status: ExitStatus,
        /// Last lines of the log.
        log: String,
    },
    /// It did not open its port in time.
    #[error("{name} did not listen on 127.0.0.1:{port} within {seconds} s; its log ends:\n{log}")]
    NotReady {
        /// Which process.
        name: &'static str,
        /// The port waited for.
        port: u16,
        /// How long was waited.
        seconds: u64,
        /// Last lines of the log.
        log: String,
    },
}

/// Everything needed to start one process: plain data, nothing happens until [`ProcessSpec::spawn`].
#[derive(Debug, Clone)]
pub struct ProcessSpec {
    /// Short name for messages.
    pub name: &'static str,
    /// Debian package that brings the program.
    pub package: &'static str,
    /// Absolute path of the program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment, in addition to `PATH` and `HOME`.
    pub env: Vec<(String, String)>,
    /// Its own folder: working directory and `HOME`.
    pub dir: PathBuf,
    /// Files (mode 600) written before each start: path and content.
    pub files: Vec<(PathBuf, String)>,
    /// Where standard output and error go (appended).
    pub log: PathBuf,
    /// The port that is open when the process is ready; none for a step that runs to its end.
    pub port: Option<u16>,
}

impl ProcessSpec {
    /// Writes the files and builds the command, without starting it. With `die_with_parent` the kernel ends the process
    /// when the *thread* that started it ends, so start it from a thread that lives as long as the program.
    ///
    /// # Errors
    /// [`ProcessError::Missing`] and [`ProcessError::Io`].
    pub fn command(&self, die_with_parent: bool) -> Result<Command, ProcessError> {
        if !self.program.exists() {
            return Err(ProcessError::Missing {
                name: self.name,
                program: self.program.clone(),
                package: self.package,
            });
        }
        let log = self.prepare().map_err(|source| ProcessError::Io { name: self.name, source })?;
        let mut command = if die_with_parent {
            let mut c = Command::new("setpriv");
            c.args(["--pdeathsig", "TERM", "--"]).arg(&self.program);
            c
        } else {
            Command::new(&self.program)
        };
        command.args(&self.args).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
        command.env("HOME", &self.dir).env("LANG", "C.UTF-8");
        command.envs(self.env.iter().map(|(k, v)| (k, v))).current_dir(&self.dir).process_group(0);
        command.stdin(Stdio::null()).stdout(log.0).stderr(log.1);
        if geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        Ok(command)
    }

    fn prepare(&self) -> io::Result<(File, File)> {
        fs::create_dir_all(&self.dir)?;
        fs::set_permissions(&self.dir, fs::Permissions::from_mode(0o700))?;
        give_away(&self.dir)?;
        for (path, content) in &self.files {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
                give_away(parent)?;
            }
            write_private(path, content)?;
        }
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        Ok((log.try_clone()?, log))
    }

    /// Starts the process.
    ///
    /// # Errors
    /// See [`ProcessError`].
    pub fn spawn(&self, die_with_parent: bool) -> Result<Running, ProcessError> {
        let child =
            self.command(die_with_parent)?.spawn().map_err(|source| ProcessError::Io { name: self.name, source })?;
        Ok(Running { spec: self.clone(), child })
    }

    /// Starts the process and waits until it has ended well.
    ///
    /// # Errors
    /// [`ProcessError::Ended`] when it ended with another status than 0.
    pub fn run(&self) -> Result<(), ProcessError> {
        let mut running = self.spawn(false)?;
        let status = running.child.wait().map_err(|source| ProcessError::Io { name: self.name, source })?;
        if status.success() { Ok(()) } else { Err(running.ended(status)) }
    }
}

/// A started process. Dropping it leaves the process alone.
#[derive(Debug)]
pub struct Running {
    spec: ProcessSpec,
    child: Child,
}

impl Running {
    /// Its process id (also the id of its process group).
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.spec.log
    }

    /// Starts it again by the same spec, once it has ended.
    ///
    /// # Errors
    /// See [`ProcessError`].
    pub fn restart(&mut self, die_with_parent: bool) -> Result<(), ProcessError> {
        *self = self.spec.spawn(die_with_parent)?;
        Ok(())
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits until the port of the spec is open.
    ///
    /// # Errors
    /// [`ProcessError::Ended`] and [`ProcessError::NotReady`].
    pub fn wait_ready(&mut self, within: Duration) -> Result<(), ProcessError> {
        let Some(port) = self.spec.port else { return Ok(()) };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let start = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.ended(status));
            }
            if start.elapsed() > within {
                let (name, seconds) = (self.spec.name, within.as_secs());
                return Err(ProcessError::NotReady { name, port, seconds, log: log_tail(&self.spec.log) });
            }
            sleep(POLL);
        }
        Ok(())
    }

    fn ended(&self, status: ExitStatus) -> ProcessError {
        ProcessError::Ended { name: self.spec.name, status, log: log_tail(&self.spec.log) }
    }

    /// Asks the process to end and, when it has not after `grace`, kills its group.
    pub fn stop(&mut self, grace: Duration) {
        let Ok(raw) = i32::try_from(self.child.id()) else { return };
        let pid = Pid::from_raw(raw);
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        let _ = kill(pid, Signal::SIGTERM);
        let start = Instant::now();
        while start.elapsed() < grace {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(POLL);
        }
        let _ = killpg(pid, Signal::SIGKILL);
        let _ = self.child.wait();
    }

    /// Kills the process group at once, as a crash would.
    pub fn kill(&mut self) {
        if let Ok(raw) = i32::try_from(self.child.id()) {
            let _ = killpg(Pid::from_raw(raw), Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

/// A file only its owner may read, replaced as a whole.
fn write_private(path: &Path, content: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    give_away(path)
}

/// Started by root, the servers run as `nobody`, who then must own what they write.
pub(crate) fn give_away(path: &Path) -> io::Result<()> {
    if geteuid().is_root() {
        nix::unistd::chown(path, Some(Uid::from_raw(NOBODY)), Some(Gid::from_raw(NOBODY)))?;
    }
    Ok(())
}

fn log_tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
