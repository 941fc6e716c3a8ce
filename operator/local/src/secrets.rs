//! The secrets of a data folder: made once, kept in files that only we may read.

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use securechat_kernel::{Random, SystemRandom};
use securechat_operator_plan::{Content, GeneratedSecret, SecretKey, SecretName};
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const ALPHABET: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";

/// Where an entry is.
pub(crate) fn file(folder: &Path, key: &SecretKey) -> PathBuf {
    folder.join(key.secret.as_str()).join(&key.key)
}

/// Makes what is missing; what is there stays.
pub(crate) fn make(folder: &Path, secrets: &[GeneratedSecret]) -> anyhow::Result<()> {
    for secret in secrets {
        for (key, content) in &secret.entries {
            make_one(&file(folder, &SecretKey::new(secret.name.clone(), key)), *content)?;
        }
    }
    // The local broker and cache each have one user, whose password is not in the cluster's list.
    for name in [SecretName::Broker, SecretName::External("cache".to_owned())] {
        make_one(&file(folder, &SecretKey::new(name, "password")), Content::Password)?;
    }
    Ok(())
}

fn make_one(path: &Path, content: Content) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file.write_all(text(content).as_bytes()).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn text(content: Content) -> String {
    match content {
        Content::Password => letters(32),
        Content::TypedPassword => (0..4).map(|_| letters(4)).collect::<Vec<_>>().join("-"),
        Content::Key => {
            let mut bytes = [0; 32];
            SystemRandom.fill(&mut bytes);
            STANDARD.encode(bytes)
        }
    }
}

/// 32 characters: each byte's lower five bits choose one, none more often than another.
fn letters(count: usize) -> String {
    let mut bytes = vec![0; count];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}
