//! The checks of a server of lesson 2: datagrams, each for itself.

use std::thread;
use std::time::Duration;

use super::places::{BYTES, CAPITALS, NO_TEXT, NUL, ROOM, UPPER};
use crate::check::{Check, server};
use crate::finding::How::{Different, Silence};
use crate::finding::{Finding, Meaning};
use crate::server::SCRIPTS;
use crate::udp_probe::UdpProbe;

/// What has to come back.
const SAME: &str = "The same bytes are wanted, with a to z as A to Z: as many as \
    recvfrom has returned, no more and no less. (In Java a packet that has carried an \
    answer has no more room than that had: take a new one for each datagram.)";

const FIRST: &str =
    "lesson 2, step 1 of its tour: the message is the first thing that is sent";
const CUT: &str =
    "lesson 2, step 3 of its tour: a datagram longer than the buffer is cut";
const SENDER: &str =
    "lesson 2, \"How it works\": each datagram brings its sender's address";

/// What tells most about a program stands first.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("answer", "a datagram is answered", |server| {
        let mut probe = UdpProbe::new(server)?;
        probe.ask_letters(&server.letters(12))
            .and_then(|()| probe.expect_no_more())
            .when(Silence, "Send each datagram back, to the address that recvfrom has \
                returned with it. (Is it a UDP server, and does it listen there?)")
            .explain(SAME)
    }).see(FIRST).basis(),
    server("datagram", "a datagram comes back in upper case", |server| {
        let mut probe = UdpProbe::new(server)?;
        // The second is longer than what a buffer may still have room for, the third
        // shorter than what it still has.
        let questions = [server.letters(5), server.alphabet(), server.letters(9)];
        questions.iter().try_for_each(|question| probe.ask(question))
            .when(Silence, "The next datagram gets no answer: recvfrom and sendto are a \
                loop without end, and leave none out.")
            .explain(SAME)
    }).see(FIRST).points(4),
    server("turns", "two clients that take turns are both answered", |server| {
        let mut clients = [UdpProbe::new(server)?, UdpProbe::new(server)?];
        (0..6)
            .try_for_each(|turn| clients[turn % 2].ask_letters(&server.letters(10)))
            .explain("Another client had asked before. One socket serves all of them: \
                send each answer to the address that recvfrom returned with its \
                question, and do not connect the socket.")
    }).see(SENDER).points(3),
    server("bytes", "bytes that are not text come back, with only a to z changed",
        |server| {
        let mut probe = UdpProbe::new(server)?;
        probe.ask(b"CAPITALS").explain(CAPITALS)?;
        probe.ask(SCRIPTS).explain(UPPER)?;
        probe.ask(b"before \0 behind").explain(NUL)?;
        probe.ask(b"  two  words\t\r\n").explain("Each byte is wanted back, the spaces \
            at both ends included: do not strip.")?;
        probe.ask(&server.no_text()).explain(NO_TEXT)
    }).see(BYTES).after(&["datagram"]),
    server("empty", "an empty datagram is answered by an empty one", |server| {
        let mut probe = UdpProbe::new(server)?;
        probe.ask(b"")
            .and_then(|()| probe.ask_letters(&server.letters(9)))
            .explain("A datagram of 0 bytes is a message like any other, and not the \
                end: in UDP there is no connection that could end.")
    }).see("lesson 2, step 4 of its tour: the empty datagram is a real message")
        .after(&["datagram"]),
    server("fifty", "fifty datagrams are fifty answers", |server| {
        let mut probe = UdpProbe::new(server)?;
        let mut wanted = Vec::new();
        for _ in 0..50 {
            let length = server.random.usize(1..40);
            let question = server.letters(length);
            probe.send(&question)?;
            wanted.push(question.to_ascii_uppercase());
        }
        // In any order: nothing is guaranteed, and a server may use threads.
        (0..50).try_for_each(|_| {
            let (came, _) = probe.answer(&wanted[0])?;
            let Some(at) = wanted.iter().position(|w| *w == came) else {
                return probe.fails(Finding::bytes(Different, &wanted[0], &came));
            };
            wanted.swap_remove(at);
            Ok(())
        }).explain("One datagram is one message. Answer each of the fifty with one of \
            its own, and collect nothing.")
    }).see("lesson 2, step 2 of its tour: one sendto is one recvfrom").points(2)
        .after(&["datagram"]),
    server("1025-bytes", "a datagram of 1025 bytes is not cut",
        |server| UdpProbe::new(server)?.ask_letters(&server.letters(1025)).explain(ROOM))
        .see(CUT),
    server("longest", "the longest datagram, of 65507 bytes, is not cut",
        |server| UdpProbe::new(server)?.ask_letters(&server.letters(65507)).explain(ROOM))
        .see(CUT).after(&["1025-bytes"]),
    server("same-port", "the answer comes from the port that was asked", |server| {
        let question = server.letters(9);
        let mut probe = UdpProbe::new(server)?;
        probe.send(&question)?;
        let answer = probe.answer(&question.to_ascii_uppercase());
        answer.and_then(|(_, from)| {
            let seen = format!("{} was asked, and {from} has answered.", server.addr);
            let finding = Finding::new(Different, seen);
            if from == server.addr { Ok(()) } else { probe.fails(finding) }
        }).explain("Answer from the socket that the question came to: to the client any \
            other one is a stranger.")
    }).see("lesson 2, \"How it works\": somebody else sends something").after(&["turns"]),
    server("gone", "clients that have gone before their answer do no harm", |server| {
        let mut next = UdpProbe::new(server)?; // or it may get the port of one of these
        for _ in 0..20 {
            UdpProbe::new(server)?.send(&server.letters(10))?; // and the socket is closed
        }
        next.ask_letters(&server.letters(10))
            .when(Silence, "Twenty clients asked, and did not wait. The next one gets no \
                answer: an answer that nobody takes is no reason to wait, or to stop.")
            .explain("Is this the answer to another client? Send each one to the address \
                that recvfrom returned with its question, and do not keep it in a \
                variable that all clients share.")?;
        thread::sleep(Duration::from_millis(2200));
        UdpProbe::new(server)?.ask_letters(&server.letters(10)).explain("Nobody asked \
            for two seconds, and the next one gets no answer: silence is no reason to \
            stop.")
    }).see("lesson 2, \"How it works\": no connection, nothing that could break")
        .after(&["turns"]),
    server("crowd", "two hundred clients at once are all answered", |server| {
        let mut clients = Vec::new();
        for _ in 0..200 {
            let question = server.letters(10);
            let mut probe = UdpProbe::new(server)?;
            probe.send(&question)?;
            clients.push((probe, question));
        }
        clients.iter_mut().try_for_each(|(probe, question)| {
            // In a crowd a datagram may be lost: ask once more, soon.
            let patience = Duration::from_millis(300).min(server.patience);
            let patience = std::mem::replace(&mut probe.patience, patience);
            probe.letters().or_else(|_| {
                probe.patience = patience;
                probe.ask_letters(question)
            })
        }).explain("Answer each datagram at once, in a loop that waits for nothing else.")
    }).see(SENDER).after(&["turns", "gone"]).strict(),
];
