//! What `receive` makes of a stream, beside what it should have made of it.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use common::frame::write_frame;
use grade::exercise::{failed, words_of};
use grade::{Finding, How, Lesson, Server, Verdict, find, serving};

use super::delivery::{Delivery, Then, shown};

pub type Received = io::Result<Option<Vec<u8>>>;

/// The answer that is graded: one function, for both kinds of stream.
#[derive(Clone, Copy)]
pub struct Receive {
    pub in_memory: fn(&mut Delivery) -> Received,
    pub over_tcp: fn(&mut TcpStream) -> Received,
}

/// These messages, each behind its length.
pub fn frames(messages: &[Vec<u8>]) -> Vec<u8> {
    let framed = messages.iter().flat_map(|message| {
        let length = (message.len() as u32).to_be_bytes();
        length.into_iter().chain(message.iter().copied())
    });
    framed.collect()
}

/// One message; a panic is a finding.
pub fn one(receive: Receive, stream: &mut Delivery) -> Verdict<Received> {
    let receive = || (receive.in_memory)(stream);
    catch_unwind(AssertUnwindSafe(receive))
        .map_err(|panic| failed(&words_of(panic)))
}

/// Each message comes whole, and then the end.
pub fn expect(
    receive: Receive,
    messages: &[Vec<u8>],
    pieces: &[&[u8]],
) -> Verdict {
    let mut stream = Delivery::new(pieces, Then::End);
    for (number, wanted) in messages.iter().enumerate() {
        let number = number + 1;
        let mut finding = match one(receive, &mut stream)? {
            Ok(Some(came)) if came == *wanted => continue,
            Ok(Some(came)) => {
                let mut finding = Finding::bytes(How::Different, wanted, &came);
                finding.seen = format!("Message {number} is another one.");
                finding
            }
            Ok(None) => {
                let seen = format!("None came in place of message {number}.");
                Finding::new(How::Different, seen)
            }
            Err(e) => {
                let seen = format!("An error came for message {number}: {e}.");
                Finding::new(How::Different, seen)
            }
        };
        if let Some((_, room @ 5..)) = stream.reads.first() {
            let asked = format!(
                "The first read asked for {room} bytes, and a length has 4."
            );
            finding.more.push(asked);
        }
        if pieces.iter().map(|piece| piece.len()).sum::<usize>() <= 20 {
            finding.more.push(shown(pieces));
        }
        return Err(finding.into());
    }
    match one(receive, &mut stream)? {
        Ok(None) => Ok(()),
        other => Err(failed(&format!(
            "The stream ended between two messages: None is wanted, and {other:?} came."
        ))),
    }
}

/// The checks of this lesson's server that have these words in their names.
pub fn over_tcp(receive: Receive, names: &[&str], seed: u64) -> Verdict {
    let serve = move |listener: TcpListener| {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || talk(receive, stream));
        }
    };
    let addr =
        serving(serve).map_err(|e| failed(&format!("No server: {e}.")))?;
    let mut server = Server::at(addr).seed(seed);
    for name in names {
        for check in find(Lesson::StickyPacketDemo, name) {
            server.check(&check)?;
        }
    }
    Ok(())
}

/// Sends each message back in upper case.
fn talk(receive: Receive, mut stream: TcpStream) -> io::Result<()> {
    while let Some(message) = (receive.over_tcp)(&mut stream)? {
        let answer = message.to_ascii_uppercase();
        write_frame(&mut stream, &answer).map_err(io::Error::other)?;
    }
    // What has come behind the end is read, so that the answers are not lost.
    stream.read_to_end(&mut Vec::new()).map(drop)
}
