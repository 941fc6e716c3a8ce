//! The supervised connection: made in the background, made again for ever.

use crate::Options;
use crate::topology;
use futures_util::StreamExt;
use lapin::options::ConfirmSelectOptions;
use lapin::runtime::default_runtime;
use lapin::tcp::OwnedTLSConfig;
use lapin::uri::{AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo};
use lapin::{Channel, Connection, ConnectionProperties, Event};
use securechat_config::{Broker, Tls};
use securechat_metrics::NO_LABELS;
use securechat_metrics::services::BROKER_CONNECTIONS;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

type BoxError = Box<dyn StdError + Send + Sync>;

const CONNECT: Duration = Duration::from_secs(10);
const HEARTBEAT_SECONDS: u16 = 10;
const PAUSE_FIRST: Duration = Duration::from_millis(100);
/// Nobody waits longer than this after the broker is back.
const PAUSE_MAX: Duration = Duration::from_secs(3);
const CHECK: Duration = Duration::from_secs(1);

/// A live connection.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) connection: Arc<Connection>,
    /// Confirms are on.
    pub(crate) publisher: Channel,
    /// Confirms are off.
    pub(crate) hints: Channel,
    /// Cancelled when the connection is no good any more; cancelling it makes a new one.
    pub(crate) lost: CancellationToken,
}

/// Keeps `link` filled until `stop`.
pub(crate) async fn supervise(
    config: Broker,
    options: Options,
    link: watch::Sender<Option<Link>>,
    connected: watch::Sender<bool>,
    stop: CancellationToken,
) {
    let mut pause = PAUSE_FIRST;
    while !stop.is_cancelled() {
        let attempt = tokio::select! {
            () = stop.cancelled() => break,
            attempt = tokio::time::timeout(CONNECT, connect(&config, &options)) => attempt,
        };
        match attempt.map_err(BoxError::from).and_then(|result| result) {
            Ok(made) => {
                tracing::info!(host = config.host, vhost = config.vhost, "connected to the broker");
                pause = PAUSE_FIRST;
                options.metrics.counter(BROKER_CONNECTIONS).with_label_values(NO_LABELS).inc();
                link.send_replace(Some(made.clone()));
                connected.send_replace(true);
                until_lost(&made, &stop).await;
                connected.send_replace(false);
                link.send_replace(None);
                made.lost.cancel();
                let _ = tokio::time::timeout(CHECK, made.connection.close(200, "bye".into())).await;
            }
            Err(error) => {
                tracing::warn!(host = config.host, %error, retry_in = ?pause, "the broker is away");
            }
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSE_MAX),
        }
    }
}

async fn connect(config: &Broker, options: &Options) -> Result<Link, BoxError> {
    let uri = AMQPUri {
        scheme: if config.tls == Tls::Off { AMQPScheme::AMQP } else { AMQPScheme::AMQPS },
        authority: AMQPAuthority {
            userinfo: AMQPUserInfo { username: config.user.clone(), password: config.password_file.read()? },
            host: config.host.clone(),
            port: config.port,
        },
        vhost: config.vhost.clone(),
        query: AMQPQueryString { heartbeat: Some(HEARTBEAT_SECONDS), ..AMQPQueryString::default() },
    };
    let properties = ConnectionProperties::default().with_connection_name(options.name.as_str().into());
    let authority = match &config.tls {
        Tls::Off | Tls::Required => None,
        Tls::Authority(file) => Some(file.read()?),
    };
    let tls = OwnedTLSConfig { identity: None, cert_chain: authority };
    let connection = Connection::connect_uri_with_config(uri, properties, tls, default_runtime()?).await?;
    let publisher = connection.create_channel().await?;
    topology::declare(&publisher, &options.queues).await?;
    publisher.confirm_select(ConfirmSelectOptions::default()).await?;
    let hints = connection.create_channel().await?;
    Ok(Link { connection: Arc::new(connection), publisher, hints, lost: CancellationToken::new() })
}

/// Waits until the connection fails, a user of the link says that it is no good, or `stop`.
async fn until_lost(link: &Link, stop: &CancellationToken) {
    let mut events = Box::pin(link.connection.events_listener());
    let sound = || link.connection.status().connected() && link.publisher.status().connected();
    while sound() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = link.lost.cancelled() => break,
            event = events.next() => match event {
                Some(Event::Error(error)) => {
                    tracing::warn!(%error, "the broker's connection failed");
                    break;
                }
                Some(Event::ConnectionBlocked(reason)) => tracing::warn!(reason, "the broker takes nothing for now"),
                Some(_) => {}
                None => break,
            },
            // Not every loss is told as an event.
            () = tokio::time::sleep(CHECK) => {}
        }
    }
    tracing::warn!("the broker is lost");
}
