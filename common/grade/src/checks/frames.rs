//! The checks of a server of lesson 3, which sends each frame back in upper case.

use std::thread;
use std::time::Duration;

use super::places::{BYTES, CLOSE, CUTS, NOBODY_READS, READ_ON, THREADS};
use crate::check::{Check, server};
use crate::finding::{Meaning, Verdict};
use crate::server::{SCRIPTS, Server};
use crate::tcp_probe::TcpProbe;
use crate::wire::{self, in_its_order};

const LIMITS: &str = "lesson 3, \"Why these four bytes?\": why a limit";

const CUT: &str = "sticky-packet-demo.cut";
const THREE: &str = "sticky-packet-demo.three-clients";

/// What tells most about a program stands first.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("sticky-packet-demo.frame", "a frame comes back in upper case",
        "lesson 3, \"half_fixed.rs\": a length in front", |server| {
        let frame = [server.letters(12)];
        in_its_order(server, |server| ask(server, &frame).map(drop)).explain("Answer a \
            frame with a frame: its length in four bytes, highest first (in Python \
            struct.pack(\"!I\", n)), and then that many bytes.")
    }).points(3).basis(),
    server("sticky-packet-demo.close",
        "a client that closes ends its own connection only",
        CLOSE, |server| {
        // Twice: a server that somebody else has started has had a client before.
        let meaning = "One client was answered, and has closed; the next one was not. A \
            read of 0 bytes is the end of the stream: leave that client's loop then.";
        next_is_served(server, meaning)?;
        next_is_served(server, meaning)
    }).points(2),
    server("sticky-packet-demo.glued", "frames that come in one piece are told apart",
        "lesson 3, \"broken.rs\": an idle reader", |server| {
        let eight = random(server, 8, 20);
        ask(server, &eight).map(drop).explain("Eight frames came in one piece. \
            Read four bytes, and then exactly as many as they say: what lies behind \
            is the next frame.")
    }).points(2),
    server(CUT, "two frames come back, wherever the stream is cut", CUTS, |server| {
        let lengths = [server.random.usize(3..7), server.random.usize(2..5)];
        let two = lengths.map(|length| server.letters(length));
        for cut in 1..8 + lengths.iter().sum::<usize>() {
            let meaning = format!("{READ_ON} It was cut behind byte {cut} here.");
            in_pieces(server, &two, &[cut], &meaning)?;
        }
        Ok(())
    }).points(3),
    server("sticky-packet-demo.one-byte", "frames that come one byte at a time come back",
        CUTS, |server| {
        let three = [4, 1, 6].map(|length| server.letters(length));
        let cuts: Vec<usize> = (1..23).collect();
        in_pieces(server, &three, &cuts, READ_ON)
    }).after(&[CUT]),
    server("sticky-packet-demo.bytes",
        "payloads that are no text come back, with only a to z changed",
        BYTES, |server| {
        ask(server, &[SCRIPTS.to_vec()]).explain("Change the bytes a to z, and no \
            others: do not decode them. The length in front counts bytes: a letter can \
            have several, and upper() of a text can make more of them.")?;
        let bytes = [server.no_text()];
        ask(server, &bytes).map(drop).explain("A payload need not be text: do not \
            decode it (in Python: data.upper() on bytes).")
    }),
    server("sticky-packet-demo.longest", "the longest frame, of 65536 bytes, comes back",
        CUTS, |server| {
        // In two pieces: one read would return all of it on a fast machine.
        let cut = server.random.usize(1000..60_000);
        let shorter = [server.letters(65_535)];
        in_pieces(server, &shorter, &[cut], READ_ON)?;
        let longest = [server.letters(65_536)];
        in_pieces(server, &longest, &[cut], "65535 bytes came back, and 65536 did not: \
            the limit is one too small. Refuse what is longer than 65536, and not \
            65536.")
    }).after(&[CUT]),
    server("sticky-packet-demo.hundred-frames",
        "a hundred frames in random pieces come back in order", CUTS, |server| {
        let all = random(server, 100, 300);
        let length = 400 + all.iter().map(Vec::len).sum::<usize>();
        let cuts = (0..40).map(|_| server.random.usize(1..length));
        let cuts: std::collections::BTreeSet<usize> = cuts.collect();
        in_pieces(server, &all, &Vec::from_iter(cuts), READ_ON)
    }).after(&[CUT]),
    server("sticky-packet-demo.late-reader", "a client that reads late gets every frame",
        NOBODY_READS, |server| {
        let all: Vec<_> = (0..90).map(|_| server.letters(60_000)).collect();
        let [sent, answer] = frames(&all, server.lowest_first);
        let mut probe = server.connect()?;
        probe.exchange(&sent, true);
        probe.expect(&answer).explain("A send can take less than it is given (in Python \
            sendall, not send). Where the client does not read yet, a write waits.")
    }).after(&[CUT, "sticky-packet-demo.longest"]),
    server("sticky-packet-demo.empty-frame",
        "a length of 0 gets no answer and harms nobody else", LIMITS, |server| {
        refused(server, 0, 0, "No message of this course is empty: a length of 0 is a \
            mistake of the peer. Answer nothing, and close the connection.")
    }),
    server("sticky-packet-demo.too-long",
        "a length of 4 GiB is refused, and not waited for", LIMITS, |server| {
        // Nothing more follows, and no end either.
        refused(server, u32::MAX, 0, "A length of 4294967295 was announced. Nobody has \
            to believe it: a frame has at most 65536 bytes. Check the length before you \
            allocate and read, and close the connection.")
    }),
    server("sticky-packet-demo.one-too-long",
        "a frame of 65537 bytes gets no answer and harms nobody else", LIMITS, |server| {
        refused(server, 65_537, 65_537, "A frame has at most 65536 bytes, and this one \
            had 65537: answer nothing, and close the connection.")
    }).after(&["sticky-packet-demo.too-long"]),
    server("sticky-packet-demo.half-frame",
        "a stream that ends inside a frame harms nobody else", LIMITS, |server| {
        let frame = [server.letters(20)];
        let [whole, _] = frames(&frame, server.lowest_first);
        for cut in [server.random.usize(1..4), server.random.usize(5..24)] {
            let mut probe = ask(server, &frame)?;
            let _refused = probe.send(&whole[..cut]);
            probe.half_close();
            probe.expect_end().explain("The stream ended inside a frame, and the rest \
                will never come. An answer to half a message is a wrong one: close the \
                connection.")?;
        }
        next_is_served(server, "A stream ended inside a frame. That is an error of its \
            connection, and not of the server.")
    }).after(&["sticky-packet-demo.close", CUT]),
    server("sticky-packet-demo.silent-client",
        "a client that says nothing for two seconds is still served", CUTS, |server| {
        let frame = [server.letters(10)];
        let mut probe = ask(server, &frame)?;
        thread::sleep(Duration::from_millis(2200));
        answered(&mut probe, &frame).explain("This client was answered, and then said \
            nothing for two seconds. That is no reason to leave it.")
    }),
    server(THREE, "three clients at once are answered, the silent one last",
        THREADS, |server| {
        let frame = [server.letters(15)];
        let mut slow = server.connect()?;
        for _ in 0..2 {
            next_is_served(server, "Another client is connected, and says nothing yet. \
                Nobody may have to wait for it: serve each connection in a thread of its \
                own.")?;
        }
        answered(&mut slow, &frame).explain("Two other clients came later, and \
            have left: this one is still here.")
    }).points(2),
    server("sticky-packet-demo.half-way",
        "two clients that are both inside a frame get their own bytes",
        THREADS, |server| {
        let own = [9, 14].map(|length| [server.letters(length)]);
        let [a, b] = own.map(|frame| frames(&frame, server.lowest_first));
        server.half_way([&a[0], &b[0]], 7, |probe, n| probe.expect(&[&a, &b][n][1]))
    }).after(&[THREE, CUT]),
    server("sticky-packet-demo.goodbye",
        "a goodbye between two frames is answered by nothing but an end",
        "lesson 3, \"fixed.rs\": None when the sender has finished", |server| {
        let frame = [server.letters(5)];
        let mut probe = ask(server, &frame)?;
        probe.half_close();
        let meaning = "The client has finished: close the connection, too.";
        probe.expect_end().explain(meaning)
    }).after(&["sticky-packet-demo.close"]).strict(),
];

