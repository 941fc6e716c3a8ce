//! How the operator runs.

use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// How the operator runs.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// Serve the resources of one namespace only; absent: of all.
    #[arg(long)]
    pub namespace: Option<String>,
    /// Where `/live`, `/ready` and `/metrics` are answered.
    #[arg(long, default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,
    /// The namespace of the Lease by which one of several replicas leads.
    #[arg(long, default_value = "default")]
    pub lease_namespace: String,
    /// The Lease's name.
    #[arg(long, default_value = "securechat-operator")]
    pub lease_name: String,
    /// This replica's name.
    #[arg(long)]
    pub identity: String,
    /// For how long a Lease is held without being renewed.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(6..=600))]
    pub lease_seconds: u16,
    /// How many resources are looked at at once.
    #[arg(long, default_value_t = 8)]
    pub workers: u16,
    /// Send traces of looks to this OTLP/HTTP receiver, such as http://collector:4318; absent: nowhere.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub traces_endpoint: Option<Url>,
}

impl Settings {
    /// The Lease's duration.
    pub fn lease_duration(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.into())
    }

    /// So long before its Lease runs out a leader stops writing.
    pub fn lease_margin(&self) -> Duration {
        self.lease_duration() / 3
    }
}
