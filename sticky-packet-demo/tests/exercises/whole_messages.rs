//! Grades `whole_messages`: streams in memory, at every cut.

use std::io;

use grade::How::{Different, Other};
use grade::exercise::failed;
use grade::{Exam, Finding, Meaning, Step, Verdict};
use testing::frames::frame;

use super::delivery::{Delivery, another, different, every_way, shown};

/// The answer that is graded.
pub type Receive = fn(&mut Delivery) -> io::Result<Option<Vec<u8>>>;

const HALF: &str = "lesson 3, \"half_fixed.rs\": a length in front";
const FIXED: &str = "lesson 3, \"fixed.rs\": read on until each part is whole";

/// Not cut.
const ONE_PIECE: [Vec<usize>; 1] = [Vec::new()];

/// What a right answer does.
#[rustfmt::skip] // a step reads as a paragraph
pub fn steps() -> Vec<Step<Receive>> {
    vec![
        Step::new("a message that comes in one piece", HALF, |receive, exam| {
            let length = exam.random.usize(5..12);
            whole(receive, exam, &[length], ONE_PIECE).when(Different, "Read 4 bytes, \
                the length, and then as many as it says. A read fills the length of its \
                buffer: that of Vec::with_capacity(n) is 0.")
        }),
        Step::new("messages that come in one piece are told apart", HALF,
            |receive, exam| {
            let lengths = [(); 5].map(|()| exam.random.usize(1..12));
            whole(receive, exam, &lengths, ONE_PIECE).when(Different, "Five messages \
                came in one piece. The bytes behind a message are the next one: ask \
                for 4 bytes, and then for as many as they say. A bigger buffer or a new \
                BufReader takes more, and they are lost with it.")
        }),
        Step::new("a message whose payload is cut", FIXED, |receive, exam| {
            let length = exam.random.usize(5..12);
            let cuts = (5..4 + length).map(|place| vec![4, place]);
            whole(receive, exam, &[length, 3], cuts).when(Different, "A read returned a \
                part of the payload: that was all that had come. The rest comes when you \
                ask for it, and no sleep before brings it. Read on until the payload is \
                whole.")
        }),
        Step::new("a message whose length is cut", FIXED, |receive, exam| {
            let cuts = (1..4).map(|place| vec![place]);
            whole(receive, exam, &[6, 3], cuts).when(Different, "A read returned a part \
                of the length. Its 4 bytes can be cut, too, and not only the payload: \
                read on until both are whole.")
        }),
        Step::new("two messages, in each of the ways to cut them", FIXED,
            |receive, exam| {
            let cuts = every_way(4 + 2 + 4 + 3);
            whole(receive, exam, &[2, 3], cuts).when(Different, "This cut breaks it: a \
                read returns one of the pieces, or a part of it.")
        }),
        Step::new("a hundred messages in random pieces", FIXED, |receive, exam| {
            let short = (0..100).map(|_| exam.random.usize(1..400));
            let mut lengths: Vec<usize> = short.chain([60_000]).collect();
            exam.random.shuffle(&mut lengths);
            let bytes = lengths.iter().map(|length| 4 + length).sum();
            let mut places = exam.random.choose_multiple(0..bytes, 50);
            places.sort_unstable();
            whole(receive, exam, &lengths, [places])
                .when(Different, "Read on until the length and the payload are whole.")
        }),
        Step::new("the end between two messages is None", FIXED, |receive, exam| {
            let message = exam.bytes(4);
            [&[][..], &[message]].into_iter()
                .try_for_each(|messages| expect(receive, messages, &[]))
                .when(Other, "The sender has finished: a read of 0 bytes in front of a \
                length.")
        }),
        Step::new("the end inside a message is an error", FIXED,
            |receive: Receive, exam| {
            let stream = frames(&[exam.bytes(6)]);
            (1..stream.len()).try_for_each(|end| {
                let came = &stream[..end];
                let Ok(received) = receive(&mut Delivery::new(came, &[])) else {
                    return Ok(());
                };
                let shown = shown(came, &[]);
                Err(failed(&format!("The stream ended behind byte {end} of a message \
                    ({shown}), and Ok came back: {received:02x?}.")))
            }).explain("The rest of this message will never come, and your caller must \
                learn that. (`take` and `read_to_end` are content with less: look how \
                much has come, or use read_exact.) Only an end in front of a length is a \
                clean one.")
        }),
    ]
}

/// These messages, each behind its length.
pub fn frames(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(frame).collect()
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
        let mut finding = match receive(&mut stream) {
            Ok(Some(came)) if came == *wanted => continue,
            Ok(Some(came)) => another(number, wanted, &came),
            none => {
                let what = none.map_or_else(
                    |e| format!("An error ({e})"),
                    |_| "None".into(),
                );
                let number = number + 1;
                let seen = format!("{what} came in place of message {number}.");
                Finding::new(Different, seen)
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

/// Messages of these lengths come whole, in each of these ways to cut their stream.
fn whole(
    receive: Receive,
    exam: &mut Exam,
    lengths: &[usize],
    cuts: impl IntoIterator<Item = Vec<usize>>,
) -> Verdict {
    let messages = lengths.iter().map(|length| exam.bytes(*length));
    let messages: Vec<_> = messages.collect();
    let mut cuts = cuts.into_iter();
    cuts.try_for_each(|places| expect(receive, &messages, &places))
}
