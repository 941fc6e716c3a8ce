//! The WebSockets transport: tungstenite's protocol machine over any byte stream, with small buffers.
//!
//! tungstenite reads, unmasks, checks and answers control frames. Data frames it does not write: their payload is
//! shared by many connections, so a frame is a small header followed by the shared bytes, written with one
//! vectored write. Both kinds of frame pass `outgoing` in order, so they never mix.

use super::{Received, Transport};
use crate::{
    connection::{Activity, SendQueue},
    protocol::Protocol,
};
use bytes::{Buf, Bytes, BytesMut};
use std::{
    collections::VecDeque,
    io::{self, IoSlice, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    error::{CapacityError, ProtocolError},
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext, frame::coding::CloseCode},
};

const READ_BUFFER: usize = 1024;
/// Reading stops while so many pieces wait to be written: a client that sends pings must also take the pongs.
const OUTGOING_MAX: usize = 256;
const TEXT: u8 = 0x81;

/// A WebSocket after its upgrade, server side.
pub(crate) struct WebSocket<S> {
    io: S,
    context: WebSocketContext,
    outgoing: VecDeque<Bytes>,
    closing: bool,
    shut: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocket<S> {
    /// `io` is the stream after the 101 answer, `read` what was already read from it. Frames longer than
    /// `max_frame` bytes are a violation.
    pub(crate) fn new(io: S, read: &Bytes, max_frame: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_frame_size(Some(max_frame))
            .max_message_size(Some(max_frame));
        let context = if read.is_empty() {
            WebSocketContext::new(Role::Server, Some(config))
        } else {
            WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config))
        };
        Self { io, context, outgoing: VecDeque::new(), closing: false, shut: false }
    }

    /// Writes until nothing is outgoing.
    fn poll_outgoing(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            let mut slices = [IoSlice::new(&[]); 65];
            let pieces =
                self.outgoing.iter().zip(&mut slices).map(|(piece, slice)| *slice = IoSlice::new(piece)).count();
            let slices = slices.get(..pieces).unwrap_or_default();
            let mut written = ready!(Pin::new(&mut self.io).poll_write_vectored(cx, slices))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            while let Some(piece) = self.outgoing.front_mut() {
                if piece.len() > written {
                    piece.advance(written);
                    break;
                }
                written -= piece.len();
                self.outgoing.pop_front();
            }
        }
        self.outgoing = VecDeque::new();
        Poll::Ready(Ok(()))
    }

    /// Runs tungstenite against the stream: what it reads comes from there, what it writes becomes outgoing.
    fn with<R>(
        &mut self,
        cx: &mut Context<'_>,
        run: impl FnOnce(&mut WebSocketContext, &mut Bridge<'_, '_, S>) -> R,
    ) -> R {
        let mut bridge = Bridge { io: &mut self.io, outgoing: &mut self.outgoing, cx };
        run(&mut self.context, &mut bridge)
    }

    /// One text frame out of all `messages`: a client splits them at their separators.
    fn frame(&mut self, messages: VecDeque<Bytes>) {
        let length = messages.iter().map(Bytes::len).sum();
        self.outgoing.reserve_exact(messages.len() + 1);
        self.outgoing.push_back(header(TEXT, length));
        self.outgoing.extend(messages);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Transport for WebSocket<S> {
    fn agree(&mut self, protocol: Protocol) {
        match protocol {
            Protocol::Json => {} // text frames, as the handshake
        }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>, queue: &SendQueue, activity: &Activity) -> Poll<Result<(), String>> {
        loop {
            if self.outgoing.is_empty() {
                let messages = queue.take();
                if messages.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                self.frame(messages);
            }
            match self.poll_outgoing(cx) {
                Poll::Ready(Ok(())) => activity.sent(),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error.to_string())),
                Poll::Pending => {
                    activity.blocked();
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Received> {
        while self.outgoing.len() < OUTGOING_MAX {
            let received = self.with(cx, |context, bridge| context.read(bridge));
            // A pong or the answer to a close may have become outgoing.
            if let Poll::Ready(Err(error)) = self.poll_outgoing(cx) {
                return Poll::Ready(Received::Lost(error.to_string()));
            }
            match received {
                Ok(Message::Text(text)) => return Poll::Ready(Received::Data(text.into())),
                Ok(Message::Binary(bytes)) => return Poll::Ready(Received::Data(bytes)),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                    return Poll::Ready(Received::Closed);
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(Error::Io(error)) => return Poll::Ready(Received::Lost(error.to_string())),
                Err(error @ Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                    return Poll::Ready(Received::Lost(error.to_string()));
                }
                Err(Error::Capacity(CapacityError::MessageTooLong { max_size, .. })) => {
                    return Poll::Ready(Received::Violation(format!("the message is longer than {max_size} bytes")));
                }
                Err(error) => return Poll::Ready(Received::Violation(error.to_string())),
            }
        }
        Poll::Pending
    }

    fn poll_finish(&mut self, cx: &mut Context<'_>, last: &mut Option<Bytes>, violation: bool) -> Poll<()> {
        if !self.closing {
            self.closing = true;
            if let Some(last) = last.take().filter(|_| self.context.can_write()) {
                self.frame(VecDeque::from([last]));
            }
            let code = if violation { CloseCode::Policy } else { CloseCode::Normal };
            let frame = CloseFrame { code, reason: "".into() };
            // An error here only says that the client closed first; its answer is outgoing then.
            let _ = self.with(cx, |context, bridge| context.close(bridge, Some(frame)));
        }
        if ready!(self.poll_outgoing(cx)).is_err() {
            return Poll::Ready(());
        }
        if !self.shut {
            if ready!(Pin::new(&mut self.io).poll_shutdown(cx)).is_err() {
                return Poll::Ready(());
            }
            self.shut = true;
        }
        // Read on until the client is done: closing with unread input would reset the line under our last words.
        let mut scratch = [0; READ_BUFFER];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }
}

/// A frame's header, server to client: never masked.
fn header(first: u8, length: usize) -> Bytes {
    let mut header = BytesMut::with_capacity(10);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => header.extend_from_slice(&[first, short]),
        (_, Ok(medium)) => {
            header.extend_from_slice(&[first, 126]);
            header.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            header.extend_from_slice(&[first, 127]);
            header.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    header.freeze()
}

/// The stream as tungstenite sees it: reads pass through, writes are always taken whole.
struct Bridge<'a, 'b, S> {
    io: &'a mut S,
    outgoing: &'a mut VecDeque<Bytes>,
    cx: &'a mut Context<'b>,
}

impl<S: AsyncRead + Unpin> Read for Bridge<'_, '_, S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(into);
        match Pin::new(&mut *self.io).poll_read(self.cx, &mut buffer) {
            Poll::Ready(done) => done.map(|()| buffer.filled().len()),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl<S> Write for Bridge<'_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.push_back(Bytes::copy_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn a_header_is_as_short_as_its_length_allows() {
        assert_eq!(&header(0x81, 125)[..], [0x81, 125]);
        assert_eq!(&header(0x81, 126)[..], [0x81, 126, 0, 126]);
        assert_eq!(&header(0x81, 65_535)[..], [0x81, 126, 255, 255]);
        assert_eq!(&header(0x81, 65_536)[..], [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
