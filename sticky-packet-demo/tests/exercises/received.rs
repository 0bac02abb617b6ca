//! What `receive` makes of a stream, beside what it should have made of it.

use std::io;

use grade::exercise::failed;
use grade::{Finding, How, Verdict};

use super::delivery::{Delivery, different};

/// The answer that is graded.
pub type Receive = fn(&mut Delivery) -> io::Result<Option<Vec<u8>>>;

/// These messages, each behind its length.
pub fn frames(messages: &[Vec<u8>]) -> Vec<u8> {
    let framed = messages.iter().flat_map(|message| {
        let length = (message.len() as u32).to_be_bytes();
        length.into_iter().chain(message.iter().copied())
    });
    framed.collect()
}

/// Each message comes whole, and then the end, when their stream is cut at these places.
pub fn expect(
    receive: Receive,
    messages: &[Vec<u8>],
    places: &[usize],
) -> Verdict {
    let all = frames(messages);
    let mut stream = Delivery::new(&all, places);
    for (number, wanted) in messages.iter().enumerate() {
        let number = number + 1;
        let mut finding = match receive(&mut stream) {
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
        return different(finding, &all, places);
    }
    match receive(&mut stream) {
        Ok(None) => Ok(()),
        other => Err(failed(&format!(
            "The stream ended between two messages: None is wanted, and {other:?} came."
        ))),
    }
}
