//! What a person types, or a pipe brings: lines of bytes from stdin.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, StdinLock};

use crate::output;

/// The longest line, in bytes, that is kept whole.
pub const MAX_LINE: usize = 32 << 20;

/// Lines from stdin, with a prompt when stdin is a terminal.
pub struct Input {
    stdin: BufReader<StdinLock<'static>>,
    prompt: bool,
    /// Is the next byte the first one of a line?
    at_start: bool,
    ended: bool,
}

impl Input {
    /// Stdin, from where it stands.
    pub fn stdin() -> Self {
        let stdin = io::stdin().lock();
        let prompt = stdin.is_terminal();
        let stdin = BufReader::new(stdin); // which can be looked into
        Self { stdin, prompt, at_start: true, ended: false }
    }

    /// The next line as the bytes that it consists of, its newline included; `None` at
    /// the end of input. Only the last line can come without a newline.
    ///
    /// Of a line longer than [`MAX_LINE`] that many bytes come, and the rest is thrown
    /// away: it must not be mistaken for a line of its own.
    ///
    /// # Errors
    ///
    /// Whatever reading stdin returns.
    pub fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = self.piece(MAX_LINE)?;
        while !self.at_start && !self.ended {
            self.piece(MAX_LINE)?;
        }
        Ok(line)
    }

    /// The next line, where all of it is here already: from a pipe many lines come at
    /// once.
    pub fn line_ahead(&self) -> Option<&[u8]> {
        let here = self.stdin.buffer();
        let end = here.iter().position(|byte| *byte == b'\n')?;
        self.at_start.then(|| &here[..=end])
    }

    /// The next line, or as much of it as fits into `longest` bytes: the piece after
    /// it goes on where this one stopped. `None` at the end of input.
    ///
    /// # Errors
    ///
    /// Whatever reading stdin returns.
    pub fn piece(&mut self, longest: usize) -> io::Result<Option<Vec<u8>>> {
        let prompt = self.prompt && self.at_start;
        if prompt {
            output::prompt(">>: ");
        }
        let mut piece = Vec::new();
        if !self.ended {
            (&mut self.stdin)
                .take(longest as u64)
                .read_until(b'\n', &mut piece)
                .map_err(cannot_read)?;
        }
        if piece.is_empty() {
            if prompt {
                output::log(""); // the shell's prompt goes on a line of its own
            }
            self.ended = true;
            return Ok(None);
        }
        self.at_start = piece.ends_with(b"\n");
        // At a terminal, asking again would wait for a second Ctrl-D.
        self.ended = !self.at_start && piece.len() < longest;
        Ok(Some(piece))
    }
}

fn cannot_read(e: io::Error) -> io::Error {
    io::Error::new(e.kind(), format!("cannot read the input: {e}"))
}
