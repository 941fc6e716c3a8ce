//! What waits to be sent to one connection: ordered, bounded, empty of memory when nothing waits.

use crate::hub::Disconnect;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
};

/// How the server ends a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything queued is sent, then a Close message, then the socket closes.
    Close(Close, Disconnect),
    /// The socket is dropped as it is: the peer takes nothing, or breaks the rules of the line.
    Cut(Disconnect),
}

/// The Close message a client gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Close {
    /// Told to the client as the reason.
    pub error: Option<String>,
    /// Without it the client stops for good; with it, it connects anew.
    pub allow_reconnect: bool,
}

impl Close {
    /// The client shall come back, here or to another replica.
    pub fn reconnect() -> Self {
        Self { error: None, allow_reconnect: true }
    }

    /// The client shall not come back; `error` tells it why.
    pub fn error(error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), allow_reconnect: false }
    }
}

/// The greatest number of messages and bytes one frame takes.
const BATCH_MESSAGES: usize = 64;
const BATCH_BYTES: usize = 32 * 1024;

/// While answers of more bytes than this wait, no further call of the client is begun.
const ANSWERS_BYTES: usize = 64 * 1024;

#[derive(Debug)]
struct Message {
    bytes: Bytes,
    answer: bool,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Message>,
    /// What pushes take: the measure of a slow consumer.
    pushed: usize,
    /// What answers take: the client asked for them, so they slow down its calls instead.
    answered: usize,
    ending: Option<Ending>,
}

/// The queue between whoever sends and the connection's task.
#[derive(Debug)]
pub(crate) struct SendQueue {
    state: Mutex<State>,
    waker: AtomicWaker,
    max_bytes: usize,
    max_messages: usize,
}

impl SendQueue {
    pub(crate) fn new(max_bytes: usize, max_messages: usize) -> Self {
        Self { state: Mutex::default(), waker: AtomicWaker::new(), max_bytes, max_messages }
    }

    /// Adds a push; `false` when the connection is ending, also because this one was too many.
    pub(crate) fn push(&self, bytes: Bytes) -> bool {
        let mut state = self.lock();
        if state.ending.is_some() {
            return false;
        }
        let full = state.messages.len() >= self.max_messages || state.pushed + bytes.len() > self.max_bytes;
        if full {
            *state = State { ending: Some(Ending::Cut(Disconnect::SlowConsumer)), ..State::default() };
        } else {
            state.pushed += bytes.len();
            state.messages.push_back(Message { bytes, answer: false });
        }
        drop(state);
        self.waker.wake();
        !full
    }

    /// Adds an answer, however long it is; also to a connection that is about to close.
    pub(crate) fn answer(&self, bytes: Bytes) {
        let mut state = self.lock();
        if !matches!(state.ending, Some(Ending::Cut(_))) {
            state.answered += bytes.len();
            state.messages.push_back(Message { bytes, answer: true });
        }
        drop(state);
        self.waker.wake();
    }

    /// Whether the client has taken enough of its answers to get more.
    pub(crate) fn takes_answers(&self) -> bool {
        self.lock().answered < ANSWERS_BYTES
    }

    /// Ends the connection, unless it is ending already; a cut also overtakes a close that can't get through.
    /// `true` when this call decided.
    pub(crate) fn end(&self, ending: Ending) -> bool {
        let mut state = self.lock();
        let decides = match (&state.ending, &ending) {
            (None, Ending::Close(..)) => true,
            (None | Some(Ending::Close(..)), Ending::Cut(_)) => {
                *state = State::default();
                true
            }
            _ => false,
        };
        if decides {
            state.ending = Some(ending);
        }
        drop(state);
        self.waker.wake();
        decides
    }

    /// How the connection shall end, once everything queued before has been taken.
    pub(crate) fn ending(&self) -> Option<Ending> {
        let state = self.lock();
        match &state.ending {
            Some(Ending::Close(..)) if !state.messages.is_empty() => None,
            ending => ending.clone(),
        }
    }

