//! Database errors by what the caller can do about them.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use std::error::Error as StdError;

/// The result of a database call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A database call that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server cannot be used now: not reachable, starting, full, or it refuses the sign-in. Trying later may help.
    #[error("the database is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// A constraint forbids it.
    #[error("constraint {constraint} is violated")]
    Conflict {
        /// Name of the unique key, foreign key or check, as in the migration; `PRIMARY` for a primary key.
        constraint: String,
        /// What the server said.
        source: sqlx::Error,
    },
    /// A fault: wrong SQL, a value of the wrong type, a broken schema.
    #[error("the database call failed")]
    Other(#[source] sqlx::Error),
}

impl Error {
    /// The constraint that was violated.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Conflict { constraint, .. } => Some(constraint),
            Self::Unavailable(_) | Self::Other(_) => None,
        }
    }

    /// Whether trying later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        match error.as_database_error().and_then(|database| constraint(number(database), database.message())) {
            Some(constraint) => Self::Conflict { constraint, source: error },
            None => Self::Other(error),
        }
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => true,
        E::Database(database) => UNAVAILABLE.contains(&number(database.as_ref())),
        _ => false,
    }
}

/// MySQL's own error number.
fn number(error: &dyn DatabaseError) -> u16 {
    error.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number)
}

/// Too many connections, shutting down, read-only (a demoted primary), access denied and unknown schema (not yet
/// provisioned, or a password just replaced), connection killed.
const UNAVAILABLE: [u16; 11] = [1040, 1044, 1045, 1049, 1053, 1152, 1203, 1290, 1792, 1836, 1927];
const DEADLOCK: u16 = 1213;
const LOCK_TIMEOUT: u16 = 1205;

/// The constraint that an error message names. The two servers word it differently.
fn constraint(number: u16, message: &str) -> Option<String> {
    let name = match number {
        // Duplicate entry 'v' for key 'name' (MariaDB), … for key 'table.name' (MySQL). The value may hold quotes.
        1062 | 1586 => {
            let key = last_quoted(message, "for key '", '\'')?;
            key.rsplit_once('.').map_or(key, |(_, name)| name)
        }
        // … a foreign key constraint fails (`db`.`table`, CONSTRAINT `name` FOREIGN KEY …
        // and MariaDB's check: CONSTRAINT `name` failed for `db`.`table`
        1451 | 1452 | 4025 => last_quoted(message, "CONSTRAINT `", '`')?,
        // MySQL: Check constraint 'name' is violated.
        3819 => last_quoted(message, "constraint '", '\'')?,
        _ => return None,
    };
    Some(name.to_owned())
}

fn last_quoted<'m>(message: &'m str, before: &str, quote: char) -> Option<&'m str> {
    let start = message.rfind(before)? + before.len();
    let rest = &message[start..];
    rest.find(quote).map(|end| &rest[..end])
}

/// Whether `error`, or one of its causes, is that the database cannot be used now.
pub fn unavailable(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<Error>() {
            return error.is_unavailable();
        }
        if let Some(error) = error.downcast_ref::<sqlx::Error>() {
            return is_unavailable(error);
        }
        cause = error.source();
    }
    false
}

/// Whether the transaction was undone by the server only because of what others did at the same moment. Looks through
/// the error's causes, so that any service's error can be asked.
pub(crate) fn is_retryable(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(sqlx::Error::Database(database)) = error.downcast_ref::<sqlx::Error>() {
            return matches!(number(database.as_ref()), DEADLOCK | LOCK_TIMEOUT);
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::constraint;

    fn name(number: u16, message: &str) -> String {
        constraint(number, message).unwrap()
    }

    #[test]
    fn the_constraint_is_read_from_the_words_of_both_servers() {
        assert_eq!(name(1062, "Duplicate entry 'a' for key 'uq_email'"), "uq_email");
        assert_eq!(name(1062, "Duplicate entry 'a' for key 'users.uq_email'"), "uq_email");
        assert_eq!(name(1062, "Duplicate entry 'for key 'x'' for key 'users.PRIMARY'"), "PRIMARY");
        let foreign = "Cannot add or update a child row: a foreign key constraint fails (`d`.`t`, CONSTRAINT `fk_chat` \
                       FOREIGN KEY (`c`) REFERENCES `chats` (`id`))";
        assert_eq!(name(1452, foreign), "fk_chat");
        assert_eq!(name(4025, "CONSTRAINT `ck_age` failed for `d`.`profiles`"), "ck_age");
        assert_eq!(name(3819, "Check constraint 'ck_age' is violated."), "ck_age");
        assert_eq!(constraint(1064, "You have an error in your SQL syntax"), None);
    }
}
