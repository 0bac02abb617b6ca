//! One experiment: a sender, a network and a reader on real sockets, and
//! the record of every read and write that they made.

use std::io::{self, Read};
use std::net::Shutdown;
use std::time::Duration;

use anyhow::{Error, Result, bail};
use common::calls::Recording;
use common::failure::{Failure, no_socket, timed_out};
use common::trace::{TcpStream, Trace, UdpSocket};

use super::lockstep::{Lockstep, Network, connection, no_room};
use crate::relay::pieces::Pieces;
use crate::{broken, fixed, framed, half_fixed, udp};

pub type SendFn = fn(&mut TcpStream, &[u8]) -> Result<()>;
pub type ReceiveFn = fn(&mut Lockstep) -> Result<Option<Vec<u8>>>;

/// A way to put a message into a stream, and to take one out of it.
pub type Protocol = (SendFn, ReceiveFn);

pub const BROKEN: Protocol = (broken::send, broken::receive);
pub const HALF_FIXED: Protocol = (half_fixed::send, half_fixed::receive);
pub const FIXED: Protocol = (fixed::send, fixed::receive);
pub const FRAMED: Protocol = (framed::send, framed::receive);

/// How the bytes reach the reader. Each of these happens in real networks;
/// here none of them is left to chance.
#[derive(Clone)]
pub enum Delivery {
    /// Everything has arrived before the first read().
    IdleReader,
    /// Each message has been read before the next one is sent.
    BusyReader,
    /// All are sent first. Then a relay between the two ends delivers the
    /// stream in pieces, each when the reader has read the one before.
    InPieces(Pieces),
}

/// Sends the messages, delivers them, and receives them.
pub fn over_tcp(
    (send, receive): Protocol,
    messages: &[Vec<u8>],
    delivery: Delivery,
    trace: &Trace,
) -> Result<Outcome> {
    let (sender_trace, writes) = trace.recorded("sender");
    let (reader_trace, reads) = trace.recorded("reader");
    let mut outcome = Outcome::of(messages, ["write", "read"]);

    let is_busy = matches!(delivery, Delivery::BusyReader);
    let far_trace = match delivery {
        Delivery::InPieces(_) => &trace.of("relay"),
        _ => &reader_trace,
    };
    let (mut sender, far) =
        connection(&sender_trace, far_trace).map_err(no_socket)?;
    // A busy reader gets each message alone in any case. This saves the
    // time that Nagle's algorithm would wait for its acknowledgement.
    sender.set_nodelay(is_busy)?;

    let mut reader = Lockstep::new(far);
    let mut more = true;
    for message in messages {
        send(&mut sender, message).map_err(|e| {
            let mut causes = e.chain();
            if causes.any(|e| e.downcast_ref().is_some_and(timed_out)) {
                return no_room(reader.unread + message.len()).into();
            }
            e
        })?;
        let calls = that_moved_bytes(&writes);
        reader.unread += calls.iter().map(Vec::len).sum::<usize>();
        outcome.writes.push(calls);
        while is_busy && more && reader.unread > 0 {
            more = outcome.receive(receive, &mut reader, &reads)?;
        }
    }
    sender.shutdown(Shutdown::Write)?;

    if let Delivery::InPieces(pieces) = delivery {
        let mut stream = Vec::new();
        reader.read_to_end(&mut stream)?;
        let (to, far) =
            connection(&trace.of("relay"), &reader_trace).map_err(no_socket)?;
        to.set_nodelay(true)?;
        let (stream, lengths) = (stream.into(), pieces.lengths(0));
        reader = Lockstep::new(far);
        reader.network = Some(Network { stream, lengths, to });
    }
    while more {
        more = outcome.receive(receive, &mut reader, &reads)?;
    }
    Ok(outcome)
}

/// The same with datagrams; the reader is idle until all have been sent.
pub fn over_udp(messages: &[Vec<u8>], trace: &Trace) -> Result<Outcome> {
    let (sender_trace, writes) = trace.recorded("sender");
    let (reader_trace, reads) = trace.recorded("reader");
    let bind = |trace| UdpSocket::bind("127.0.0.1:0", trace).map_err(no_socket);
    let (sender, reader) = (bind(&sender_trace)?, bind(&reader_trace)?);
    // On one machine none is lost; if one is, that is an error, not a wait.
    reader.set_read_timeout(Some(Duration::from_secs(5)))?;

    let mut outcome = Outcome::of(messages, ["sendto", "recvfrom"]);
    for message in messages {
        let addr = reader.local_addr()?;
        udp::send(&sender, message, addr).map_err(lost)?;
        outcome.writes.push(that_moved_bytes(&writes));
    }
    for _ in messages {
        outcome.received.push(udp::receive(&reader).map_err(lost)?);
        outcome.reads.push(that_moved_bytes(&reads));
    }
    Ok(outcome)
}

