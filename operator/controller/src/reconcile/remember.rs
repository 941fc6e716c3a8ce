//! What is remembered in the status from one look to the next: there and back.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use securechat_contracts::ServiceName;
use securechat_operator_api::SecureChat;
use securechat_operator_api::status::{ConditionType, CredentialsStatus, MigrationStatus, Reason, ServiceStatus};
use securechat_operator_plan::{CredentialSet, Credentials, MigrationFile, Previous, Record, Rotation, SchemaFile};

/// What the status told last time.
pub(super) fn previous(resource: &SecureChat) -> Previous {
    let Some(status) = &resource.status else { return Previous::default() };
    // What served and does not is told as that until it serves again, also when it is looked at twice meanwhile.
    let held = |condition: &ConditionType| {
        let is_held = |c: &Condition| c.status == "True" || c.reason == Reason::Unavailable.as_str();
        status.conditions.iter().any(|c| c.type_ == condition.as_str() && is_held(c))
    };
    let mut previous = Previous {
        held: ConditionType::ALL.into_iter().filter(held).collect(),
        key_fingerprint: status.key_fingerprint.clone(),
        credentials: status.credentials.as_ref().and_then(credentials),
        accounts: status.accounts.as_ref().map(|names| names.iter().cloned().collect()),
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

/// A status that somebody has edited to what makes no sense is none.
fn credentials(status: &CredentialsStatus) -> Option<Credentials> {
    let set = |name: &String| name.parse::<CredentialSet>().ok();
    let used = set(&status.used)?;
    let rotation = match (&status.next, &status.former, &status.dropped) {
        (None, None, None) => Rotation::Rest(used),
        (Some(next), None, None) => Rotation::Preparing(used, set(next)?),
        (_, Some(former), _) => Rotation::Moving(set(former)?, used),
        (_, None, Some(dropped)) => Rotation::Dropping(set(dropped)?, used),
    };
    Some(Credentials { rotation, asked: status.requested.clone() })
}

/// What is remembered of credentials as the status tells it; `now` is when a rotation ends that is under way in `before`.
pub(super) fn rotation(
    before: Option<&CredentialsStatus>,
    after: &Credentials,
    now: impl FnOnce() -> Time,
) -> CredentialsStatus {
    let (mut next, mut former, mut dropped) = (None, None, None);
    match after.rotation {
        Rotation::Rest(_) => {}
        Rotation::Preparing(_, set) => next = Some(set.to_string()),
        Rotation::Moving(set, _) => former = Some(set.to_string()),
        Rotation::Dropping(set, _) => dropped = Some(set.to_string()),
    }
    let mut status = CredentialsStatus {
        used: after.rotation.used().to_string(),
        next,
        former,
        dropped,
        requested: after.asked.clone(),
        ..before.cloned().unwrap_or_default()
    };
    if matches!(after.rotation, Rotation::Rest(_)) && before.is_some_and(|before| before.dropped.is_some()) {
        status.rotated.clone_from(&after.asked);
        status.rotated_at = Some(now());
    }
    status
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
