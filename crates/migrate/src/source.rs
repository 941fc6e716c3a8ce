//! Migration files: name, class, checksum.

use crate::statement::statements;
use include_dir::Dir;
use std::fmt;

/// The number of a versioned migration.
pub type Version = u32;

/// What a migration does to programs that run meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Adds; the former version of the service works on.
    Expand,
    /// Takes away; the former version no longer works.
    Contract,
    /// Changes rows only.
    Data,
}

/// When a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Once.
    Versioned(Version),
    /// Whenever its content changed, after all versioned ones.
    Repeatable,
}

/// One migration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// File name, as recorded in the history.
    pub script: String,
    /// When it runs.
    pub kind: Kind,
    /// The `<what>` of the name with blanks.
    pub description: String,
    /// What it does to programs that run meanwhile.
    pub class: Class,
    /// Flyway's checksum.
    pub checksum: i32,
    /// The SQL.
    pub sql: String,
}

impl Migration {
    /// Whether a run that fails leaves nothing behind, so that the file can simply run again: a single statement that
    /// changes tables, or rows alone, which change in a transaction.
    pub fn is_whole(&self) -> bool {
        let found = statements(&self.sql);
        let ddl = found.iter().filter(|statement| statement.is_ddl()).count();
        ddl == 0 || found.len() == 1
    }
}

/// A migration file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The name follows no pattern.
    #[error("{0}: the name must be V<n>__<what>.sql or R__<what>.sql")]
    Name(String),
    /// The first line is not the class.
    #[error("{0}:1: the first line must be `-- class: expand`, `-- class: contract` or `-- class: data`")]
    Class(String),
    /// Not UTF-8.
    #[error("{0}: not UTF-8")]
    Encoding(String),
    /// Two files of one version, or two repeatable ones of one name.
    #[error("{0} and {1} have the same version")]
    Twice(String, String),
}

/// A service's migrations: versioned ones by number, then repeatable ones by description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations(Vec<Migration>);

impl Migrations {
    /// Reads the files that were built in.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn from_dir(dir: &'static Dir<'static>) -> Result<Self, SourceError> {
        let file = |file: &'static include_dir::File<'static>| {
            let name = file.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
            match file.contents_utf8() {
                Some(text) => Ok((name, text)),
                None => Err(SourceError::Encoding(name)),
            }
        };
        let files = dir.files().map(file).collect::<Result<Vec<_>, _>>()?;
        Self::from_files(files.iter().map(|(name, text)| (name.as_str(), *text)))
    }

    /// Takes files as name and content.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn from_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Self, SourceError> {
        Self(Vec::new()).and(files)
    }

    /// These, and further files as name and content.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn and<'f>(mut self, files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Self, SourceError> {
        for (name, text) in files {
            self.0.push(parse(name, text)?);
        }
        self.0.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        match self.0.windows(2).find(|pair| sort_key(&pair[0]) == sort_key(&pair[1])) {
            Some(pair) => Err(SourceError::Twice(pair[0].script.clone(), pair[1].script.clone())),
            None => Ok(self),
        }
    }

    /// All files in the order they run.
    pub fn files(&self) -> &[Migration] {
        &self.0
    }

    /// The versioned files with their numbers.
    pub fn versioned(&self) -> impl DoubleEndedIterator<Item = (Version, &Migration)> {
        self.0.iter().filter_map(|file| match file.kind {
            Kind::Versioned(version) => Some((version, file)),
            Kind::Repeatable => None,
        })
    }

    /// The version a database must have reached for this build to serve on it: the last one that does not merely take
    /// away what older builds needed.
    pub fn needed(&self) -> Version {
        self.versioned().rfind(|(_, file)| file.class != Class::Contract).map_or(0, |(version, _)| version)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expand => "expand",
            Self::Contract => "contract",
            Self::Data => "data",
        })
    }
}

fn sort_key(file: &Migration) -> (u64, &str) {
    match file.kind {
        Kind::Versioned(version) => (u64::from(version), ""),
        Kind::Repeatable => (u64::MAX, &file.description),
    }
}