fn random(server: &mut Server, many: usize, longest: usize) -> Vec<Vec<u8>> {
    let mut one = || {
        let length = server.random.usize(1..longest);
        server.letters(length)
    };
    (0..many).map(|_| one()).collect()
}

/// These payloads in frames, in the byte order that the server has; and its answer.
fn frames(payloads: &[Vec<u8>], lowest_first: bool) -> [Vec<u8>; 2] {
    [<[u8]>::to_vec, <[u8]>::to_ascii_uppercase].map(|change| {
        let framed =
            payloads.iter().map(|p| wire::frame(change(p), lowest_first));
        framed.collect::<Vec<_>>().concat()
    })
}

fn answered(probe: &mut TcpProbe, payloads: &[Vec<u8>]) -> Verdict {
    let [sent, answer] = frames(payloads, probe.lowest_first);
    probe.send(&sent)?;
    probe.expect(&answer)
}

fn ask(server: &mut Server, payloads: &[Vec<u8>]) -> Verdict<TcpProbe> {
    let mut probe = server.connect()?;
    answered(&mut probe, payloads)?;
    Ok(probe)
}

fn in_pieces(
    server: &mut Server,
    payloads: &[Vec<u8>],
    cuts: &[usize],
    meaning: &str,
) -> Verdict {
    let [sent, answer] = frames(payloads, server.lowest_first);
    let mut probe = server.connect()?;
    let sending = probe.send_cut(&sent, cuts);
    sending.and_then(|()| probe.expect(&answer)).explain(meaning)
}

/// A new client is answered.
fn next_is_served(server: &mut Server, meaning: &str) -> Verdict {
    let frame = [server.letters(7)];
    ask(server, &frame).map(drop).explain(meaning)
}

/// A frame that has this length is refused, and the next client is served.
fn refused(
    server: &mut Server,
    length: u32,
    follow: usize,
    meaning: &str,
) -> Verdict {
    let payload = server.letters(follow);
    let mut probe = server.connect()?;
    let prefix = wire::prefix(length, server.lowest_first);
    let _refused = probe.send(&[&prefix, &payload[..]].concat());
    probe.expect_end().explain(meaning)?;
    let suffers = format!(
        "A client sent a length of {length}, and the next one suffers."
    );
    next_is_served(server, &suffers)
}
