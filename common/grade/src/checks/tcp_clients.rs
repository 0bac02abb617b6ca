//! The checks of a server of lesson 1, with clients that leave, stay, or are many.

use std::thread;
use std::time::Duration;

use super::places::{CLOSE, THREADS};
use super::tcp_echo::{AS_IT_IS, CLOSES, LOOP, TWO_LINES, next_is_served};
use crate::check::{Check, server};
use crate::finding::How::{Different, Silence};
use crate::finding::{Meaning, failed};

const ABRUPT: &str = "lesson 1, step 6 of its tour: an abrupt close";

const TWO_CLIENTS: &str = "tcp-echo.second-client";

/// These stand behind those with one client.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("tcp-echo.half-close",
        "a client that has finished sending gets all of its answer, then the end",
        CLOSE, |server| {
        let mut bytes = server.letters(5000);
        bytes.push(b'\n');
        let mut probe = server.connect()?;
        probe.send(&bytes)?;
        probe.half_close();
        probe.expect_letters(&bytes).when(Different, AS_IT_IS).explain("The client has \
            finished sending, and still reads: answer all that it sent, and close \
            then.")?;
        let (mut came, end) = probe.rest();
        came.retain(|byte| !byte.is_ascii_whitespace());
        if !came.is_empty() {
            return failed("More came behind the answer.",
                "The answer has as many bytes as the question.");
        }
        if end == Silence {
            let seen = "All of the answer came, but not the end of the stream.";
            return failed(seen, "A read of 0 bytes is the end of the stream, not an \
                empty message: leave the loop, and close the connection. Without \
                that the loop never ends.");
        }
        Ok(())
    }).points(2).after(&[CLOSES, TWO_LINES]),
    server("tcp-echo.silent-client",
        "a client that says nothing for two seconds is still served", LOOP, |server| {
        let lines = [server.line(), server.line()];
        let mut probe = server.connect()?;
        probe.ask(&lines[0])?;
        thread::sleep(Duration::from_millis(2200));
        probe.ask(&lines[1]).explain("This client was answered, and then said nothing \
            for two seconds. That is no reason to leave it: somebody may be typing.")
    }).after(&[TWO_LINES]),
    server("tcp-echo.reset", "a client that resets ends its own connection only",
        ABRUPT, |server| {
        let line = server.line();
        let mut probe = server.connect()?;
        probe.ask(&line)?;
        probe.reset();
        next_is_served(server, "One client was answered, and has reset its connection, \
            as a program does that crashes. That is an error of this connection (in \
            Python ConnectionResetError): it ends that client's loop, and not the \
            server.")
    }).after(&[CLOSES]),
    server("tcp-echo.leaves",
        "a client that leaves in the middle of its answer ends only its own connection",
        "lesson 1, step 6 of its tour: the client leaves without its reply", |server| {
        // More than the systems' buffers hold, so the server is still writing.
        let bytes = server.letters(16 << 20);
        let mut probe = server.connect()?;
        probe.fill(&bytes);
        probe.reset();
        next_is_served(server, "One client left while the server was still writing to \
            it. A write can fail as a read can (in Python BrokenPipeError and \
            ConnectionResetError): it ends that client's loop, and not the server.")
    }).after(&[CLOSES, "tcp-echo.reset"]),
    server(TWO_CLIENTS, "a second client is answered while the first is silent",
        THREADS, |server| {
        let _silent = server.connect()?;
        next_is_served(server, "The first client is connected and says nothing; the \
            second one sent a line. The server serves one after the other: serve each \
            connection in a thread of its own.")
    }).points(2),
    server("tcp-echo.half-way",
        "two clients that are both in the middle of a line get their own bytes",
        THREADS, |server| {
        let lines = [server.line(), server.line()];
        server.half_way([&lines[0], &lines[1]], 4, |probe, n| {
            probe.expect_letters(&lines[n])
        })
    }).after(&[TWO_CLIENTS, TWO_LINES]),
    server("tcp-echo.hundred-clients",
        "a hundred clients at once are answered, the last one first", THREADS, |server| {
        // One connects when the one before has been answered, so that none has to
        // wait for a place in the queue of `listen(5)`.
        let mut clients = Vec::new();
        for others in 0..100 {
            let line = server.line();
            let meaning = format!("{others} others are connected, and came before. \
                Nobody may have to wait until another one has left: each connection in a \
                thread of its own.");
            let mut probe = server.connect().explain(&meaning)?;
            probe.ask(&line).explain(&meaning)?;
            clients.push((probe, line));
        }
        for (probe, line) in clients.iter_mut().rev() {
            probe.ask(line).explain("99 others are connected. This one was answered \
                before, and has asked again.")?;
        }
        Ok(())
    }).after(&[TWO_CLIENTS, TWO_LINES]),
    server("tcp-echo.never-reads",
        "a client that sends and never reads holds up nobody else", THREADS, |server| {
        let bytes = server.letters(16 << 20);
        let mut probe = server.connect()?;
        probe.fill(&bytes);
        next_is_served(server, "Another client sends, and does not read its answers. So \
            the server waits in its write to that client, and meanwhile it serves \
            nobody.")
    }).after(&[TWO_CLIENTS]).strict(),
];
