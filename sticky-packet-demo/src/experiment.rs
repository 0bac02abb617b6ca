//! One experiment: a sender, a network and a reader on real sockets, and
//! the record of every call that they made.

use std::io::{Cursor, Read};
use std::iter;
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use anyhow::Result;
use common::relay::{Forward, Lengths, Lockstep};
use common::trace::{Call, Trace, Traced};

use crate::{broken, fixed, half_fixed, udp};

/// A way to put messages into a stream, and to take them out again.
pub struct Code {
    pub send: fn(&mut Traced<TcpStream>, &[u8]) -> Result<()>,
    pub receive: fn(&mut Lockstep) -> Result<Option<Vec<u8>>>,
    pub nodelay: bool,
}

pub const BROKEN: Code =
    Code { send: broken::send, receive: broken::receive, nodelay: false };

/// Sets TCP_NODELAY because it writes twice for each message: otherwise
/// Nagle's algorithm could hold every second write back.
pub const HALF_FIXED: Code = Code {
    send: half_fixed::send,
    receive: half_fixed::receive,
    nodelay: true,
};

pub const FIXED: Code =
    Code { send: fixed::send, receive: fixed::receive, nodelay: true };

/// How the bytes reach the reader. Each of these happens in real networks;
/// here none of them is left to chance.
#[derive(Clone, Copy)]
pub enum Delivery {
    /// Everything has arrived before the first read().
    IdleReader,
    /// Each message has been read before the next one arrives.
    BusyReader,
    /// The network cuts the stream into pieces of so many bytes.
    Pieces(usize),
    /// The same, of 1 to 24 bytes, from a seed.
    RandomPieces(u64),
}

/// What happened.
#[derive(Default)]
pub struct Outcome {
    pub sent: Vec<Vec<u8>>,
    /// The calls that each message took to send, in the order of `sent`.
    pub writes: Vec<Vec<Call>>,
    pub received: Vec<Vec<u8>>,
    /// The calls that each message took to receive, in the order of
    /// `received`; after those, the calls that came to no message.
    pub reads: Vec<Vec<Call>>,
    /// Why the reader gave up, if it did.
    pub gave_up: Option<String>,
    /// How many bytes lay in the reader's system after the first message.
    pub left: usize,
}

/// Sends the messages, all of them, then delivers and receives them.
///
/// Until then they wait in the system's buffers: 32 KiB fit everywhere.
pub fn over_tcp(
    code: &Code,
    messages: &[Vec<u8>],
    delivery: Delivery,
    trace: &Trace,
) -> Result<Outcome> {
    let (sender_trace, writes) = trace.recorded();
    let (reader_trace, reads) = trace.recorded();
    let direct = matches!(delivery, Delivery::IdleReader);
    let (mut sender, mut far_end) = if direct {
        link(&sender_trace, "sender", &reader_trace, "reader")?
    } else {
        link(&sender_trace, "sender", trace, "relay")?
    };
    sender.set_nodelay(code.nodelay)?;

    let mut outcome = Outcome { sent: messages.to_vec(), ..Outcome::default() };
    for message in messages {
        (code.send)(&mut sender, message)?;
        outcome.writes.push(moved(writes.so_far()));
    }
    sender.shutdown(Shutdown::Write)?;

    let mut reader = if direct {
        Lockstep::all(far_end, outcome.bytes())
    } else {
        let mut stream = Vec::new();
        far_end.read_to_end(&mut stream)?;
        let (back, near_end) = link(trace, "relay", &reader_trace, "reader")?;
        back.set_nodelay(true)?;
        let lengths = lengths(delivery, &outcome);
        let forward = Forward::new(Cursor::new(stream), back, lengths);
        Lockstep::pieces(near_end, forward)
    };
    loop {
        let message = (code.receive)(&mut reader);
        outcome.reads.push(moved(reads.so_far()));
        match message {
            Ok(Some(message)) => outcome.received.push(message),
            Ok(None) => return Ok(outcome),
            Err(e) => {
                outcome.gave_up = Some(e.to_string());
                return Ok(outcome);
            }
        }
        if outcome.received.len() == 1 {
            outcome.left = reader.waiting()?;
        }
    }
}

/// The same with datagrams; the reader is idle until all have been sent.
pub fn over_udp(messages: &[Vec<u8>], trace: &Trace) -> Result<Outcome> {
    let (sender_trace, writes) = trace.recorded();
    let (reader_trace, reads) = trace.recorded();
    let sender = sender_trace.udp("sender", UdpSocket::bind("127.0.0.1:0")?);
    let reader = reader_trace.udp("reader", UdpSocket::bind("127.0.0.1:0")?);
    // On one machine none is lost; if one is, that is an error, not a wait.
    reader.set_read_timeout(Some(Duration::from_secs(5)))?;

    let mut outcome = Outcome { sent: messages.to_vec(), ..Outcome::default() };
    let to = reader.local_addr()?;
    for message in messages {
        udp::send(&sender, message, to)?;
        outcome.writes.push(moved(writes.so_far()));
    }
    for _ in messages {
        outcome.received.push(udp::receive(&reader)?);
        outcome.reads.push(moved(reads.so_far()));
    }
    Ok(outcome)
}

/// Both ends of a new connection.
fn link(
    from: &Trace,
    from_name: &str,
    to: &Trace,
    to_name: &str,
) -> Result<(Traced<TcpStream>, Traced<TcpStream>)> {
    let listener = to.listener(to_name, TcpListener::bind("127.0.0.1:0")?);
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let near = from.connected(from_name, stream);
    let (far, _) = listener.accept()?;
    Ok((near, far))
}

/// Where the network cuts the stream.
fn lengths(delivery: Delivery, outcome: &Outcome) -> Lengths {
    match delivery {
        Delivery::IdleReader => Box::new(iter::empty()),
        Delivery::BusyReader => {
            let each = |calls: &Vec<Call>| calls.iter().map(Call::len).sum();
            let lengths: Vec<usize> = outcome.writes.iter().map(each).collect();
            Box::new(lengths.into_iter())
        }
        Delivery::Pieces(length) => Box::new(iter::repeat(length)),
        Delivery::RandomPieces(seed) => {
            let mut random = fastrand::Rng::with_seed(seed);
            Box::new(iter::repeat_with(move || random.usize(1..=24)))
        }
    }
}

/// The calls that moved bytes.
fn moved(mut calls: Vec<Call>) -> Vec<Call> {
    calls.retain(|call| !call.is_empty());
    calls
}

impl Outcome {
    /// How many bytes were written.
    pub fn bytes(&self) -> usize {
        self.writes.iter().flatten().map(Call::len).sum()
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
}
