//! The manners of a command-line program: addresses, the prompt, what a person sees,
//! and errors with a remedy.

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, StdinLock, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anstyle::AnsiColor;
use clap::{Arg, ArgAction, ArgMatches, Command};

// ---- The command line ----

/// A lesson's command line: its tour without a subcommand, and `--trace` everywhere.
pub fn lesson(name: &'static str, about: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .version(env!("CARGO_PKG_VERSION"))
        .after_help("Without a command: the tour, which ends by itself.")
        .arg(flag("trace", "Show every socket call as it returns").global(true))
}

/// `--name`, which is there or not.
pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// `--name VALUE`, for [`value`].
pub fn option(
    name: &'static str,
    value: &'static str,
    default: &'static str,
    help: &'static str,
) -> Arg {
    let arg = Arg::new(name).long(name).value_name(value).help(help);
    arg.default_value(default)
}

/// Where a lesson's server listens unless told otherwise: the original's ports.
pub fn default_addr(lesson: &str) -> &'static str {
    match lesson {
        "file-transfer" => "127.0.0.1:9901",
        _ => "127.0.0.1:8080",
    }
}

/// `--addr HOST:PORT`, of a server.
pub fn addr_arg(lesson: &str) -> Arg {
    let help = "Where to listen; port 0 takes a free port";
    option("addr", "HOST:PORT", default_addr(lesson), help)
        .value_parser(Addr::from_str)
}

/// `--addr HOST:PORT`, of a client.
pub fn server_addr_arg(lesson: &str) -> Arg {
    addr_arg(lesson).help("The server's address").value_parser(|text: &str| {
        match Addr::from_str(text)? {
            Addr { port: 0, .. } => {
                Err("port 0 means any free port, and only to \
                a server: give the one it prints after 'listening on'"
                    .to_string())
            }
            addr => Ok(addr),
        }
    })
}

/// An option that takes seconds, such as `--timeout 2.5`.
pub fn seconds_arg(
    name: &'static str,
    default: &'static str,
    help: &'static str,
) -> Arg {
    option(name, "SECONDS", default, help).value_parser(|text: &str| {
        let seconds = text.parse::<f64>().ok();
        seconds
            .filter(|s| (0.001..=86_400.0).contains(s))
            .map(Duration::from_secs_f64)
            .ok_or("give seconds, from 0.001 to 86400")
    })
}

/// The value of an option that has a default and has been parsed already.
///
/// # Panics
///
/// When `name` is no option of this command, or not of this type: a mistake in the
/// lesson's `main.rs` that its first run shows.
pub fn value<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
) -> T {
    #[expect(clippy::expect_used, reason = "no input can cause it")]
    matches.get_one::<T>(name).expect("an option with a default").clone()
}

/// Where a server is: a host name or an IP address, and a port.
///
/// Kept as the user typed it until a socket needs it, so that errors can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addr {
    host: String,
    port: u16,
}

impl FromStr for Addr {
    type Err = String;

    /// Accepts `host:port`, `1.2.3.4:port` and `[::1]:port`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let example = "give HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080";
        let (host, port) = text.rsplit_once(':').ok_or(example)?;
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').ok_or(example)?,
            None if host.contains(':') => return Err(example.into()),
            None => host,
        };
        if host.is_empty() {
            return Err(example.into());
        }
        let port = port
            .parse()
            .map_err(|_| format!("a port is 0 to 65535; {example}"))?;
        let host = host.to_string();
        Ok(Self { host, port })
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        Self { host: addr.ip().to_string(), port: addr.port() }
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Asks the system's resolver. A name can have several addresses: std's `bind` and
/// `connect` try them one after the other.
impl ToSocketAddrs for Addr {
    type Iter = std::vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        (self.host.as_str(), self.port)
            .to_socket_addrs()
            // The resolver's errors have no kind of their own; bind and connect
            // never fail with this one.
            .map_err(|e| io::Error::new(ErrorKind::NotFound, e))
    }
}

// ---- Errors with a remedy ----

/// One line for a person: what failed, why, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    what: String,
    why: String,
    remedy: String,
}

