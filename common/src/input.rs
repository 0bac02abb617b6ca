//! What a person types, or a pipe brings: lines of bytes from stdin.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, StdinLock};
use std::mem;

use crate::failure::Failure;
use crate::output;
use crate::printable::{NEAR, boundary};

/// The longest line, in bytes, that is kept whole.
pub const MAX_LINE: usize = 32 << 20;

/// Lines from stdin, with a prompt when stdin is a terminal.
pub struct Input {
    stdin: BufReader<StdinLock<'static>>,
    prompt: bool,
    /// What was read of the next piece already.
    ahead: Vec<u8>,
    /// Is the next byte the first one of a line?
    at_start: bool,
    ended: bool,
}

impl Input {
    /// Stdin, from where it stands.
    pub fn stdin() -> Self {
        Self::prompting(io::stdin().is_terminal())
    }

    /// The same, for lines that somebody else may ask for.
    pub fn prompting(prompt: bool) -> Self {
        let stdin = BufReader::new(io::stdin().lock()); // can be looked into
        let ahead = Vec::new();
        Self { stdin, prompt, ahead, at_start: true, ended: false }
    }

    /// The next line as the bytes that it consists of, its newline included; `None` at
    /// the end of input. Only the last line can come without a newline.
    ///
    /// Of a line longer than [`MAX_LINE`] that many bytes come, and the rest is thrown
    /// away: it must not be mistaken for a line of its own.
    pub fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = self.piece(MAX_LINE)?;
        while !self.at_start && self.piece(MAX_LINE)?.is_some() {}
        Ok(line)
    }

    /// The next line, where all of it is here already: from a pipe many lines come at
    /// once.
    pub fn line_ahead(&self) -> Option<&[u8]> {
        let here = self.stdin.buffer();
        let end = here.iter().position(|byte| *byte == b'\n')?;
        self.at_start.then(|| &here[..=end])
    }

    /// The next line, or as much of it as fits into `longest` bytes, up to the end of a
    /// character: the piece after it goes on where this one stopped. `None` at the end
    /// of input.
    pub fn piece(&mut self, longest: usize) -> io::Result<Option<Vec<u8>>> {
        let prompt = self.prompt && self.at_start;
        if prompt {
            output::prompt(">>: ");
        }
        let mut piece = mem::take(&mut self.ahead);
        let wanted = longest + NEAR;
        if !self.ended && !piece.ends_with(b"\n") {
            let remedy = "give it a file, a pipe or a terminal";
            self.read(&mut piece, wanted).map_err(|e| {
                Failure::of("cannot read standard input", &e, remedy)
            })?;
            // At a terminal, asking again would wait for a second Ctrl-D.
            self.ended = !piece.ends_with(b"\n") && piece.len() < wanted;
        }
        if piece.is_empty() {
            if prompt {
                output::log(""); // the shell's prompt goes on a line of its own
            }
            return Ok(None);
        }
        self.ahead = piece.split_off(boundary(&piece, longest));
        self.at_start = piece.ends_with(b"\n");
        Ok(Some(piece))
    }

    /// Reads on until `piece` ends with a newline, or is as long as wanted.
    fn read(&mut self, piece: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        loop {
            let most = (wanted - piece.len()) as u64;
            let read = (&mut self.stdin).take(most).read_until(b'\n', piece);
            // After an error, too, what has come is in `piece`.
            if output::patiently(read)?.is_some() {
                return Ok(());
            }
        }
    }
}
