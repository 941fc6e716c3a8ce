//! What is counted of sign-ins and tokens.

use securechat_metrics::{
    IntCounterVec, Metrics,
    services::{SIGN_INS, TOKEN_REQUESTS},
};

/// Counts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Counts {
    sign_ins: IntCounterVec,
    tokens: IntCounterVec,
}

/// How a sign-in with a password ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SignInOutcome {
    Done,
    NoMatch,
    Throttled,
    Failed,
}

impl SignInOutcome {
    const ALL: [Self; 4] = [Self::Done, Self::NoMatch, Self::Throttled, Self::Failed];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NoMatch => "no_match",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
        }
    }
}

impl Counts {
    pub(crate) fn of(metrics: &Metrics) -> Self {
        let sign_ins = metrics.counter(SIGN_INS);
        for outcome in SignInOutcome::ALL {
            sign_ins.with_label_values(&[outcome.as_str()]).inc_by(0);
        }
        Self { sign_ins, tokens: metrics.counter(TOKEN_REQUESTS) }
    }

    pub(crate) fn sign_in(&self, outcome: SignInOutcome) {
        self.sign_ins.with_label_values(&[outcome.as_str()]).inc();
    }

    /// `grant` is what the request says: only what is known becomes a label.
    pub(crate) fn tokens(&self, grant: Option<&str>, outcome: &str) {
        let known = ["authorization_code", "refresh_token", "client_credentials"];
        let grant = known.into_iter().find(|known| grant == Some(known)).unwrap_or("other");
        self.tokens.with_label_values(&[grant, outcome]).inc();
    }
}