impl Failure {
    /// `what` names the address or the file; `remedy` is an imperative.
    pub fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), why: why.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}); {}", self.what, self.why, self.remedy)
    }
}

impl Error for Failure {}

/// Why `bind` failed, and the remedy.
pub fn cannot_listen(addr: &Addr, e: &io::Error) -> Failure {
    let (what, remedy) = match e.kind() {
        ErrorKind::AddrInUse => (
            format!("{addr} is taken by another program"),
            "stop that program, or choose another port with --addr \
             (port 0 takes a free one)",
        ),
        ErrorKind::PermissionDenied => (
            format!("not permitted to listen on {addr}"),
            "choose a port above 1023 with --addr: \
             those below belong to the administrator",
        ),
        ErrorKind::AddrNotAvailable => (
            format!("{addr} is not an address of this machine"),
            "listen on 127.0.0.1 (this machine only) or 0.0.0.0 (every network)",
        ),
        ErrorKind::NotFound => return no_such_host(addr, e),
        _ => (
            format!("cannot listen on {addr}"),
            "choose another address with --addr",
        ),
    };
    Failure::new(what, why(e), remedy)
}

/// Why `connect` failed, and the remedy: which command starts that lesson's server.
pub fn cannot_connect(addr: &Addr, lesson: &str, e: &io::Error) -> Failure {
    let (what, remedy) = match e.kind() {
        ErrorKind::ConnectionRefused => (
            format!("nothing is listening on {addr}"),
            start_the_server(addr, lesson),
        ),
        ErrorKind::TimedOut => (
            format!("no answer from {addr}"),
            "check the address, and any firewall in between".into(),
        ),
        ErrorKind::PermissionDenied => (
            format!("not permitted to connect to {addr}"),
            "check the address, and this machine's firewall".into(),
        ),
        ErrorKind::NotFound => return no_such_host(addr, e),
        _ => (
            format!("cannot connect to {addr}"),
            "check the address given with --addr".into(),
        ),
    };
    Failure::new(what, why(e), remedy)
}

/// The remedy where nothing answers: the command that starts that lesson's server.
pub fn start_the_server(addr: &Addr, lesson: &str) -> String {
    let start =
        format!("start the server first: cargo run -p {lesson} -- server");
    if addr.to_string() == default_addr(lesson) {
        return start;
    }
    format!("{start} --addr {addr}")
}

/// Why a connection that stood failed, and the remedy.
pub fn lost(peer: impl fmt::Display, e: &io::Error) -> Failure {
    match e.kind() {
        // A timeout is the one on Unix and the other on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Failure::new(
            format!("{peer} has stopped answering"),
            "timed out",
            "look at the other end, or give it more time with --timeout",
        ),
        _ => Failure::new(
            format!("lost the connection to {peer}"),
            why(e),
            "look at what the other end says, then try again",
        ),
    }
}

fn no_such_host(addr: &Addr, e: &io::Error) -> Failure {
    Failure::new(
        format!("cannot find the host of {addr}"),
        why(e),
        "check its spelling, or give an IP address such as 127.0.0.1",
    )
}

/// The reason in the same words on every system, where std has words for it.
fn why(e: &io::Error) -> String {
    let words = e.kind().to_string();
    match (e.raw_os_error(), words.as_str()) {
        (None, _) | (_, "uncategorized error") => e.to_string(),
        _ => words,
    }
}

/// The end of `main`: status 0, or one line on stderr and status 1. (Wrong usage has
/// ended the program with status 2 before this.)
pub fn exit<E: fmt::Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            complain(e);
            ExitCode::FAILURE
        }
    }
}

/// Writes an error to stderr, on one line: `{:#}` joins the contexts of an anyhow error.
pub fn complain(e: impl fmt::Display) {
    let red = AnsiColor::Red.on_default().bold();
    let text = one_line(format_args!("{e:#}"));
    say(format_args!("{red}error:{red:#} {text}"));
}

/// What a peer may have had its hands in, fit to be read by a person: made printable,
/// and cut where it gets long.
pub fn one_line(text: impl fmt::Display) -> String {
    let mut text = printable(text.to_string().as_bytes());
    if let Some((end, _)) = text.char_indices().nth(500) {
        text.replace_range(end.., "...");
    }
    text
}

