//! The checks of a server of lesson 3, which sends each frame back in upper case.

use std::array::from_fn;
use std::collections::BTreeSet;

use super::clients::{
    Manner, Question, closes, half_way, in_its_order, in_network_order, next,
    reads_late, refused, resets, says_goodbye, says_nothing,
};
use super::places::{
    BYTES, CLOSE, CUTS, NO_TEXT, NOBODY_READS, READ_ON, THREADS,
};
use crate::check::{Check, server};
use crate::finding::How::Different;
use crate::finding::{Meaning, Verdict};
use crate::server::{SCRIPTS, Server};

const PREFIX: &str = "lesson 3, \"half_fixed.rs\": a length in front";
const LIMITS: &str = "lesson 3, \"Why these four bytes?\": why a limit";

/// A mistake is answered by nothing but the end.
const FRAMES: Manner = (frame, |probe| probe.expect_end());

/// What tells most about a program stands first.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("frame", "a frame comes back in upper case", |server| {
        in_its_order(server, frame).explain("Answer a frame with a frame, at once \
            (flush it): its length in four bytes, highest first (in Python \
            struct.pack(\"!I\", n)), which does not count them, and then its bytes in \
            upper case.")
    }).see(PREFIX).points(3).basis(),
    server("close", "a client that closes ends its own connection only",
        |server| closes(server, frame)).see(CLOSE).points(2),
    server("byte-order", "the length of a frame has its highest byte first",
        |server| in_network_order(server, frame)).see(PREFIX).points(2),
    server("glued", "frames that come in one piece are told apart", |server| {
        let eight = letters(server, [3, 19, 1, 8, 12, 5, 2, 9]);
        eight.ask(server).explain("Eight frames came in one piece, and eight are wanted \
            back, with nothing between them. In a loop, read four bytes, then exactly as \
            many as they say: the bytes behind them are the next frame.")
    }).see("lesson 3, \"broken.rs\": an idle reader").points(2),
    server("cut", "two frames come back, wherever the stream is cut", |server| {
        let lengths = [server.random.usize(3..7), server.random.usize(2..5)];
        let two = letters(server, lengths);
        (1..two.bytes.len()).try_for_each(|cut| two.cut(server, [cut])
            .explain(&format!("{READ_ON} It was cut behind byte {cut} here.")))
    }).see(CUTS).points(5),
    server("one-byte", "frames that come one byte at a time come back", |server| {
        let three = letters(server, [4, 1, 6]);
        three.cut(server, 1..three.bytes.len()).explain(READ_ON)
    }).see(CUTS).after(&["cut"]),
    server("bytes", "payloads that are not text come back, with only a to z changed",
        |server| {
        frames(server, &[SCRIPTS]).ask(server).explain("Change the bytes \
            a to z, and no others: do not decode them. The length in front counts bytes: \
            a letter can have several, and upper() of a text can make more of them.")?;
        let bytes = server.no_text();
        frames(server, &[bytes]).ask(server).explain(NO_TEXT)
    }).see(BYTES),
    server("longest", "the longest frame, of 65536 bytes, comes back", |server| {
        // In two pieces: one read would return all of it on a fast machine.
        let cut = [server.random.usize(1000..60_000)];
        letters(server, [65_535]).cut(server, cut).explain(READ_ON)?;
        letters(server, [65_536]).cut(server, cut)
            .when(Different, READ_ON)
            .explain("65535 bytes came back, and 65536 did not: the limit is one too \
                small. Refuse what is longer than 65536, and not 65536.")
    }).see(CUTS).after(&["cut"]),
    server("hundred-frames", "a hundred frames in random pieces come back in order",
        |server| {
        let lengths: [usize; 100] = from_fn(|_| server.random.usize(1..300));
        let all = letters(server, lengths);
        let cuts: [usize; 40] = from_fn(|_| server.random.usize(1..all.bytes.len()));
        all.cut(server, BTreeSet::from(cuts)).explain(READ_ON)
    }).see(CUTS).after(&["cut"]),
    server("late-reader", "a client that reads late gets every frame", |server| {
        reads_late(server, |server| Ok(letters(server, [6000; 10])))
    }).see(NOBODY_READS).after(&["cut", "longest"]),
    server("empty-frame", "a length of 0 gets no answer and harms nobody else", |server| {
        refused(server, FRAMES, &[0; 4], false, "No message of this course is empty: a \
            length of 0 is a mistake. Answer nothing, and close the connection.")
    }).see(LIMITS),
    server("too-long", "a length of 4 GiB is refused, and not waited for", |server| {
        // Nothing more follows, and no end either.
        refused(server, FRAMES, &[0xff; 4], false, "A length of 4294967295 was \
            announced (-1 to a program that reads a signed number). A frame has at most \
            65536 bytes: look before you allocate and read; answer nothing, and close \
            the connection.")
    }).see(LIMITS),
    server("one-too-long", "a frame of 65537 bytes gets no answer and harms nobody else",
        |server| {
        let frame = letters(server, [65_537]).bytes;
        refused(server, FRAMES, &frame, false, "A frame has at most 65536 bytes, and \
            this one had 65537: answer nothing, and close the connection.")
    }).see(LIMITS).after(&["too-long"]),
    server("half-frame", "a stream that ends inside a frame harms nobody else", |server| {
        let whole = letters(server, [20]).bytes;
        let cuts = [server.random.usize(1..4), server.random.usize(5..24)];
        cuts.iter().try_for_each(|cut| {
            refused(server, FRAMES, &whole[..*cut], true, "The stream ended inside a \
                frame, and the rest will never come. Half a message gets no answer: \
                close the connection.")
        })?;
        resets(server, frame)
    }).see(LIMITS).after(&["close", "cut"]),
    server("silent-client", "a client that says nothing for two seconds is still served",
        |server| says_nothing(server, frame)).see(CUTS).after(&["glued"]),
    server("three-clients", "three clients at once are answered, the silent one last",
        |server| {
        let question = frame(server)?;
        let mut slow = server.connect()?;
        for _ in 0..2 {
            next(server, frame, "Another client is connected, and says nothing. Nobody \
                should wait for it: serve each connection in a thread of its own.")?;
        }
        question.on(&mut slow).explain("Two other clients came later, and have left: \
            this one is still here.")
    }).see(THREADS).points(2),
    server("half-way", "two clients that are both inside a frame get their own bytes",
        |server| half_way(server, [frame; 2], 7))
        .see(THREADS).after(&["three-clients", "cut"]),
    server("goodbye", "after a goodbye between two frames only the end comes",
        |server| says_goodbye(server, frame))
        .see("lesson 3, \"fixed.rs\": None when the sender has finished")
        .after(&["close"]).strict(),
];

/// These payloads, each in a frame; and each comes back in upper case.
fn frames(server: &Server, payloads: &[impl AsRef<[u8]>]) -> Question {
    let framed = |change: fn(&[u8]) -> Vec<u8>| {
        let each = payloads.iter().map(|p| server.frame(change(p.as_ref())));
        each.collect::<Vec<_>>().concat()
    };
    let answer = framed(<[u8]>::to_ascii_uppercase);
    Question::new(framed(<[u8]>::to_vec), move |probe| probe.expect(&answer))
}

/// Frames of so many letters each.
fn letters<const N: usize>(
    server: &mut Server,
    lengths: [usize; N],
) -> Question {
    let payloads = lengths.map(|length| server.letters(length));
    frames(server, &payloads)
}

fn frame(server: &mut Server) -> Verdict<Question> {
    let letters = server.alphabet();
    Ok(frames(server, &[letters]))
}
