//! Jobs are named after their content: two quick edits, or an operator that died between making a Job and seeing it,
//! never run the same migration twice, and other content never meets an old Job's immutable fields.

use crate::{JobPlan, Revision, hash};

/// Fills in the name: `<instance>-<service>-migrate-<hash>` or `<instance>-provision-<hash>`. `salt` is what
/// changes the outcome without being part of the plan: the fingerprints of the secrets that the Job reads.
pub(crate) fn named(instance: &str, revision: Revision, salt: &str, mut job: JobPlan) -> JobPlan {
    let JobPlan { name: _, task, service, image, args, config, secrets, files, deadline_seconds } = &job;
    let files: Vec<_> = files.iter().map(|f| format!("{} {} {:?}", f.script, f.checksum, f.class)).collect();
    let parts = [
        format!("{revision:?}"),
        salt.to_owned(),
        image.clone(),
        format!("{args:?}"),
        config.to_json().unwrap_or_default(),
        format!("{secrets:?}"),
        files.join("\n"),
        deadline_seconds.to_string(),
    ];
    let hash = hash::short(parts.iter().map(String::as_bytes), 5);
    job.name = match service {
        Some(service) => format!("{instance}-{service}-{task}-{hash}"),
        None => format!("{instance}-{task}-{hash}"),
    };
    job
}
