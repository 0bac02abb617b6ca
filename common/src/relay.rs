//! A TCP relay that forwards the same bytes, in the same order, in other pieces.
//!
//! It is a legal network and no more: TCP promises the bytes and their order, and says
//! nothing about the pieces they come in. A program that breaks behind this relay would
//! have broken somewhere else on another day.

use std::io::{self, ErrorKind, Read, Write};
use std::iter;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::cli::{self, Addr, Failure, say};
use crate::trace::{Trace, Traced};

/// How many bytes one direction of a connection holds at most.
const BUFFER: usize = 65_536;

/// How long a pause ends what is glued together.
const SILENCE: Duration = Duration::from_millis(200);

/// How long two ends in step wait for bytes that must come.
const PATIENCE: Duration = Duration::from_secs(5);

/// The lengths of the pieces of a stream, one after the other.
pub type Lengths = Box<dyn Iterator<Item = usize> + Send>;

/// Into which pieces the relay cuts what it forwards.
#[derive(Clone, Copy, Debug)]
pub struct Pieces {
    cut: Cut,
    pause: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    Of(usize),
    Random { most: usize, seed: u64 },
    Glued(Duration),
}

impl Pieces {
    /// This many bytes each (at least one).
    pub const fn of(length: usize) -> Self {
        Self::new(Cut::Of(if length == 0 { 1 } else { length }))
    }

    /// Lengths of 1 to 1,024, small ones more often; the same for the same seed.
    pub const fn random(seed: u64) -> Self {
        Self::random_up_to(1024, seed)
    }

    /// The same, none longer than `most`.
    pub const fn random_up_to(most: usize, seed: u64) -> Self {
        Self::new(Cut::Random { most, seed })
    }

    /// All that has come until nothing comes for so long, or until the relay can hold
    /// no more.
    pub fn glued(silence: Duration) -> Self {
        // A timeout of zero would mean: none.
        Self::new(Cut::Glued(silence.max(Duration::from_millis(1))))
    }

    const fn new(cut: Cut) -> Self {
        let pause = Duration::ZERO;
        Self { cut, pause }
    }

    /// The relay waits for so long after each piece, so that a receiver that is waiting
    /// can take it before the next one comes.
    pub fn paused(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// The lengths for one direction of one connection: each has its own `number`.
    pub fn lengths(&self, number: u64) -> Lengths {
        match self.cut {
            Cut::Of(length) => Box::new(iter::repeat(length)),
            Cut::Random { most, seed } => {
                let seed = seed.wrapping_mul(1_000_003).wrapping_add(number);
                let mut random = fastrand::Rng::with_seed(seed);
                Box::new(iter::repeat_with(move || {
                    let longest = 1 << random.u32(0..=10);
                    random.usize(1..=most.clamp(1, longest))
                }))
            }
            Cut::Glued(_) => Box::new(iter::repeat(BUFFER)),
        }
    }
}

// ---- The relay as a program of its own, or beside a test ----

/// Relays every connection that comes to `listener`, in threads of its own, as long as
/// the process lives.
///
/// # Errors
///
/// When the system has no thread left.
pub fn spawn(
    listener: TcpListener,
    to: SocketAddr,
    pieces: Pieces,
) -> io::Result<()> {
    let trace = Trace::default();
    let listener = trace.listener("front", listener);
    let serving = move || serve(&listener, &to.into(), &pieces, &trace, |_| {});
    thread::Builder::new().spawn(serving).map(|_| ())
}

/// Relays every connection that comes to `listener`, for ever.
pub fn serve(
    listener: &Traced<TcpListener>,
    to: &Addr,
    pieces: &Pieces,
    trace: &Trace,
    log: fn(String),
) {
    for number in 1.. {
        let front = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) => {
                log(format!("cannot accept a connection: {e}"));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        let (to, pieces, trace) = (to.clone(), *pieces, trace.clone());
        let connect = move || {
            // Dropping `front` closes it: the client learns that nobody is there.
            match TcpStream::connect(&to) {
                Ok(stream) => {
                    let back =
                        trace.connected(format!("back #{number}"), stream);
                    if let Err(e) = connection(&front, &back, &pieces, number) {
                        log(format!("cannot relay connection {number}: {e}"));
                    }
                }
                Err(e) => log(format!("cannot connect to {to}: {e}")),
            }
        };
        if let Err(e) = thread::Builder::new().spawn(connect) {
            log(format!("no thread for connection {number}: {e}"));
        }
    }
}

/// Forwards both ways until both are done.
fn connection(
    front: &Traced<TcpStream>,
    back: &Traced<TcpStream>,
    pieces: &Pieces,
    number: u64,
) -> io::Result<()> {
    for stream in [front, back] {
        // Each piece leaves when it is written; otherwise the system would wait, and
        // glue small ones together again.
        stream.set_nodelay(true)?;
    }
    thread::scope(|scope| {
        let there = pieces.lengths(2 * number);
        let again = pieces.lengths(2 * number + 1);
        thread::Builder::new()
            .spawn_scoped(scope, || one_way(front, back, pieces, there))?;
        one_way(back, front, pieces, again);
        Ok(())
    })
}

/// Forwards one way until the end of the stream, or of the connection.
fn one_way(
    from: &Traced<TcpStream>,
    to: &Traced<TcpStream>,
    pieces: &Pieces,
    lengths: Lengths,
) {
    let silence = match pieces.cut {
        Cut::Glued(silence) => Some(silence),
        _ => None,
    };
    let mut forward = Forward::new(Glue { from, silence }, to, lengths);
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
        wait(pieces.pause);
    }
}

