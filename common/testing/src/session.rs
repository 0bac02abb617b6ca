//! A program at a terminal: what is on its screen, and what is typed.
//!
//! The terminal is a pseudo-terminal of Linux, whose other end is this test.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::collected::Collected;

/// A program that runs until it ends, or until this is dropped.
pub struct Session {
    child: Child,
    keyboard: File,
    written: Collected,
    columns: u16,
}

/// Ctrl-D: the end of what is typed.
pub const END: &str = "\u{4}";

/// How high the terminal is.
const ROWS: u16 = 24;

impl Session {
    /// Starts a program at a terminal of this width.
    pub fn start(command: Command, columns: u16) -> Self {
        Self::with(command, columns, OFlags::empty())
    }

    /// The same where another program has told the terminal that no read may wait.
    pub fn start_without_waits(command: Command, columns: u16) -> Self {
        Self::with(command, columns, OFlags::NONBLOCK)
    }

    fn with(mut command: Command, columns: u16, more: OFlags) -> Self {
        // Not for the programs that other tests start at this moment: a terminal ends
        // when the last program has closed it.
        let flags =
            OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).unwrap();
        unlockpt(&ours).unwrap();
        let more = OpenptFlags::from_bits_retain(more.bits());
        let its = ioctl_tiocgptpeer(&ours, flags | more).unwrap();
        let size = Winsize {
            ws_row: ROWS,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&ours, size).unwrap();

        let end = || Stdio::from(its.try_clone().unwrap());
        command.stdin(end()).stdout(end()).stderr(end());
        let child = command.env("TERM", "xterm").spawn().unwrap();
        drop(command); // and with it our copies of the program's end

        let keyboard = File::from(ours);
        let written = Collected::from(keyboard.try_clone().unwrap());
        Self { child, keyboard, written, columns }
    }

    /// The program's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Types this, and Enter.
    pub fn type_line(&mut self, line: &str) {
        self.type_keys(&format!("{line}\n"));
    }

    /// Types this, and no Enter. [`END`] is a key, too.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen has rows that `wanted` accepts, and returns them.
    pub fn shows(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let shown = RefCell::new(Vec::new());
        let came = self.written.wait(|(bytes, _)| {
            let rows = rows(bytes, self.columns);
            let shows = wanted(&rows);
            shown.replace(rows);
            shows
        });
        let rows = shown.into_inner();
        assert!(came, "the screen shows {rows:#?}");
        rows
    }

    /// Waits until the program has ended; returns its status and all that it has written.
    pub fn end(mut self) -> (i32, String) {
        let written = self.written.text();
        assert!(self.written.ends(), "has not ended: {written}");
        let status = self.child.wait().unwrap().code().unwrap();
        (status, self.written.text())
    }
}

/// What a screen of this width shows after these bytes, up to the last row that is not
/// empty.
fn rows(bytes: &[u8], columns: u16) -> Vec<String> {
    let size = (ROWS.try_into().unwrap(), columns.try_into().unwrap());
    let mut screen = vt100::Parser::new(size.0, size.1, 0);
    screen.process(bytes);
    let all = screen.screen().rows(0, columns);
    let mut rows: Vec<String> = all.map(|row| row.trim_end().into()).collect();
    while rows.last().is_some_and(String::is_empty) {
        rows.pop();
    }
    rows
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_shows_what_is_left_of_a_line_that_was_drawn_again() {
        let mut shell = Command::new("sh");
        shell.args(["-c", r"read line; printf 'half\r\033[2K%s\n' $line"]);
        let mut session = Session::start(shell, 20);
        session.type_line("whole");
        session.shows(|rows| rows == ["whole", "whole"]); // typed, then printed
        let (status, written) = session.end();
        assert_eq!((status, written.contains("half")), (0, true));
    }
}
