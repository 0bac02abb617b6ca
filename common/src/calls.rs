//! Calls on sockets: what one looks like, who is told of it, and the record of them.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::failure::reason;
use crate::output;
use crate::printable::{boundary, hex, printable};

/// One call on a socket, after it has returned.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which end made it: "client", "server #1".
    pub who: String,
    /// The call's name: "read", "sendto".
    pub name: &'static str,
    /// The bytes it moved; `None` for calls that move none, and for failures.
    pub bytes: Option<Vec<u8>>,
    /// What else there is to say: an address, an error.
    pub note: String,
}

/// How many columns there are for the bytes of a call, as hex and as text, so that the
/// row fits a terminal of 80 columns, a tour's indent included: nine letters.
const COLUMNS: usize = 35;

/// The same beside an address: five letters, one of them escaped.
const COLUMNS_BESIDE_A_NOTE: usize = 22;

/// The bytes in hex and as text, as many as fit.
fn shown(bytes: &[u8], columns: usize) -> (usize, String, String) {
    let both = |n| (n, hex(&bytes[..n]), printable(&bytes[..n]));
    let most = bytes.len().min((columns + 1) / 4); // a letter: "78 x"
    (1..=most)
        .rev()
        .filter(|n| boundary(bytes, *n) == *n)
        .map(both)
        .find(|(_, hex, text)| hex.len() + text.width() <= columns)
        .unwrap_or_else(|| both(0))
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = match self.who.split(' ').next() {
            Some("client") => AnsiColor::Green.on_default(),
            Some("server") => AnsiColor::Yellow.on_default(),
            _ => Style::new(),
        };
        write!(f, "{style}{:<9}{style:#}  {}", self.who, self.name)?;
        if self.bytes.is_some() || !self.note.is_empty() {
            write!(f, "{:1$}", "", 8usize.saturating_sub(self.name.len()))?;
        }
        if let Some(bytes) = &self.bytes {
            let columns = match self.note.as_str() {
                "" => COLUMNS,
                _ => COLUMNS_BESIDE_A_NOTE,
            };
            let (n, hex, text) = shown(bytes, columns);
            let more = if bytes.len() > n { "..." } else { "" };
            let plural = if bytes.len() == 1 { "byte " } else { "bytes" };
            write!(f, " {:>5} {plural}", bytes.len())?;
            if !bytes.is_empty() {
                write!(f, "  {hex}  |{text}|{more}")?;
            }
        }
        if !self.note.is_empty() {
            write!(f, "  {}", self.note)?;
        }
        Ok(())
    }
}

/// Whose calls these are, and what happens to them.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    who: String,
    show: bool,
    record: Option<Sender<Call>>,
    accepted: Arc<AtomicUsize>,
    sending: Arc<AtomicUsize>,
}

impl Trace {
    /// Shows the calls on stderr, or does nothing at all.
    pub fn new(who: &str, show: bool) -> Self {
        Self { who: who.into(), show, ..Self::default() }
    }

    /// Records the calls; shows them too if `self` does.
    pub fn recorded(&self, who: &str) -> (Self, Recording) {
        let (sender, calls) = mpsc::channel();
        let record = Some(sender);
        (Self { record, ..Self::new(who, self.show) }, Recording { calls })
    }

    /// The same for another end: its calls are shown or recorded as those of `self`.
    pub fn of(&self, who: &str) -> Self {
        Self { who: who.into(), ..self.clone() }
    }

    /// Neither shown nor recorded.
    pub fn is_off(&self) -> bool {
        !self.show && self.record.is_none()
    }

    /// Makes a call that sends, and shows it.
    pub(crate) fn sending<T>(&self, call: impl FnOnce() -> T) -> T {
        self.sending.fetch_add(1, Relaxed);
        let result = call();
        self.sending.fetch_sub(1, Relaxed);
        result
    }

    /// Before a call that has received is shown: an answer can be here before the call
    /// that sent the question, in another thread, has shown itself. So that one gets a
    /// moment. (It may also be waiting to send more.)
    pub(crate) fn let_senders_go_first(&self) {
        let start = Instant::now();
        while self.show
            && self.sending.load(Relaxed) > 0
            && start.elapsed() < Duration::from_millis(20)
        {
            thread::yield_now();
        }
    }

    /// The trace of the next connection that a listener accepts.
    pub(crate) fn of_accepted(&self) -> Self {
        let n = self.accepted.fetch_add(1, Relaxed) + 1;
        self.of(&format!("{} #{n}", self.who))
    }

    /// A call that moves no bytes, and what there is to say of its result.
    pub(crate) fn returned<T>(
        &self,
        name: &'static str,
        result: io::Result<T>,
        note: impl FnOnce(&T) -> String,
    ) -> io::Result<T> {
        let note = || result.as_ref().map_or_else(failed, note);
        self.call(name, None, note);
        result
    }

    /// A call that moved the first `result` bytes of `buffer`, or failed.
    pub(crate) fn moved(
        &self,
        name: &'static str,
        buffer: &[u8],
        result: &io::Result<usize>,
        note: impl FnOnce() -> String,
    ) {
        match result {
            Ok(n) => self.call(name, Some(&buffer[..*n]), note),
            Err(e) => self.call(name, None, || failed(e)),
        }
    }

    /// A call that moved these bytes, or none.
    pub(crate) fn call(
        &self,
        name: &'static str,
        bytes: Option<&[u8]>,
        note: impl FnOnce() -> String,
    ) {
        if self.is_off() {
            return;
        }
        let bytes = bytes.map(<[u8]>::to_vec);
        let call = Call { who: self.who.clone(), name, bytes, note: note() };
        if self.show {
            output::log(&call);
        }
        if let Some(record) = &self.record {
            // When the recording has been dropped, nobody misses the call.
            let _ = record.send(call);
        }
    }
}

pub(crate) fn failed(e: &io::Error) -> String {
    let plain = reason(e);
    if plain == "timed out" { plain } else { format!("failed: {plain}") }
}

/// The calls of a trace, in the order in which they returned.
#[derive(Debug)]
pub struct Recording {
    calls: Receiver<Call>,
}

impl Recording {
    /// Takes the calls up to the next one of this name. Waits for it, five seconds.
    pub fn until(&self, name: &str) -> io::Result<Vec<Call>> {
        self.until_moved(name, 0)
    }

    /// Takes the calls up to the one with which those of this name have moved so many
    /// bytes. Waits for them, five seconds for all.
    pub fn until_moved(
        &self,
        name: &str,
        bytes: usize,
    ) -> io::Result<Vec<Call>> {
        let deadline = Instant::now() + Duration::from_secs(5);
        let (mut taken, mut moved) = (Vec::new(), 0);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let call = self.calls.recv_timeout(left).map_err(|_| {
                let what =
                    format!("no {name} of {bytes} bytes in five seconds");
                io::Error::new(ErrorKind::TimedOut, what)
            })?;
            let is_wanted = call.name == name;
            if is_wanted {
                moved += call.bytes.as_ref().map_or(0, Vec::len);
            }
            taken.push(call);
            if is_wanted && moved >= bytes {
                return Ok(taken);
            }
        }
    }

    /// Takes the calls made so far.
    pub fn so_far(&self) -> Vec<Call> {
        self.calls.try_iter().collect()
    }
}