/// Waits for a time that can be shorter than the shortest sleep of the system, which is
/// a millisecond or more on some.
fn wait(pause: Duration) {
    if pause >= Duration::from_millis(2) {
        return thread::sleep(pause);
    }
    let start = Instant::now();
    while start.elapsed() < pause {
        thread::yield_now();
    }
}

/// Reads on after the first bytes until there is silence, where one is given.
struct Glue<'a> {
    from: &'a Traced<TcpStream>,
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
        let last = loop {
            if filled == buffer.len() {
                break Ok(());
            }
            match from.read(&mut buffer[filled..]) {
                Ok(0) => break Ok(()), // the next read says so again
                Ok(n) => filled += n,
                // A timeout is the one on Unix and the other on Windows.
                Err(e)
                    if [ErrorKind::WouldBlock, ErrorKind::TimedOut]
                        .contains(&e.kind()) =>
                {
                    break Ok(());
                }
                Err(e) => break Err(e),
            }
        };
        from.set_read_timeout(None)?;
        last.map(|()| filled)
    }
}

// ---- Its command line ----

/// The subcommand of a lesson that offers the relay.
pub fn command() -> Command {
    let addr = |name, help| {
        let addr = Arg::new(name).long(name).value_name("HOST:PORT");
        addr.help(help).value_parser(Addr::from_str)
    };
    Command::new("relay")
        .about("Forward the same bytes in other pieces, for any two programs")
        .arg(
            addr(
                "listen",
                "Where clients connect to; port 0 takes a free port",
            )
            .default_value("127.0.0.1:9000"),
        )
        .arg(addr("to", "The server behind").default_value("127.0.0.1:8080"))
        .arg(
            Arg::new("pieces")
                .long("pieces")
                .value_name("N|random|glue")
                .help("N bytes each, random, or all that comes until a pause")
                .value_parser(|text: &str| match text.parse::<usize>() {
                    Ok(1..=BUFFER) => Ok(text.to_string()),
                    Err(_) if ["random", "glue"].contains(&text) => {
                        Ok(text.to_string())
                    }
                    _ => Err("give 1 to 65536, random, or glue"),
                })
                .default_value("1"),
        )
        .arg(
            Arg::new("pause")
                .long("pause")
                .value_name("MICROSECONDS")
                .help("How long to wait after each piece")
                .value_parser(value_parser!(u64).range(..=1_000_000))
                .default_value("20"),
        )
        .arg(seed_arg())
}

/// `--seed N`, which decides what is random.
pub fn seed_arg() -> Arg {
    Arg::new("seed")
        .long("seed")
        .value_name("N")
        .help("Other random choices; the same ones for the same N")
        .value_parser(value_parser!(u64))
        .default_value("1")
}

/// Runs the subcommand, for ever.
///
/// # Errors
///
/// When the address to listen on cannot be had.
pub fn run(args: &ArgMatches, trace: &Trace) -> Result<(), Failure> {
    let addr: Addr = cli::value(args, "listen");
    let pieces = match cli::value::<String>(args, "pieces").as_str() {
        "random" => Pieces::random(cli::value(args, "seed")),
        "glue" => Pieces::glued(SILENCE),
        length => Pieces::of(length.parse().unwrap_or(1)),
    };
    let pause = Duration::from_micros(cli::value(args, "pause"));

    let failed = |e: io::Error| {
        let what = format!("cannot listen on {addr}");
        let remedy = "choose another address with --listen \
                      (port 0 takes a free port)";
        Failure::new(what, e.kind().to_string(), remedy)
    };
    let listener = TcpListener::bind(&addr).map_err(failed)?;
    say(format!("listening on {}", listener.local_addr().map_err(failed)?));
    let to: Addr = cli::value(args, "to");
    say(format!("forwarding to {to}"));
    let listener = trace.listener("front", listener);
    serve(&listener, &to, &pieces.paused(pause), trace, say);
    Ok(())
}

// ---- One direction, piece by piece ----

/// One direction of a connection: what comes from `from` goes to `to` in pieces.
pub struct Forward<R, W> {
    from: R,
    to: W,
    lengths: Lengths,
    held: Vec<u8>,
    gone: usize, // so many of the bytes held have been forwarded
}

impl<R: Read, W: Write> Forward<R, W> {
    /// When `lengths` ends, the rest goes in one piece.
    pub fn new(from: R, to: W, lengths: Lengths) -> Self {
        Self { from, to, lengths, held: Vec::new(), gone: 0 }
    }

