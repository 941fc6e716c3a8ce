//! The last words of a connection.

use super::{Connection, Ending};
use crate::{Disconnect, transport::Transport};
use bytes::Bytes;
use std::{future::poll_fn, time::Duration};
use tokio::time::timeout;

/// How long a client has to take note of the end.
const FINISH: Duration = Duration::from_secs(5);

/// Says the last words and waits, not for ever, until the client has taken note.
pub(super) async fn finish<T: Transport>(transport: &mut T, mut last: Option<Bytes>, violation: bool) {
    let finished = poll_fn(|cx| transport.poll_finish(cx, &mut last, violation));
    if timeout(FINISH, finished).await.is_err() {
        tracing::debug!("a client did not take note of its connection's end");
    }
}

/// Ends the line as `ending` says: what was queued before, such as the answer to the call that caused the end, goes
/// first, if the client takes it within `patience`.
pub(super) async fn farewell<I, T: Transport>(
    mut transport: T,
    connection: &Connection<I>,
    ending: Ending,
    patience: Duration,
) {
    match ending {
        Ending::Cut(_) => {}
        Ending::Close(_, Disconnect::Client) => finish(&mut transport, None, false).await,
        Ending::Close(close, reason) => {
            let sent = poll_fn(|cx| transport.poll_send(cx, &connection.queue, &connection.activity));
            let _ = timeout(patience.min(FINISH), sent).await;
            let last = connection.protocol.close(close.error.as_deref(), close.allow_reconnect);
            finish(&mut transport, Some(last), matches!(reason, Disconnect::Protocol(_))).await;
        }
    }
}
