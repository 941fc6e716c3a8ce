//! Reading a configuration file.

use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used. The message names the file, the key and what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key is unknown, missing or of the wrong type.
    #[error("{}: {key}: {reason}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// The key, as `http.public`; `.` for the whole file.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

/// Reads the configuration in the file at `path`.
///
/// # Errors
/// [`ConfigError`]
pub fn load<C: DeserializeOwned>(path: &Path) -> Result<C, ConfigError> {
    let text = read(path)?;
    let mut json = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| ConfigError::Invalid {
        path: path.to_owned(),
        key: error.path().to_string(),
        reason: error.inner().to_string(),
    })
}

/// Reads a secret from its file; one line end at the end is not part of it.
///
/// # Errors
/// [`ConfigError`], also when the file is empty.
pub fn read_secret(path: &Path) -> Result<String, ConfigError> {
    let text = read(path)?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    if secret.is_empty() {
        let reason = "the secret is empty".to_owned();
        return Err(ConfigError::Invalid { path: path.to_owned(), key: ".".to_owned(), reason });
    }
    Ok(secret.to_owned())
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    fn load_text(text: &str) -> Result<Database, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        load(file.path())
    }

    const GOOD: &str = r#"{"host":"db","port":3306,"name":"chats","user":"chats","password_file":"/s/p"}"#;

    #[test]
    fn what_is_not_said_has_its_default() {
        let database = load_text(GOOD).unwrap();
        assert_eq!((database.pool_max, database.acquire_timeout_ms), (10, 2_000));
    }

    /// Proves: B-54.
    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = load_text(&GOOD.replace("port", "prot")).unwrap_err().to_string();
        assert!(error.contains("unknown field `prot`"), "{error}");
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_key() {
        let error = load_text(&GOOD.replace("3306", "\"x\"")).unwrap_err().to_string();
        assert!(error.contains(": port: invalid type"), "{error}");
    }
}
