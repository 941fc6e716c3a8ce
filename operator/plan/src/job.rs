//! Jobs are named after their content: two quick edits, or an operator that died between making a Job and seeing it,
//! never run the same migration twice, and other content never meets an old Job's immutable fields.

use crate::{JobPlan, Revision, hash};

/// Bytes of the hash of a Job's content: enough to tell the few Jobs of one schema apart, and short enough that the name
/// with a retry behind it still is a label.
const CONTENT: usize = 4;
/// Bytes of the hash of what asked for a retry.
const RETRY: usize = 2;

/// Fills in the name: `<instance>-<service>-migrate-<hash>` or `<instance>-provision-<hash>`. `salt` is what
/// changes the outcome without being part of the plan: the fingerprints of the secrets that the Job reads.
pub(crate) fn named(instance: &str, revision: Revision, salt: &str, mut job: JobPlan) -> JobPlan {
    job.family = match job.service {
        Some(service) => format!("{instance}-{service}-{}-", job.task),
        None => format!("{instance}-{}-", job.task),
    };
    job.salt = format!("{revision:?} {salt}");
    job.rename();
    job
}

impl JobPlan {
    /// The same Job, stopping after a version.
    pub(crate) fn until(&self, version: u32) -> Self {
        let mut job = self.clone();
        job.args.extend(["--target".to_owned(), version.to_string()]);
        job.files.retain(|file| file.version.is_some_and(|v| v <= version));
        job.rename();
        job
    }

    /// The same Job, to be run once more because of `retry`.
    pub(crate) fn again(&self, retry: &str) -> Self {
        let hash = hash::short([retry.as_bytes()], RETRY);
        Self { name: format!("{}-{hash}", self.content), ..self.clone() }
    }

    /// Whether a Job of this name does the same, for the first time or once more.
    pub(crate) fn is_same(&self, name: &str) -> bool {
        name.strip_prefix(&self.content).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// Whether a Job of this name works on the same schema.
    pub(crate) fn is_of_family(&self, name: &str) -> bool {
        name.starts_with(&self.family)
    }

    fn rename(&mut self) {
        let files: Vec<_> = self.files.iter().map(|f| format!("{} {} {:?}", f.script, f.checksum, f.class)).collect();
        let parts = [
            self.salt.clone(),
            self.image.clone(),
            format!("{:?}", self.args),
            self.config.to_json().unwrap_or_default(),
            format!("{:?}", self.secrets),
            files.join("\n"),
            self.deadline_seconds.to_string(),
        ];
        self.content = format!("{}{}", self.family, hash::short(parts.iter().map(String::as_bytes), CONTENT));
        self.name.clone_from(&self.content);
    }
}
