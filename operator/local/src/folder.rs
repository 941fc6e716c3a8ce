//! The data folder: one running platform each.

use anyhow::{Context, bail};
use nix::fcntl::{Flock, FlockArg};
use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The folder, ours until dropped.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: Flock<File>,
}

impl Folder {
    /// Makes the folder if need be and takes it.
    pub(crate) fn take(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        let path = path.canonicalize()?;
        open_to_servers(&path)?;
        let file = File::create(path.join("lock"))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(_) => bail!("{} is in use by another securechat-up; stop it or choose another --data", path.display()),
        }
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A subfolder that only we may look into.
    pub(crate) fn private(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
        Ok(path)
    }
}

/// Started by root, MariaDB and the others run as `nobody`, who must get as far as their folders.
fn open_to_servers(path: &Path) -> anyhow::Result<()> {
    if !nix::unistd::geteuid().is_root() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    let closed = path
        .ancestors()
        .find(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 == 0));
    match closed {
        Some(folder) => bail!(
            "as root the servers run as nobody, who may not enter {}; give --data (make up DATA=…) a folder such as /var/tmp/securechat",
            folder.display()
        ),
        None => Ok(()),
    }
}
