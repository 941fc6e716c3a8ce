//! A certificate authority of a test, and a server's certificate that it signed.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An authority that nobody else knows.
#[derive(Debug)]
pub struct TestAuthority {
    folder: PathBuf,
}

impl TestAuthority {
    /// Makes an authority and a certificate for `localhost` and 127.0.0.1 in `folder`, readable for every server.
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("the folder can be made");
        let made = Self { folder: folder.to_owned() };
        let settings = "[req]\ndistinguished_name=name\nprompt=no\n[name]\nCN=localhost\n\
                        [ca]\nbasicConstraints=critical,CA:TRUE\n\
                        [end]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n";
        fs::write(folder.join("settings"), settings).expect("the settings can be written");
        let key = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-config", "settings"];
        let own = [
            "req",
            "-x509",
            "-days",
            "2",
            "-extensions",
            "ca",
            "-subj",
            "/CN=authority",
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
        ];
        made.openssl(&[own.as_slice(), &key].concat());
        made.openssl(&[["req", "-keyout", "server.key", "-out", "server.csr"].as_slice(), &key].concat());
        made.openssl(&[
            "x509",
            "-req",
            "-days",
            "2",
            "-in",
            "server.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-extfile",
            "settings",
            "-extensions",
            "end",
            "-out",
            "server.crt",
        ]);
        for file in ["ca.crt", "server.crt", "server.key"] {
            fs::set_permissions(folder.join(file), Permissions::from_mode(0o644)).expect("it is ours");
        }
        fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("it is ours");
        made
    }

    /// The authority's own certificate: what a client trusts.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// The server's certificate.
    pub fn server_certificate(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    /// The server's key.
    pub fn server_key(&self) -> PathBuf {
        self.folder.join("server.key")
    }

    fn openssl(&self, args: &[&str]) {
        let output = Command::new("openssl").args(args).current_dir(&self.folder).output().expect("openssl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
