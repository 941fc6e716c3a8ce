//! Files against history: what is applied, what is wrong, what is to do. Pure.

use crate::MigrateError;
use crate::history::Row;
use crate::source::{Class, Kind, Migration, Migrations, Version};
use std::collections::BTreeMap;

/// Where a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Applied, and the file is unchanged.
    Applied,
    /// To be applied.
    Pending,
    /// At or below the baseline: taken as applied.
    BelowBaseline,
    /// Applied, but the file was changed since.
    Changed,
    /// Applied, but the file is gone.
    Missing,
    /// Not applied, though a higher version is.
    OutOfOrder,
    /// Its last run failed.
    Failed,
    /// Applied by a newer build than this.
    Future,
    /// Its absence was accepted by repair.
    Deleted,
    /// The mark below which files are taken as applied.
    Baseline,
}

/// One line of `info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Version; none for a repeatable file.
    pub version: Option<Version>,
    /// File name.
    pub script: String,
    /// Class; none when the file is not in this build.
    pub class: Option<Class>,
    /// Where it stands.
    pub state: State,
}

/// Files against history.
pub(crate) struct Comparison<'m> {
    pub(crate) infos: Vec<Info>,
    pub(crate) pending: Vec<&'m Migration>,
    pub(crate) errors: Vec<MigrateError>,
}

/// Compares `files` with the history's `rows`.
pub(crate) fn compare<'m>(files: &'m Migrations, rows: &[Row]) -> Result<Comparison<'m>, MigrateError> {
    let history = History::read(rows)?;
    let highest_file = files.versioned().next_back().map_or(0, |(version, _)| version);
    let mut result = Comparison { infos: Vec::new(), pending: Vec::new(), errors: Vec::new() };
    if let Some(version) = history.baseline {
        let script = "<< Flyway Baseline >>".to_owned();
        result.infos.push(Info { version: Some(version), script, class: None, state: State::Baseline });
    }
    for (version, row) in &history.versioned {
        if files.versioned().all(|(v, _)| v != *version) {
            let state = state_without_file(*version, row, highest_file);
            if state == State::Failed {
                result.errors.push(MigrateError::Failed { script: row.script.clone() });
            }
            result.note(Some(*version), &row.script, None, state);
        }
    }
    for file in files.files() {
        let (version, state) = match file.kind {
            Kind::Versioned(version) => (Some(version), history.state_of(version, file)),
            Kind::Repeatable => (None, history.state_of_repeatable(file)),
        };
        match state {
            State::Pending => result.pending.push(file),
            State::Failed if file.is_whole() => result.pending.push(file),
            State::Failed => result.errors.push(MigrateError::Failed { script: file.script.clone() }),
            State::Changed => result.errors.push(MigrateError::Changed {
                script: file.script.clone(),
                applied: version.and_then(|v| history.versioned.get(&v)?.checksum).unwrap_or_default(),
                present: file.checksum,
            }),
            State::OutOfOrder => {
                result.errors.push(MigrateError::OutOfOrder { script: file.script.clone(), newest: history.newest() });
            }
            _ => {}
        }
        result.note(version, &file.script, Some(file.class), state);
    }
    result.infos.sort_by_key(|info| info.version.map_or(u64::MAX, u64::from));
    Ok(result)
}

impl Comparison<'_> {
    fn note(&mut self, version: Option<Version>, script: &str, class: Option<Class>, state: State) {
        let script = script.to_owned();
        if state == State::Missing {
            self.errors.push(MigrateError::Missing { script: script.clone() });
        }
        self.infos.push(Info { version, script, class, state });
    }
}

struct History<'r> {
    baseline: Option<Version>,
    versioned: BTreeMap<Version, &'r Row>,
    repeatable: BTreeMap<&'r str, &'r Row>,
}

impl<'r> History<'r> {
    fn read(rows: &'r [Row]) -> Result<Self, MigrateError> {
        let mut history = Self { baseline: None, versioned: BTreeMap::new(), repeatable: BTreeMap::new() };
        for row in rows {
            match row.number()? {
                Some(version) if row.kind == "BASELINE" => history.baseline = Some(version),
                Some(version) => {
                    history.versioned.insert(version, row);
                }
                None => {
                    history.repeatable.insert(&row.script, row);
                }
            }
        }
        Ok(history)
    }

    /// The highest version that the schema has.
    fn newest(&self) -> Version {
        let applied = self.versioned.iter().filter(|(_, row)| row.success).map(|(version, _)| *version);
        applied.max().max(self.baseline).unwrap_or(0)
    }

    fn state_of(&self, version: Version, file: &Migration) -> State {
        match self.versioned.get(&version) {
            Some(row) if !row.success => State::Failed,
            Some(row) if row.kind == "DELETE" => State::Deleted,
            Some(row) if row.checksum.is_some_and(|applied| applied != file.checksum) => State::Changed,
            Some(_) => State::Applied,
            None if self.baseline.is_some_and(|baseline| version <= baseline) => State::BelowBaseline,
            None if version < self.newest() => State::OutOfOrder,
            None => State::Pending,
        }
    }

    fn state_of_repeatable(&self, file: &Migration) -> State {
        match self.repeatable.get(file.script.as_str()) {
            Some(row) if !row.success => State::Failed,
            Some(row) if row.checksum == Some(file.checksum) => State::Applied,
            _ => State::Pending,
        }
    }
}

/// What a newer build did beyond our last file, or failed to do, is not ours to judge.
fn state_without_file(version: Version, row: &Row, highest_file: Version) -> State {
    if row.kind == "DELETE" {
        State::Deleted
    } else if version > highest_file {
        State::Future
    } else if !row.success {
        State::Failed
    } else {
        State::Missing
    }
}