// ---- What a person types ----

/// Lines of bytes from stdin, prompted for when it is a terminal.
pub struct Input {
    stdin: StdinLock<'static>,
    prompt: bool,
}

/// The longest line, in bytes, that is taken whole; a longer one arrives in pieces.
pub const MAX_LINE: u64 = 32 << 20;

impl Input {
    /// Stdin, from where it stands.
    pub fn stdin() -> Self {
        let stdin = io::stdin().lock();
        let prompt = stdin.is_terminal();
        Self { stdin, prompt }
    }

    /// The next line as the bytes it is made of, its newline included; `None` at the
    /// end of input. Only the last line can come without a newline, and a line longer
    /// than [`MAX_LINE`] comes in pieces.
    ///
    /// # Errors
    ///
    /// Whatever reading stdin returns.
    pub fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.prompt {
            prompt(">>: ");
        }
        let mut line = Vec::new();
        (&mut self.stdin).take(MAX_LINE).read_until(b'\n', &mut line).map_err(
            |e| io::Error::new(e.kind(), format!("cannot read the input: {e}")),
        )?;
        if line.is_empty() {
            if self.prompt {
                say(""); // the shell's prompt goes on a line of its own
            }
            return Ok(None);
        }
        Ok(Some(line))
    }
}

/// `line` without its newline, be it that of Unix or that of Windows.
pub fn without_newline(line: &[u8]) -> &[u8] {
    match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    }
}

// ---- What a person sees ----

/// Writes a line to stderr: everything that is not a reply.
pub fn say(line: impl fmt::Display) {
    let line = format!("{line}\n"); // one write: no other program's line in it
    quietly(anstream::stderr().lock().write_all(line.as_bytes()));
}

/// Writes a line to stdout: a reply, or the tale of a tour.
pub fn tell(line: impl fmt::Display) {
    let line = format!("{line}\n");
    quietly(anstream::stdout().lock().write_all(line.as_bytes()));
}

/// As [`tell`], but goes on when nobody reads: news of work that is wanted all the same.
pub fn report(line: impl fmt::Display) {
    let line = format!("{line}\n");
    let _ = anstream::stdout().lock().write_all(line.as_bytes());
}

/// Writes a peer's bytes to stdout: as they are into a file or a pipe, made printable
/// on a terminal, which would obey the escape codes in them.
pub fn reply(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    let result = if out.is_terminal() {
        let newline = if bytes.ends_with(b"\n") { "\n" } else { "" };
        write!(out, "{}{newline}", printable(without_newline(bytes)))
    } else {
        out.write_all(bytes)
    };
    quietly(result.and_then(|()| out.flush()));
}

/// A question, with the cursor behind it.
fn prompt(text: &str) {
    let mut err = anstream::stderr().lock();
    quietly(write!(err, "{text}").and_then(|()| err.flush()));
}

/// Ends the program when nobody reads its output any more (`| head -1`): no error, and
/// no reason to go on.
fn quietly(result: io::Result<()>) {
    if let Err(e) = result {
        let status = if e.kind() == ErrorKind::BrokenPipe { 0 } else { 1 };
        std::process::exit(status);
    }
}

/// Writes the heading of a tour's next step to stdout, after an empty line.
pub fn heading(text: impl fmt::Display) {
    let style = AnsiColor::Cyan.on_default().bold();
    tell(format_args!("\n{style}{text}{style:#}"));
}

/// Bytes for human eyes: printable text as it is, all else escaped (`\n`, `\x1b`).
///
/// Never print a peer's bytes raw: a terminal obeys the escape codes in them.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                // Escaped in Rust source, harmless on a terminal.
                '\'' | '"' | '\\' => text.push(c),
                // As bytes, so that an escape is \x1b, as in the hex beside it.
                _ if c.is_ascii() => {
                    text.extend([c as u8].escape_ascii().map(char::from));
                }
                _ => text.extend(c.escape_debug()),
            }
        }
        text.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    text
}
