//! A TCP relay that forwards the same bytes, in the same order, in other pieces.
//!
//! It does what any network may do and no more: TCP promises the bytes and their order,
//! and nothing about the pieces they come in. A program that breaks behind this relay
//! would have broken somewhere else on another day.

pub mod pieces;

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::{ArgMatches, Command};
use common::addr::{Addr, announce};
use common::args::{self, option, value};
use common::ends;
use common::failure::{Failure, cannot_listen, explained, no_thread, reason};
use common::output::log;
use common::trace::{TcpListener, TcpStream, Trace, ok_if_shut};
use socket2::SockRef;

use pieces::{BUFFER, Lengths, Pieces};

/// How long a pause ends what is glued together.
const SILENCE: Duration = Duration::from_millis(200);

/// How many connections are relayed at a time. Two relays that lead to each other would
/// make one after the other, without end.
const MOST: usize = 128;

/// The subcommand.
pub fn command() -> Command {
    let pieces_help = "The bytes of each piece (3,7,1 begins again after the \
                       last),\nrandom, or all that comes until a pause";
    let pieces = |text: &str| match (text, Pieces::parse(text, 1024)) {
        ("glue", _) => Ok((Pieces::Of(BUFFER), Some(SILENCE))),
        (_, Some(pieces)) => Ok((pieces, None)),
        _ => Err("give lengths (1 to 65536) as 3,7,1, or random, or glue"),
    };
    let pause_help = "How long to wait after each piece; without a pause the \
                      next\none often overtakes the reader: no cut is seen";
    Command::new("relay")
        .about("Forward the same bytes in other pieces, for any two programs")
        .args(ends::arguments())
        .arg(
            option("pieces", "N,N...|random|glue", "1", pieces_help)
                .value_parser(pieces),
        )
        .arg(
            option("pause", "MICROSECONDS", "2000", pause_help)
                .value_parser(args::whole_number(0, 1_000_000)),
        )
        .arg(args::seed())
}

/// Runs the subcommand, until the process is stopped.
pub fn run(args: &ArgMatches, show: bool) -> Result<(), Failure> {
    let addr: Addr = value(args, "listen");
    let to: Addr = value(args, "to");
    let (pieces, silence): (Pieces, _) = value(args, "pieces");
    let delivery = Delivery {
        pieces: pieces.seeded(value(args, "seed")),
        pause: Duration::from_micros(value(args, "pause")),
        silence,
    };
    let trace = Trace::new("client side", show);
    let failed = |e: io::Error| cannot_listen(&addr, "--listen", &e);
    let listener = TcpListener::bind(&addr, &trace).map_err(failed)?;
    let listen = listener.local_addr().map_err(failed)?;
    ends::check(listen, &to)?;
    announce(&addr, listen, log);
    log(format!("forwarding to {to}"));
    serve(&listener, &to, &delivery, &trace)
}

/// How what comes goes on.
#[derive(Clone)]
struct Delivery {
    pieces: Pieces,
    /// The wait after each piece, so that a receiver can take it before the next one
    /// comes.
    pause: Duration,
    /// Where all is glued together: how long nothing must come before it goes on.
    silence: Option<Duration>,
}

/// Relays every connection that comes.
fn serve(
    listener: &TcpListener,
    to: &Addr,
    delivery: &Delivery,
    trace: &Trace,
) -> ! {
    let mut number = 0;
    let seats = Arc::new(()); // each connection has a clone
    loop {
        let client = match listener.accept() {
            Ok((stream, _peer)) => stream,
            Err(e) => {
                log(format!("cannot accept a connection: {}", explained(&e)));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        number += 1;
        if Arc::strong_count(&seats) > MOST {
            log(format!(
                "connection {number} dropped: {MOST} at a time are relayed"
            ));
            continue;
        }
        let seat = seats.clone();
        let (to, delivery) = (to.clone(), delivery.clone());
        let trace = trace.of(&format!("server side #{number}"));
        let connection = move || {
            let _seat = seat;
            let failed = |e| {
                let what = format!("cannot connect to {to}");
                let remedy = "see whether a server listens there, or choose \
                              another with --to";
                Failure::of(what, &e, remedy).into()
            };
            // When this fails, `client` is dropped: its end learns that nobody is here.
            let server = TcpStream::connect(&to, ends::PATIENCE, &trace);
            let relayed = server
                .map_err(failed)
                .and_then(|s| delivery.both_ways(&client, &s, number));
            if let Err(e) = relayed {
                log(format!("connection {number} dropped: {}", reason(&e)));
            }
        };
        if let Err(e) = thread::Builder::new().spawn(connection) {
            log(format!("connection {number} dropped: {}", no_thread(&e)));
        }
    }
}

impl Delivery {
    /// Forwards both ways until both are done.
    fn both_ways(
        &self,
        client: &TcpStream,
        server: &TcpStream,
        number: u64,
    ) -> io::Result<()> {
        // Each piece leaves when it is written. Otherwise the system would wait, and
        // glue small ones together again.
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        for stream in [client, server] {
            // The one byte that can be urgent comes in its place, as any other does.
            let socket = SockRef::from(stream.untraced());
            ok_if_shut(socket.set_out_of_band_inline(true))?;
        }
        // Other pieces in each direction, and in each connection.
        let [requests, replies] =
            [0, 1].map(|way| self.pieces.lengths(2 * number + way));
        thread::scope(|scope| {
            let there = || self.one_way(client, server, requests);
            let thread = thread::Builder::new().spawn_scoped(scope, there);
            thread.map_err(|e| no_thread(&e))?;
            self.one_way(server, client, replies);
            Ok(())
        })
    }

    /// Forwards one way until the end of the stream, or of the connection.
    fn one_way(
        &self,
        from: &TcpStream,
        mut to: &TcpStream,
        mut lengths: Lengths,
    ) {
        let mut buffer = vec![0; BUFFER];
        loop {
            let mut held = match self.read(from, &mut buffer) {
                Ok(0) => {
                    // A half-close passes as one: the other direction goes on.
                    let _ = to.shutdown(Shutdown::Write);
                    return;
                }
                Ok(n) => &buffer[..n],
                Err(_) => {
                    // A reset passes as a close of everything. (std cannot send one.)
                    let _ = to.shutdown(Shutdown::Both);
                    let _ = from.shutdown(Shutdown::Both);
                    return;
                }
            };
            while !held.is_empty() {
                let length = lengths.next().unwrap_or(BUFFER).min(held.len());
                let (piece, rest) = held.split_at(length);
                if to.write_all(piece).is_err() {
                    // The receiver has gone. Its last words may still be on their way
                    // through the other direction, which meets its end after them.
                    return;
                }
                held = rest;
                thread::sleep(self.pause);
            }
        }
    }

    /// Waits for bytes. Where they are glued together, it reads on until there is
    /// silence.
    fn read(
        &self,
        mut from: &TcpStream,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        let mut filled = from.read(buffer)?;
        if self.silence.is_none() || filled == 0 {
            return Ok(filled);
        }
        from.set_read_timeout(self.silence)?;
        while filled < buffer.len() {
            match from.read(&mut buffer[filled..]) {
                Ok(n @ 1..) => filled += n,
                // Silence, or an end: first what came before it. The next read meets
                // the end again.
                _ => break,
            }
        }
        from.set_read_timeout(None)?;
        Ok(filled)
    }
}
