//! What is remembered in the status from one look to the next: there and back.

use securechat_contracts::ServiceName;
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::{ConditionType, MigrationStatus, ServiceStatus};
use securechat_operator_plan::{MigrationFile, Previous, Record, SchemaFile};

/// What the status told last time.
pub(super) fn previous(resource: &SecureChat) -> Previous {
    let Some(status) = &resource.status else { return Previous::default() };
    let holds = |condition: &ConditionType| {
        status.conditions.iter().any(|c| c.type_ == condition.as_str() && c.status == "True")
    };
    let mut previous = Previous {
        holds: ConditionType::ALL.into_iter().filter(holds).collect(),
        key_fingerprint: status.key_fingerprint.clone(),
        ..Previous::default()
    };
    for service in &status.services {
        let Ok(name) = service.name.parse::<ServiceName>() else { continue };
        previous.records.insert(name, record(service));
        previous.served.extend(service.version.clone().map(|version| (name, version)));
    }
    previous
}

fn record(service: &ServiceStatus) -> Record {
    let file = |known: &MigrationStatus| SchemaFile {
        file: MigrationFile {
            script: known.script.clone(),
            version: number(&known.script),
            checksum: known.checksum,
            class: known.class,
        },
        release: known.release.clone(),
        begun_by: known.begun_by.clone(),
    };
    Record {
        files: service.migrations.iter().map(file).collect(),
        release: service.schema_release.clone(),
        done: service.migration.clone(),
        begun: service.begun.clone(),
    }
}

/// The number of `V<n>__<what>.sql`; a repeatable file has none.
fn number(script: &str) -> Option<u32> {
    script.strip_prefix('V')?.split_once("__")?.0.parse().ok()
}

/// A record as the status tells it.
pub(super) fn migrations(record: &Record) -> Vec<MigrationStatus> {
    let told = |known: &SchemaFile| MigrationStatus {
        script: known.file.script.clone(),
        checksum: known.file.checksum,
        class: known.file.class,
        release: known.release.clone(),
        begun_by: known.begun_by.clone(),
    };
    record.files.iter().map(told).collect()
}
