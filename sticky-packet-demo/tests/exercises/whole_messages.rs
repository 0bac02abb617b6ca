//! Grades `whole_messages`: streams in memory, at every cut.

use grade::exercise::failed;
use grade::{Exam, How, Meaning, Step, Verdict};

use super::delivery::{Delivery, Then, cut, every_way, places, shown};
use super::received::{Receive, expect, frames, one};

const HALF: &str = "lesson 3, \"half_fixed.rs\": a length in front";
const FIXED: &str = "lesson 3, \"fixed.rs\": read on until each part is whole";

type Grade = fn(Receive, &mut Exam) -> Verdict;

/// What a right answer does.
const STEPS: [(&str, &str, Grade); 8] = [
    ("a message that comes in one piece", HALF, one_piece),
    ("messages that come in one piece are told apart", HALF, glued),
    ("a message whose payload is cut", FIXED, cut_payload),
    ("a message whose length is cut", FIXED, cut_length),
    ("two messages, in each of the ways to cut them", FIXED, every_cut),
    ("a hundred messages in random pieces", FIXED, many),
    ("the end between two messages is None", FIXED, clean_end),
    ("the end inside a message is an error", FIXED, cut_off),
];

pub fn steps() -> Vec<Step<Receive>> {
    let step = |(name, part, grade)| Step::new(name, part, grade);
    STEPS.map(step).into()
}

/// Messages of random lengths.
fn messages(exam: &mut Exam, lengths: &[usize]) -> Vec<Vec<u8>> {
    lengths.iter().map(|length| exam.bytes(*length)).collect()
}

fn one_piece(receive: Receive, exam: &mut Exam) -> Verdict {
    let length = exam.random.usize(5..12);
    let messages = messages(exam, &[length]);
    expect(receive, &messages, &[&frames(&messages)]).when(
        How::Different,
        "Read 4 bytes, the length, and then as many as it says. A read fills the \
         length of its buffer: that of Vec::with_capacity(n) is 0.",
    )
}

fn glued(receive: Receive, exam: &mut Exam) -> Verdict {
    let lengths = [(); 5].map(|()| exam.random.usize(1..12));
    let messages = messages(exam, &lengths);
    expect(receive, &messages, &[&frames(&messages)]).when(
        How::Different,
        "Five messages came in one piece. What lies behind a message is the next one: \
         ask for 4 bytes, and then for as many as they say. What a bigger buffer or a \
         new BufReader has taken besides is lost with it.",
    )
}

fn cut_payload(receive: Receive, exam: &mut Exam) -> Verdict {
    let length = exam.random.usize(5..12);
    let messages = messages(exam, &[length, 3]);
    let stream = frames(&messages);
    for place in 5..4 + length {
        expect(receive, &messages, &cut(&stream, &[4, place])).when(
            How::Different,
            "A read returned a part of the payload: that was all that had come. The \
             rest comes when you ask for it, and no sleep before brings it. Read on \
             until the payload is whole.",
        )?;
    }
    Ok(())
}

fn cut_length(receive: Receive, exam: &mut Exam) -> Verdict {
    let messages = messages(exam, &[6, 3]);
    let stream = frames(&messages);
    for place in 1..4 {
        expect(receive, &messages, &cut(&stream, &[place])).when(
            How::Different,
            "A read returned a part of the length. Its 4 bytes can be cut, too, and not \
             only the payload: read on until both are whole.",
        )?;
    }
    Ok(())
}

fn every_cut(receive: Receive, exam: &mut Exam) -> Verdict {
    let messages = messages(exam, &[2, 3]);
    let stream = frames(&messages);
    for places in every_way(stream.len()) {
        expect(receive, &messages, &cut(&stream, &places)).when(
            How::Different,
            "This cut breaks it: a read returns one of the pieces, or a part of it.",
        )?;
    }
    Ok(())
}

fn many(receive: Receive, exam: &mut Exam) -> Verdict {
    let mut lengths: Vec<usize> =
        (0..100).map(|_| exam.random.usize(1..400)).collect();
    lengths.push(65_536);
    exam.random.shuffle(&mut lengths);
    let messages = messages(exam, &lengths);
    let stream = frames(&messages);
    let places = places(&mut exam.random, stream.len());
    expect(receive, &messages, &cut(&stream, &places)).when(
        How::Different,
        "Read on until the length and the payload are whole.",
    )
}

fn clean_end(receive: Receive, exam: &mut Exam) -> Verdict {
    let messages = messages(exam, &[4]);
    let stream = frames(&messages);
    let meaning =
        "The sender has finished: a read of 0 bytes in front of a length.";
    expect(receive, &[], &[]).when(How::Other, meaning)?;
    expect(receive, &messages, &[&stream]).when(How::Other, meaning)
}

fn cut_off(receive: Receive, exam: &mut Exam) -> Verdict {
    let stream = frames(&messages(exam, &[6]));
    for end in 1..stream.len() {
        let mut delivery = Delivery::new(&[&stream[..end]], Then::End);
        if let Ok(came) = one(receive, &mut delivery)? {
            let shown = shown(&[&stream[..end]]);
            let seen = format!(
                "The stream ended behind byte {end} of a message ({shown}), and Ok came \
                 back: {came:02x?}."
            );
            return Err(failed(&seen)).when(
                How::Other,
                "The rest of this message will never come, and your caller must learn \
                 that. Only an end in front of a length is a clean one.",
            );
        }
    }
    Ok(())
}