fn parse(name: &str, text: &str) -> Result<Migration, SourceError> {
    let (kind, description) = parse_name(name).ok_or_else(|| SourceError::Name(name.to_owned()))?;
    let sql = text.strip_prefix('\u{feff}').unwrap_or(text);
    let class = match sql.lines().next().and_then(|line| line.strip_prefix("-- class:")).map(str::trim) {
        Some("expand") => Class::Expand,
        Some("contract") => Class::Contract,
        Some("data") => Class::Data,
        _ => return Err(SourceError::Class(name.to_owned())),
    };
    let checksum = checksum(sql);
    Ok(Migration { script: name.to_owned(), kind, description, class, checksum, sql: sql.to_owned() })
}

fn parse_name(name: &str) -> Option<(Kind, String)> {
    let (prefix, what) = name.strip_suffix(".sql")?.split_once("__")?;
    let kind = match prefix.split_at_checked(1)? {
        ("R", "") => Kind::Repeatable,
        ("V", digits) if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0') => {
            Kind::Versioned(digits.parse().ok()?)
        }
        _ => return None,
    };
    let good = !what.is_empty() && what.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    good.then(|| (kind, what.replace('_', " ")))
}

/// Flyway's: CRC-32 over the lines without their ends, as a signed number.
fn checksum(text: &str) -> i32 {
    let mut crc = crc32fast::Hasher::new();
    for line in text.split(['\n', '\r']) {
        crc.update(line.as_bytes());
    }
    crc.finalize().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers were computed as Flyway does, by `java.util.zip.CRC32` over the lines.
    #[test]
    fn the_checksum_ignores_line_ends_and_byte_order_mark() {
        let one = Migrations::from_files([("V1__a.sql", "-- class: expand\nSELECT 1;\n")]).unwrap();
        let two = Migrations::from_files([("V1__a.sql", "\u{feff}-- class: expand\r\nSELECT 1;")]).unwrap();
        assert_eq!(one.files()[0].checksum, two.files()[0].checksum);
        assert_eq!(checksum("CREATE TABLE a (\n  b INT\n);\n"), CREATE_TABLE_A);
        assert_eq!(checksum(""), 0);
    }

    const CREATE_TABLE_A: i32 = -1_645_537_849;

    #[test]
    fn names_that_follow_no_pattern_are_refused_by_name() {
        for name in
            ["1__a.sql", "V__a.sql", "V1_a.sql", "V01__a.sql", "V1__.sql", "V1__a.txt", "V1__a-b.sql", "R1__a.sql"]
        {
            let error = Migrations::from_files([(name, "-- class: data\n")]).unwrap_err();
            assert_eq!(error, SourceError::Name(name.into()));
        }
    }

    #[test]
    fn a_file_without_class_is_refused_by_name() {
        let error = Migrations::from_files([("V1__a.sql", "SELECT 1;")]).unwrap_err();
        assert_eq!(error, SourceError::Class("V1__a.sql".into()));
    }

    #[test]
    fn files_run_by_number_and_repeatable_ones_last() {
        let text = "-- class: expand\n";
        let all =
            Migrations::from_files([("R__b.sql", text), ("V10__a.sql", text), ("V2__z.sql", text), ("R__a.sql", text)]);
        let order: Vec<_> = all.unwrap().files().iter().map(|f| f.script.clone()).collect();
        assert_eq!(order, ["V2__z.sql", "V10__a.sql", "R__a.sql", "R__b.sql"]);
    }

    #[test]
    fn a_version_given_twice_is_refused() {
        let text = "-- class: expand\n";
        assert!(matches!(
            Migrations::from_files([("V1__a.sql", text), ("V1__b.sql", text)]),
            Err(SourceError::Twice(_, _))
        ));
    }

    #[test]
    fn files_that_are_added_run_among_the_others_and_take_no_number_of_theirs() {
        let text = "-- class: expand\n";
        let own = Migrations::from_files([("V1__a.sql", text), ("V3__c.sql", text), ("R__a.sql", text)]).unwrap();
        let both = own.clone().and([("V2__b.sql", text)]).unwrap();
        let order: Vec<_> = both.files().iter().map(|file| file.script.as_str()).collect();
        assert_eq!(order, ["V1__a.sql", "V2__b.sql", "V3__c.sql", "R__a.sql"]);
        assert_eq!(
            own.clone().and([("V3__d.sql", text)]),
            Err(SourceError::Twice("V3__c.sql".into(), "V3__d.sql".into()))
        );
        assert!(own.and([("R__a.sql", text)]).is_err());
    }
}
