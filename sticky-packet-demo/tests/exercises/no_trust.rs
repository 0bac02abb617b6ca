//! Grades `no_trust`: all that `whole_messages` demands, then lengths that no message
//! has, and what was read behind them.

use grade::How::{Different, Ended, Other};
use grade::exercise::failed;
use grade::{Exam, Finding, Meaning, Step, Verdict};

use super::delivery::Delivery;
use super::whole_messages::{self, Receive, expect, frames};

const MAX: usize = 65_536;

const LIMITS: &str = "lesson 3, \"Why these four bytes?\": why a limit";

/// What a right answer does.
#[rustfmt::skip] // a step reads as a paragraph
pub fn steps() -> Vec<Step<Receive>> {
    let mut steps = whole_messages::steps();
    steps.extend([
        Step::new("a message of one byte, and one of 65,536", LIMITS, |receive, exam| {
            let messages = [1, MAX].map(|length| exam.bytes(length));
            expect(receive, &messages, &[])
                .when(Different, "1 is the least, and 65,536 (MAX) is allowed, too.")
        }),
        Step::new("a length of 0 is an error", LIMITS, |receive, exam| {
            refused(receive, 0, &frames(&[exam.bytes(9)]), exam)
                .when(Ended, "A length of 0 is not the end of the stream: that has no \
                length at all. The peer has made a mistake, and is still there.")
                .when(Different, "No message is empty, so a length of 0 is a mistake of \
                the peer, and an error.")
        }),
        Step::new("a length that is too long is an error at once", LIMITS,
            |receive, exam| {
            let lies = [MAX as u32 + 1, exam.random.u32(100_000..10_000_000)];
            lies.into_iter().try_for_each(|length| too_long(receive, exam, length))
        }),
        Step::new("a length over 2 GiB is too long, and not negative", LIMITS,
            |receive, exam| {
            // An answer that believes lengths believes this one: it takes no 4 GiB to
            // show that.
            too_long(receive, exam, MAX as u32 + 1)?;
            let mut lies = [1 << 31, exam.random.u32(1 << 31..), u32::MAX].into_iter();
            lies.try_for_each(|length| too_long(receive, exam, length))
                .when(Other, "The length has no sign: as an i32 this one is negative, \
                and below every limit. Compare it as a u32.")
        }),
    ]);
    steps
}

fn too_long(receive: Receive, exam: &mut Exam, length: u32) -> Verdict {
    let rest = exam.bytes(MAX + 100);
    refused(receive, length, &rest, exam).when(
        Different,
        "A message has at most 65,536 bytes: refuse a longer one, and do not take a \
         part of it. What you left of it would be read as the next length.",
    )
}

/// This length is an error, and nothing behind it is asked for.
fn refused(receive: Receive, length: u32, rest: &[u8], exam: &Exam) -> Verdict {
    let stream = [&length.to_be_bytes(), rest].concat();
    let mut delivery = Delivery::new(&stream, &[]);
    // What makes room for a negative length panics.
    let came = exam.overheard.run(|| receive(&mut delivery));
    let came = came.ok_or_else(|| failed("No message came, and no error."))?;
    let after = delivery.reads.iter().find(|(taken, _)| *taken >= 4);
    let mut finding = match (came, after) {
        (Err(_), None) => return Ok(()),
        (_, Some((_, room))) if *room > MAX => {
            let seen = format!("Room was made for {room} bytes, and filled.");
            Finding::new(Other, seen).meaning(
                "Four bytes of a stranger were believed. Look at the length before you \
                 make room for it.",
            )
        }
        (Err(_), Some((_, room))) => {
            let seen = format!(
                "An error came, but first the stream was read on (room for {room} bytes)."
            );
            Finding::new(Other, seen).meaning(
                "Do not read such a message to its end: its length is not to be \
                 believed. The connection is lost: return at once.",
            )
        }
        (Ok(None), _) => Finding::new(Ended, "None came: the end."),
        (Ok(Some(came)), _) => {
            let seen = format!("A message of {} bytes came.", came.len());
            Finding::new(Different, seen)
        }
    };
    finding.more.push(format!("The length was {length}."));
    Err(finding.into())
}
