//! A TCP relay that forwards the same bytes, in the same order, in other pieces.
//!
//! It does what any network may do and no more: TCP promises the bytes and their order,
//! and nothing about the pieces they come in. A program that breaks behind this relay
//! would have broken somewhere else on another day.

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr};
use std::thread;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use socket2::SockRef;

use crate::addr::{Addr, announce};
use crate::args;
use crate::ends;
use crate::failure::{Failure, cannot_listen, explained, no_thread, reason};
use crate::output::log;
use crate::pieces::{Forward, Lengths, Pieces};
use crate::trace::{TcpListener, TcpStream, Trace, ok_if_shut};

/// Runs a relay in threads of its own, as long as the process lives; returns where it
/// listens.
pub fn spawn(to: SocketAddr, pieces: Pieces) -> io::Result<SocketAddr> {
    let trace = Trace::default();
    let listener = TcpListener::bind("127.0.0.1:0", &trace)?;
    let addr = listener.local_addr()?;
    let serving = move || serve(&listener, &to.into(), pieces, &trace, |_| {});
    let thread = thread::Builder::new().spawn(serving);
    thread.map_err(|e| no_thread(&e))?;
    Ok(addr)
}

/// Relays every connection that comes to `listener`, as long as the process lives.
pub fn serve(
    listener: &TcpListener,
    to: &Addr,
    pieces: Pieces,
    trace: &Trace,
    log: fn(String),
) {
    for number in 1.. {
        let client = match listener.accept() {
            Ok((stream, _peer)) => stream,
            Err(e) => {
                log(format!("cannot accept a connection: {}", explained(&e)));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        let (to, pieces) = (to.clone(), pieces.clone());
        let trace = trace.of(&format!("server side #{number}"));
        let connection = move || {
            // When this fails, `client` is dropped: its end learns that nobody is here.
            match TcpStream::connect(&to, ends::PATIENCE, &trace) {
                Err(e) => {
                    let what = format!("cannot connect to {to}");
                    let remedy = "start the server there, or choose another \
                                  with --to";
                    log(Failure::of(what, &e, remedy).to_string());
                }
                Ok(server) => {
                    let relayed = both_ways(&client, &server, &pieces, number);
                    if let Err(e) = relayed {
                        let why = reason(&e);
                        log(format!("connection {number} dropped: {why}"));
                    }
                }
            }
        };
        if let Err(e) = thread::Builder::new().spawn(connection) {
            log(format!("connection {number} dropped: {}", no_thread(&e)));
        }
    }
}

/// Forwards both ways until both are done.
fn both_ways(
    client: &TcpStream,
    server: &TcpStream,
    pieces: &Pieces,
    number: u64,
) -> io::Result<()> {
    // Each piece leaves when it is written. Otherwise the system would wait, and glue
    // small ones together again.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    for stream in [client, server] {
        // The one byte that can be urgent comes in its place, as any other does.
        let socket = SockRef::from(stream.untraced());
        ok_if_shut(socket.set_out_of_band_inline(true))?;
    }
    let [to_server, to_client] = pieces.directions(number);
    thread::scope(|scope| {
        let requests = || one_way(client, server, pieces, to_server);
        let thread = thread::Builder::new().spawn_scoped(scope, requests);
        thread.map_err(|e| no_thread(&e))?;
        one_way(server, client, pieces, to_client);
        Ok(())
    })
}

/// Forwards one way until the end of the stream, or of the connection.
fn one_way(
    from: &TcpStream,
    to: &TcpStream,
    pieces: &Pieces,
    lengths: Lengths,
) {
    let glue = Glue { from, silence: pieces.silence() };
    let mut forward = Forward::new(glue, to, lengths);
    loop {
        match forward.fill() {
            Ok(true) => {}
            Ok(false) => {
                // A half-close passes as one: the other direction goes on.
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            Err(_) => {
                // A reset passes as a close of everything. (std cannot send a reset.)
                let _ = to.shutdown(Shutdown::Both);
                let _ = from.shutdown(Shutdown::Both);
                return;
            }
        }
        if forward.put().is_err() {
            // The receiver has gone. Its last words may still be on their way through
            // the other direction, which meets its end after them.
            return;
        }
        thread::sleep(pieces.pause());
    }
}

/// Reads on after the first bytes until there is silence, where one is given.
struct Glue<'a> {
    from: &'a TcpStream,
    silence: Option<Duration>,
}

impl Read for Glue<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut from = self.from;
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

/// The subcommand of a lesson that offers the relay.
pub fn command() -> Command {
    let pieces_help = "So many bytes each (3,7,1: again from the first after \
                       the last),\nrandom, or all that comes until a pause";
    let pieces = |text: &str| match pieces_of(text, 0) {
        Some(_) => Ok(text.to_string()),
        None => Err("give 1 to 65536, such lengths as 3,7,1, random, or glue"),
    };
    Command::new("relay")
        .about("Forward the same bytes in other pieces, for any two programs")
        .args(ends::arguments())
        .args([
            args::option("pieces", "N,N...|random|glue", "1", pieces_help)
                .value_parser(pieces),
            pause_arg(),
            args::seed(),
        ])
}

fn pieces_of(text: &str, seed: u64) -> Option<Pieces> {
    match text {
        "random" => Some(Pieces::random(seed)),
        "glue" => Some(Pieces::glued(SILENCE)),
        lengths => Pieces::listed(lengths),
    }
}

fn pause_arg() -> Arg {
    let help = "How long to wait after each piece; without a pause the next\n\
                one may overtake the reader, and no cut is seen";
    args::option("pause", "MICROSECONDS", "2000", help)
        .value_parser(args::whole_number(0, 1_000_000))
}

/// How long a pause ends what is glued together.
const SILENCE: Duration = Duration::from_millis(200);

/// Runs the subcommand, until the process is stopped.
pub fn run(args: &ArgMatches, show: bool) -> Result<(), Failure> {
    let addr: Addr = args::value(args, "listen");
    let to: Addr = args::value(args, "to");
    let text: String = args::value(args, "pieces");
    let parsed = pieces_of(&text, args::value(args, "seed"));
    let pieces = parsed.unwrap_or(Pieces::of(1)); // it was parsed before
    let pause = Duration::from_micros(args::value(args, "pause"));

    let trace = Trace::new("client side", show);
    let failed = |e: io::Error| cannot_listen(&addr, "--listen", &e);
    let listener = TcpListener::bind(&addr, &trace).map_err(failed)?;
    let listen = listener.local_addr().map_err(failed)?;
    ends::check(listen, &to)?;
    announce(&addr, listen, log);
    log(format!("forwarding to {to}"));
    serve(&listener, &to, pieces.paused(pause), &trace, log);
    Ok(())
}
