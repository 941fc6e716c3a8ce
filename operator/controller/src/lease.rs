//! Leader election by a Lease: one replica acts, the others keep their caches warm.
//!
//! Each round reads the Lease and replaces it at the version that was read, so that two cannot win. Whether another's
//! Lease has run out is judged by the own clock since the Lease last changed: clocks need not agree. A leader stops
//! writing well before its Lease runs out, and every round has a time limit within that margin.

use crate::client::said;
use crate::fence::Fence;
use crate::settings::Settings;
use crate::time::micro_time;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use securechat_kernel::ClockRef;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const RENEW: Duration = Duration::from_secs(2);
const STANDBY: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(3);

/// Takes part in the election.
pub struct Candidate {
    api: Api<Lease>,
    settings: Settings,
    fence: Arc<Fence>,
    clock: ClockRef,
    /// The Lease's holder and version, and since when it has been so.
    seen: Option<(String, Instant)>,
}

#[derive(Debug, thiserror::Error)]
enum LeaseError {
    #[error("{}", said(.0))]
    Api(#[from] kube::Error),
    #[error("the API server did not answer within {} s", ROUND.as_secs())]
    Slow,
}

impl Candidate {
    /// Does nothing yet.
    pub fn new(client: Client, settings: Settings, fence: Arc<Fence>, clock: ClockRef) -> Self {
        Self { api: Api::namespaced(client, &settings.lease_namespace), settings, fence, clock, seen: None }
    }

    /// Waits until this replica leads.
    pub async fn win(&mut self) {
        loop {
            match self.timed_round().await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the Lease cannot be read or taken"),
            }
            tokio::time::sleep(STANDBY).await;
        }
    }

    /// Renews for as long as this replica leads. One that slept too long has lost it, even if nobody took it: what
    /// it knows is out of date.
    pub async fn hold(&mut self) {
        loop {
            tokio::time::sleep(RENEW).await;
            if self.fence.check().is_err() {
                return;
            }
            match self.timed_round().await {
                Ok(true) => {}
                Ok(false) => return self.fence.close(),
                Err(error) => tracing::warn!(%error, "the Lease was not renewed"),
            }
        }
    }

    /// Lets another replica lead at once, if this one does.
    pub async fn release_if_held(&mut self) {
        if self.fence.check().is_ok() {
            self.release().await;
        }
    }

    /// Lets another replica lead at once.
    pub async fn release(&mut self) {
        self.fence.close();
        let released = timeout(ROUND, async {
            let mut lease = self.api.get(&self.settings.lease_name).await?;
            let spec = lease.spec.get_or_insert_default();
            if spec.holder_identity.as_deref() == Some(self.settings.identity.as_str()) {
                spec.holder_identity = None;
                self.api.replace(&self.settings.lease_name, &PostParams::default(), &lease).await?;
            }
            Ok::<_, kube::Error>(())
        });
        match released.await {
            Ok(Ok(())) => tracing::info!("the Lease is released"),
            Ok(Err(error)) => tracing::warn!(error = said(&error), "the Lease was not released and runs out by itself"),
            Err(_) => tracing::warn!("the Lease was not released in time and runs out by itself"),
        }
    }

    async fn timed_round(&mut self) -> Result<bool, LeaseError> {
        // Counted from before the request: the server may have renewed long before it answers.
        let started = Instant::now();
        let won = timeout(ROUND, self.round()).await.map_err(|_| LeaseError::Slow)??;
        if won {
            self.fence.open_until(started + self.settings.lease_duration() - self.settings.lease_margin());
        }
        Ok(won)
    }

    /// One try to take or keep the Lease.
    async fn round(&mut self) -> Result<bool, kube::Error> {
        let name = self.settings.lease_name.clone();
        let Some(mut lease) = self.api.get_opt(&name).await? else {
            let lease = Lease {
                metadata: ObjectMeta { name: Some(name), ..ObjectMeta::default() },
                spec: Some(self.claim(&LeaseSpec::default())),
            };
            return won(self.api.create(&PostParams::default(), &lease).await);
        };
        let spec = lease.spec.clone().unwrap_or_default();
        if !self.may_take(&spec, lease.metadata.resource_version.as_deref().unwrap_or_default()) {
            return Ok(false);
        }
        lease.spec = Some(self.claim(&spec));
        won(self.api.replace(&name, &PostParams::default(), &lease).await)
    }

    fn may_take(&mut self, spec: &LeaseSpec, version: &str) -> bool {
        let holder = spec.holder_identity.as_deref().unwrap_or_default();
        if holder.is_empty() || holder == self.settings.identity {
            return true;
        }
        let now = Instant::now();
        match &self.seen {
            Some((seen, since)) if seen == version => {
                let seconds = u64::try_from(spec.lease_duration_seconds.unwrap_or(0)).unwrap_or(0);
                now.duration_since(*since) > Duration::from_secs(seconds)
            }
            _ => {
                self.seen = Some((version.to_owned(), now));
                false
            }
        }
    }

    fn claim(&self, former: &LeaseSpec) -> LeaseSpec {
        let now = micro_time(self.clock.now());
        let again = former.holder_identity.as_deref() == Some(self.settings.identity.as_str());
        LeaseSpec {
            holder_identity: Some(self.settings.identity.clone()),
            lease_duration_seconds: Some(self.settings.lease_seconds.into()),
            acquire_time: if again { former.acquire_time.clone() } else { Some(now.clone()) },
            renew_time: Some(now),
            lease_transitions: Some(former.lease_transitions.unwrap_or(0) + i32::from(!again)),
            ..LeaseSpec::default()
        }
    }
}

/// Somebody else was quicker: that is an answer, not an error.
fn won(written: Result<Lease, kube::Error>) -> Result<bool, kube::Error> {
    match written {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}