fn lost(e: Error) -> Error {
    let what = "a datagram was lost on this machine";
    match e.downcast::<io::Error>() {
        Ok(e) => Failure::of(what, &e, "send less, or run it once more").into(),
        Err(e) => e,
    }
}

/// Calls that moved bytes, and which.
type Calls = Vec<Vec<u8>>;

/// Those since the last time.
fn that_moved_bytes(recording: &Recording) -> Calls {
    let calls = recording.so_far().into_iter();
    calls.filter_map(|call| call.bytes.filter(|b| !b.is_empty())).collect()
}

/// What happened.
#[derive(Default)]
pub struct Outcome {
    /// What the calls of the sender are called, and those of the reader.
    pub names: [&'static str; 2],
    pub sent: Vec<Vec<u8>>,
    /// The calls that each message took to send, in the order of `sent`.
    pub writes: Vec<Calls>,
    /// The lengths of the segments that carried them, where a capture has seen some.
    pub segments: Vec<usize>,
    pub received: Vec<Vec<u8>>,
    /// The calls that each message took to receive, in the order of
    /// `received`; after those, the calls that came to no message.
    pub reads: Vec<Calls>,
    /// Why the reader gave up, if it did.
    pub gave_up: Option<String>,
    /// How many bytes lay in the reader's system after the first message.
    pub waiting_after_first: usize,
}

impl Outcome {
    fn of(messages: &[Vec<u8>], names: [&'static str; 2]) -> Self {
        Self { names, sent: messages.into(), ..Self::default() }
    }

    /// Receives one message; false when there are no more.
    fn receive(
        &mut self,
        receive: ReceiveFn,
        reader: &mut Lockstep,
        reads: &Recording,
    ) -> Result<bool> {
        let message = receive(reader);
        let calls = that_moved_bytes(reads);
        let nothing_read = calls.is_empty();
        self.reads.push(calls);
        match message {
            Ok(None) => return Ok(false),
            // It would go on without an end.
            Ok(Some(_)) if nothing_read => {
                self.gave_up = Some("a message, and no byte read".into());
            }
            Ok(Some(message)) => {
                if self.received.is_empty() {
                    self.waiting_after_first = reader.waiting()?;
                }
                self.received.push(message);
            }
            Err(e) => {
                if let Some(failure) = reader.failure.take() {
                    bail!(failure);
                }
                self.gave_up = Some(e.to_string());
            }
        }
        Ok(self.gave_up.is_none())
    }

    /// How many of the sent messages were received as they were, in order.
    pub fn intact(&self) -> usize {
        let mut rest = self.received.as_slice();
        let found = self.sent.iter().filter(|sent| {
            let at = rest.iter().position(|received| received == *sent);
            rest = at.map_or(rest, |at| &rest[at + 1..]);
            at.is_some()
        });
        found.count()
    }

    /// Was everything received as it was sent, and nothing else?
    pub fn is_whole(&self) -> bool {
        self.received == self.sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(texts: &str) -> Vec<Vec<u8>> {
        texts.split_terminator(' ').map(Into::into).collect()
    }

    #[test]
    fn a_message_that_arrived_once_is_intact_once() {
        for (sent, received, intact) in [
            ("a b", "a b", 2),
            ("a a", "a", 1),
            ("a a a", "a ab a", 2),
            ("a b", "b a", 1),
            ("a b c", " b c", 2),
            ("a", "", 0),
        ] {
            let (sent, received) = (messages(sent), messages(received));
            let outcome = Outcome { sent, received, ..Outcome::default() };
            assert_eq!(outcome.intact(), intact, "{:?}", outcome.received);
        }
    }

    #[test]
    fn a_receiver_that_returns_messages_and_reads_nothing_is_stopped() {
        let protocol: Protocol = (broken::send, |_| Ok(Some(b"a".to_vec())));
        for delivery in [Delivery::IdleReader, Delivery::BusyReader] {
            let (sent, trace) = (messages("a b"), Trace::default());
            let outcome = over_tcp(protocol, &sent, delivery, &trace).unwrap();
            let why = outcome.gave_up.as_deref();
            assert_eq!(why, Some("a message, and no byte read"));
            assert!(outcome.received.is_empty());
        }
    }

    #[test]
    fn a_failure_of_the_system_is_not_blamed_on_the_reader() {
        for (is_shut, said) in [
            (true, "(unexpected end of file)"),
            (false, "2 bytes under way do not reach the reader"),
        ] {
            let (trace, recording) = Trace::default().recorded("reader");
            let (near, far) = connection(&trace, &trace).unwrap();
            far.0.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
            if is_shut {
                near.shutdown(Shutdown::Write).unwrap();
            }
            let mut reader = Lockstep::new(far);
            reader.unread = 2;
            let mut outcome = Outcome::default();
            let end = outcome.receive(fixed::receive, &mut reader, &recording);
            let e = end.unwrap_err().to_string();
            assert!(e.contains(said) && outcome.gave_up.is_none(), "{e}");
        }
    }
}