    /// Takes as much as one frame may hold.
    pub(crate) fn take(&self) -> VecDeque<Bytes> {
        let mut state = self.lock();
        let (mut bytes, mut fits) = (0, 0);
        for message in state.messages.iter().take(BATCH_MESSAGES) {
            if fits > 0 && bytes + message.bytes.len() > BATCH_BYTES {
                break;
            }
            bytes += message.bytes.len();
            fits += 1;
        }
        let rest = state.messages.split_off(fits);
        let taken = std::mem::replace(&mut state.messages, rest);
        for message in &taken {
            let counted = if message.answer { &mut state.answered } else { &mut state.pushed };
            *counted -= message.bytes.len();
        }
        taken.into_iter().map(|message| message.bytes).collect()
    }

    /// Wakes `waker` when there is something to do.
    pub(crate) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_into_one_frame_is_taken_together_and_in_order() {
        let queue = SendQueue::new(1 << 20, 1000);
        for n in 0..70_u8 {
            assert!(queue.push(Bytes::from(vec![n])));
        }
        assert_eq!(queue.take().len(), 64);
        let rest: Vec<u8> = queue.take().iter().map(|b| b[0]).collect();
        assert_eq!(rest, [64, 65, 66, 67, 68, 69]);
        assert!(queue.take().is_empty());
    }

    #[test]
    fn a_message_greater_than_a_frame_goes_alone() {
        let queue = SendQueue::new(1 << 20, 1000);
        queue.push(Bytes::from(vec![0; BATCH_BYTES * 2]));
        queue.push(Bytes::from_static(b"x"));
        assert_eq!(queue.take().len(), 1);
        assert_eq!(queue.take().len(), 1);
    }

    #[test]
    fn a_consumer_for_whom_too_much_waits_is_cut_by_bytes_and_by_number() {
        for queue in [SendQueue::new(10, 1000), SendQueue::new(1000, 2)] {
            assert!(queue.push(Bytes::from_static(b"12345")));
            assert!(queue.push(Bytes::from_static(b"12345")));
            assert!(!queue.push(Bytes::from_static(b"6")));
            assert_eq!(queue.ending(), Some(Ending::Cut(Disconnect::SlowConsumer)));
            assert!(queue.take().is_empty());
        }
    }

    #[test]
    fn an_answer_is_never_too_long_and_holds_back_further_calls_until_it_is_taken() {
        let queue = SendQueue::new(10, 1000);
        queue.answer(Bytes::from(vec![0; ANSWERS_BYTES]));
        assert!(queue.push(Bytes::from_static(b"0123456789")), "answers don't count against pushes");
        assert!(!queue.takes_answers());
        queue.take();
        assert!(queue.takes_answers());
    }

    #[test]
    fn a_close_waits_until_what_was_queued_before_is_taken_and_the_first_ending_wins() {
        let queue = SendQueue::new(100, 100);
        queue.push(Bytes::from_static(b"last words"));
        let close = Ending::Close(Close::reconnect(), Disconnect::Server("drain"));
        assert!(queue.end(close.clone()));
        assert!(!queue.end(Ending::Close(Close::error("other"), Disconnect::Silent)));
        assert!(!queue.push(Bytes::from_static(b"too late")));
        assert_eq!(queue.ending(), None);
        queue.take();
        assert_eq!(queue.ending(), Some(close));
    }

    #[test]
    fn a_cut_overtakes_a_close_that_waits_behind_a_blocked_line() {
        let queue = SendQueue::new(100, 100);
        queue.push(Bytes::from_static(b"never read"));
        queue.end(Ending::Close(Close::reconnect(), Disconnect::Server("drain")));
        assert!(queue.end(Ending::Cut(Disconnect::SlowConsumer)));
        assert_eq!(queue.ending(), Some(Ending::Cut(Disconnect::SlowConsumer)));
    }
}
