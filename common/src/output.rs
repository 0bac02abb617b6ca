//! What a person sees: results on stdout, everything else on stderr, and no byte of a
//! peer that a terminal would obey.
//!
//! stdout carries the work, so a failed write to it is an error. stderr carries messages
//! about the work: when nobody can read them, the work goes on.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anstream::adapter::strip_str;
use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;

use crate::failure::{explained, reason};
use crate::printable::{boundary, printable};

/// A write to stdout has failed.
#[derive(Debug)]
pub struct StdoutError(io::Error);

impl StdoutError {
    /// As if nobody read any more.
    pub fn closed() -> Self {
        Self(ErrorKind::BrokenPipe.into())
    }
}

impl fmt::Display for StdoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remedy = "make room, or send it somewhere else";
        let why = reason(&self.0);
        write!(f, "cannot write to standard output ({why}); {remedy}")
    }
}

impl Error for StdoutError {}

/// Writes a line to stdout.
pub fn print(line: impl fmt::Display) -> Result<(), StdoutError> {
    write_line(io::stdout().lock(), line).map_err(StdoutError)
}

/// Writes a peer's bytes to stdout: unchanged into a file or a pipe, made printable on a
/// terminal, which would obey the escape codes in them.
pub fn print_reply(bytes: &[u8]) -> Result<(), StdoutError> {
    let mut out = io::stdout().lock();
    let result = if out.is_terminal() {
        let newline = if bytes.ends_with(b"\n") { "\n" } else { "" };
        let text = printable(without_newline(bytes)) + newline;
        write_all(&mut out, text.as_bytes())
    } else {
        write_all(&mut out, bytes)
    };
    result.map_err(StdoutError)
}

/// Writes a line to stderr. A failure is ignored: messages never decide.
pub fn log(line: impl fmt::Display) {
    let _ = write_line(io::stderr().lock(), line);
}

/// Writes an error to stderr, on one line.
pub fn log_error(e: impl AsRef<dyn Error + Send + Sync>) {
    let red = AnsiColor::Red.on_default().bold();
    let e = one_line(explained(e.as_ref()));
    log(format_args!("{red}error:{red:#} {e}"));
}

/// Writes a question to stderr, and leaves the cursor behind it.
pub fn prompt(text: &str) {
    let _ = write_all(&mut io::stderr(), text.as_bytes());
}

/// The end of `main`: status 0, or 1 for an error, which gets its line on stderr. A
/// closed stdout is no error: nobody reads any more, and the program ends quietly.
pub fn exit<E>(result: Result<(), E>) -> ExitCode
where
    E: AsRef<dyn Error + Send + Sync>,
{
    exit_counting(result, 0)
}

/// The same for a program that counts the things that have failed, and have said so:
/// status 1 for these, too.
pub fn exit_counting<E>(result: Result<(), E>, failed: usize) -> ExitCode
where
    E: AsRef<dyn Error + Send + Sync>,
{
    match result {
        Err(e) if !is_closed_pipe(e.as_ref()) => {
            log_error(e);
            ExitCode::FAILURE
        }
        _ if failed > 0 => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// Is a closed stdout the cause of this error? `| head -1` closes it, when it has read
/// enough.
pub fn is_closed_pipe(e: &(dyn Error + 'static)) -> bool {
    let stdout = e.downcast_ref::<StdoutError>();
    stdout.is_some_and(|e| e.0.kind() == ErrorKind::BrokenPipe)
        || e.source().is_some_and(is_closed_pipe)
}

/// Writes a line in a single write, so that no other program's line gets into it.
fn write_line<S: RawStream + AsLockedWrite>(
    mut stream: S,
    line: impl fmt::Display,
) -> io::Result<()> {
    let line = format!("{line}\n");
    if !line.contains('\x1b') {
        // It has no colours: the system need not be asked whether it may have some.
        return write_all(&mut stream, line.as_bytes());
    }
    if AutoStream::choice(&stream) == ColorChoice::Never {
        // AutoStream would write what is left between the colours piece by piece.
        let line = strip_str(&line).to_string();
        return write_all(&mut stream, line.as_bytes());
    }
    write_all(&mut AutoStream::auto(stream), line.as_bytes())
}

/// Writes all of it, also to a stream that does not wait.
fn write_all(stream: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match patiently(stream.write(bytes))? {
            Some(0) => return Err(ErrorKind::WriteZero.into()),
            Some(n) => bytes = &bytes[n..],
            None => {}
        }
    }
    while patiently(stream.flush())?.is_none() {}
    Ok(())
}

/// The result of a call; `None` when it should be made again: after a signal, or after a
/// wait for a stream that does not wait. (A terminal does not when it is shared with a
/// program that has told it so.)
pub(crate) fn patiently<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(e) if e.kind() == ErrorKind::WouldBlock => {
            thread::sleep(Duration::from_millis(10));
            Ok(None)
        }
        Err(e) if e.kind() == ErrorKind::Interrupted => Ok(None),
        result => result.map(Some),
    }
}

/// How much of a long text is shown, from its start and from its end: there an error has
/// its remedy.
const HALF: usize = 250;

/// Text that a peer may have chosen, for a line on a terminal: made printable, and cut
/// where it gets long.
pub fn one_line(text: impl fmt::Display) -> String {
    let text = printable(text.to_string().as_bytes());
    if text.len() <= 2 * HALF {
        return text;
    }
    let [start, end] =
        [HALF, text.len() - HALF].map(|place| boundary(text.as_bytes(), place));
    format!("{}...{}", &text[..start], &text[end..])
}

/// A number of bytes in words: "1 byte", "2 bytes".
pub fn bytes<N: fmt::Display + PartialEq + From<u8>>(n: N) -> String {
    let plural = if n == N::from(1) { "" } else { "s" };
    format!("{n} byte{plural}")
}

/// `line` without its newline, that of Unix or that of Windows.
pub fn without_newline(line: &[u8]) -> &[u8] {
    match line.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => line,
    }
}
