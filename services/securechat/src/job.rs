//! How a command ends that runs as a Job: by its exit code, and by last words that Kubernetes keeps.

use std::{fs, path::Path, process::ExitCode};

/// `EX_TEMPFAIL`: the server could not be reached; the same may work later. (Kubernetes tries such a Job again.)
const TRY_AGAIN: u8 = 75;
/// So many bytes are kept; of a longer text Kubernetes would keep the end, which names neither file nor statement.
const WORDS: usize = 4_096;

/// How a command ended that did not fail for good.
#[derive(Debug)]
pub enum Outcome {
    /// Well.
    Done,
    /// The same may work later.
    TryAgain(anyhow::Error),
}

/// The exit code. What went wrong is the last line on standard error, and is left in `last_words`.
#[expect(clippy::print_stderr, reason = "the last line on standard error is the message")]
pub fn end(outcome: anyhow::Result<Outcome>, last_words: Option<&Path>) -> ExitCode {
    let (error, code) = match outcome {
        Ok(Outcome::Done) => return ExitCode::SUCCESS,
        Ok(Outcome::TryAgain(error)) => (error, ExitCode::from(TRY_AGAIN)),
        Err(error) => (error, ExitCode::FAILURE),
    };
    let words = format!("{error:#}");
    if let Some(path) = last_words
        && let Err(error) = fs::write(path, head(&words))
    {
        eprintln!("{}: {error}", path.display());
    }
    eprintln!("{words}");
    code
}

/// As much of the beginning as is kept.
fn head(words: &str) -> &str {
    let end = (0..=WORDS.min(words.len())).rev().find(|end| words.is_char_boundary(*end));
    &words[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    /// Proves: W-34.
    #[test]
    fn last_words_keep_their_beginning_within_what_kubernetes_keeps() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = anyhow!("{}", "ü".repeat(WORDS)).context("V2__add_location.sql:2");
        let code = end(Err(error), Some(file.path()));
        assert_eq!(code, ExitCode::FAILURE);
        let left = fs::read_to_string(file.path()).unwrap();
        assert!(left.len() <= WORDS && left.len() > WORDS - 4, "{}", left.len());
        assert!(left.starts_with("V2__add_location.sql:2: ü"));
    }

    #[test]
    fn what_may_work_later_has_a_code_of_its_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(end(Ok(Outcome::TryAgain(anyhow!("away"))), Some(file.path())), ExitCode::from(75));
        assert_eq!(fs::read_to_string(file.path()).unwrap(), "away");
        assert_eq!(end(Ok(Outcome::Done), None), ExitCode::SUCCESS);
    }
}
