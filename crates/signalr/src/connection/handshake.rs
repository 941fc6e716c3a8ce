//! The first message of a connection.

use super::{Activity, SendQueue};
use crate::{
    protocol::{self, Handshake, Protocol},
    transport::{Received, Transport},
};
use std::{future::poll_fn, task::Poll};

/// Greatest handshake: it holds two short fields.
const HANDSHAKE_BYTES: usize = 4 * 1024;

/// Reads the client's handshake. `Err(None)`: it went away; `Err(Some(_))`: it is refused with these words.
pub(super) async fn handshake<T: Transport>(
    transport: &mut T,
    queue: &SendQueue,
    activity: &Activity,
) -> Result<(Protocol, Vec<u8>), Option<String>> {
    let mut inbox = Vec::new();
    loop {
        let received = poll_fn(|cx| {
            // Nothing is queued yet, but answers to WebSocket pings may be on their way.
            if let Poll::Ready(Err(error)) = transport.poll_send(cx, queue, activity) {
                return Poll::Ready(Received::Lost(error));
            }
            transport.poll_receive(cx)
        });
        match received.await {
            Received::Data(bytes) => inbox.extend_from_slice(&bytes),
            Received::Closed | Received::Lost(_) => return Err(None),
            Received::Violation(error) => return Err(Some(error)),
        }
        match protocol::parse_handshake(&inbox, HANDSHAKE_BYTES) {
            Ok(None) => {}
            Ok(Some((Handshake::Agreed(protocol), length))) => {
                transport.agree(protocol);
                return Ok((protocol, inbox.split_off(length)));
            }
            Ok(Some((Handshake::Refused(error), _))) => return Err(Some(error)),
            Err(error) => return Err(Some(error.to_string())),
        }
    }
}
