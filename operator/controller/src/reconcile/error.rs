use crate::client::said;
use crate::fence::NotLeader;
use securechat_operator_render::RenderError;

/// A look that has to be repeated.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// Reading failed.
    #[error("{what} cannot be read: {}", said(source))]
    Read {
        /// What.
        what: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// Writing failed.
    #[error("{what} cannot be written: {}", said(source))]
    Write {
        /// What.
        what: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// A dry run failed.
    #[error("{what} could not be written: {}", said(source))]
    Preview {
        /// What.
        what: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// The API server did not answer.
    #[error("{0}: the API server did not answer in time")]
    Slow(String),
    /// An object cannot be rendered.
    #[error("the platform cannot be rendered: {0}")]
    Render(#[from] RenderError),
    /// An object has no JSON.
    #[error("an object cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Another replica leads.
    #[error(transparent)]
    NotLeader(#[from] NotLeader),
    /// Somebody else has an object of a name that we need.
    #[error("{0}")]
    NameTaken(String),
    /// Something ends by itself, and nobody tells when.
    #[error("{0}")]
    Ending(String),
    /// The API server forgot part of the status.
    #[error(
        "the cluster's CRD is older than this operator: upgrade the chart's release, or apply crds/securechat.yaml"
    )]
    CrdOutdated,
    /// A Secret that somebody else must make is not there.
    #[error("{0}")]
    SecretMissing(String),
}

impl ReconcileError {
    /// A word for metrics.
    pub fn category(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Write { .. } => "write",
            Self::Preview { .. } => "preview",
            Self::Slow(_) => "slow",
            Self::Render(_) | Self::Json(_) => "render",
            Self::NotLeader(_) => "not_leader",
            Self::NameTaken(_) => "name_taken",
            Self::Ending(_) => "ending",
            Self::CrdOutdated => "crd_outdated",
            Self::SecretMissing(_) => "secret_missing",
        }
    }

    /// Whether the object of that uid is gone, and perhaps another one is in its place: the watch will tell.
    pub fn is_of_another(&self) -> bool {
        matches!(self, Self::Write { source, .. }
            if matches!(source.as_ref(), kube::Error::Api(status)
                if matches!(status.code, 409 | 422) && status.message.to_lowercase().contains("uid")))
    }

    /// Whether the API server refused the object itself: the same object will be refused again.
    pub fn is_refusal(&self) -> bool {
        // A field that the server does not know comes as 500 without a reason.
        matches!(self, Self::Write { source, .. } | Self::Preview { source, .. }
            if matches!(source.as_ref(), kube::Error::Api(status)
                if matches!(status.code, 400 | 403 | 404 | 422) || (status.code == 500 && status.reason.is_empty())))
    }
}