    /// Waits for bytes, unless some are held; false at the end of the stream.
    ///
    /// # Errors
    ///
    /// When the sender's side of the connection has failed.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.gone == self.held.len() {
            self.gone = 0;
            self.held.resize(BUFFER, 0);
            let n = self.from.read(&mut self.held);
            self.held.truncate(*n.as_ref().unwrap_or(&0));
            n?;
        }
        Ok(!self.held.is_empty())
    }

    /// Puts the next piece of what is held on the wire, and returns its length.
    ///
    /// # Errors
    ///
    /// When the receiver's side of the connection has failed.
    pub fn put(&mut self) -> io::Result<usize> {
        let rest = &self.held[self.gone..];
        let wanted = self.lengths.next().unwrap_or(BUFFER);
        let piece = &rest[..wanted.min(rest.len())];
        self.to.write_all(piece)?;
        self.gone += piece.len();
        Ok(piece.len())
    }
}

// ---- In step with the reader ----

/// Both ends of a new connection on this machine: the one that connects, and the one
/// that accepts. No call on it takes longer than five seconds.
///
/// # Errors
///
/// When the system has no port or no socket left.
pub fn both_ends(
    (near, near_name): (&Trace, &str),
    (far, far_name): (&Trace, &str),
) -> io::Result<(Traced<TcpStream>, Traced<TcpStream>)> {
    let listener = far.listener(far_name, TcpListener::bind("127.0.0.1:0")?);
    let stream = TcpStream::connect(listener.local_addr()?)?;
    let near = near.connected(near_name, stream);
    let (far, _) = listener.accept()?;
    for stream in [&near, &far] {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
    }
    Ok((near, far))
}

/// The reader's end of a connection, in step with what is in front of it: a `read()` is
/// made when all that was put on the wire before it has arrived.
///
/// So what a `read()` returns is the same on every system and in every run. Between any
/// two real programs it is the scheduler that decides this, and most of the time it
/// decides in favour of the bug.
pub struct Lockstep {
    stream: Traced<TcpStream>,
    unread: usize,
    arrived: bool,
    next: Box<dyn FnMut() -> io::Result<usize>>,
}

impl Lockstep {
    /// In step with a sender: it says after each write how many bytes to [`expect`].
    ///
    /// [`expect`]: Self::expect
    pub fn direct(stream: Traced<TcpStream>) -> Self {
        Self::new(stream, Box::new(|| Ok(0)))
    }

    /// In step with a network, `forward`, whose other end is `stream`: the next piece is
    /// put on the wire when the reader calls `read()` and has read all before. So every
    /// `read()` returns one piece, or what was left of it.
    pub fn pieces<R: Read + 'static>(
        stream: Traced<TcpStream>,
        mut forward: Forward<R, Traced<TcpStream>>,
    ) -> Self {
        let next = move || {
            if forward.fill()? {
                return forward.put();
            }
            // A second time is an error on some systems, and harmless.
            let _ = forward.to.shutdown(Shutdown::Write);
            Ok(0)
        };
        Self::new(stream, Box::new(next))
    }

    fn new(
        stream: Traced<TcpStream>,
        next: Box<dyn FnMut() -> io::Result<usize>>,
    ) -> Self {
        Self { stream, unread: 0, arrived: true, next }
    }

    /// So many more bytes have been written.
    pub fn expect(&mut self, bytes: usize) {
        self.unread += bytes;
        self.arrived = false;
    }

    /// How many bytes have been written and not yet read.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// How many bytes wait in the receiver's system, read by nobody: asked of the
    /// system itself.
    ///
    /// # Errors
    ///
    /// As `TcpStream::peek`.
    pub fn waiting(&self) -> io::Result<usize> {
        match self.unread {
            0 => Ok(0), // peek would wait for a byte
            _ => self.stream.peek(&mut vec![0; BUFFER]),
        }
    }
}

impl Read for Lockstep {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unread == 0 {
            let piece = (self.next)()?;
            self.expect(piece);
        }
        if !self.arrived {
            wait_for(self.unread, &self.stream)?;
            self.arrived = true;
        }
        let n = self.stream.read(buffer).map_err(in_words)?;
        self.unread = self.unread.saturating_sub(n);
        Ok(n)
    }
}

/// Waits until so many bytes are in the receiver's system, without reading them, and no
/// longer than a read may.
fn wait_for(bytes: usize, stream: &TcpStream) -> io::Result<()> {
    if bytes == 0 {
        return Ok(()); // peek would wait for one
    }
    let mut buffer = vec![0; bytes];
    let patience = stream.read_timeout()?.unwrap_or(PATIENCE);
    let start = Instant::now();
    loop {
        match stream.peek(&mut buffer).map_err(in_words)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n if n == bytes => return Ok(()),
            _ if start.elapsed() > patience => {
                return Err(in_words(ErrorKind::TimedOut.into()));
            }
            _ => thread::yield_now(),
        }
    }
}

/// The same words for a timeout on every system.
fn in_words(e: io::Error) -> io::Error {
    match e.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            io::Error::new(ErrorKind::TimedOut, "waited in vain for bytes")
        }
        _ => e,
    }
}
