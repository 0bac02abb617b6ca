//! A program at a terminal: what is on its screen, and what is typed.
//!
//! The terminal is a pseudo-terminal of Linux, whose other end is this test.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::PATIENCE;

/// A program that runs until it ends, or until this is dropped.
pub struct Session {
    child: Child,
    keyboard: File,
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

/// What the program has written, and the screen that it makes.
struct Shown {
    bytes: Vec<u8>,
    screen: vt100::Parser,
    ended: bool,
}

impl Shown {
    /// The rows of the screen, up to the last one that is not empty.
    fn rows(&self) -> Vec<String> {
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        let rows = screen.rows(0, columns.get());
        let mut rows: Vec<String> =
            rows.map(|row| row.trim_end().into()).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }
}

/// Ctrl-D: the end of what is typed.
pub const END: &str = "\u{4}";

/// How high the terminal is.
const ROWS: u16 = 24;

impl Session {
    /// Starts a program at a terminal of this width.
    ///
    /// # Panics
    ///
    /// When there is no such program, or no such terminal.
    pub fn start(mut command: Command, columns: u16) -> Self {
        // Not for the programs that other tests start at this moment: a terminal ends
        // when the last program has closed it.
        let flags =
            OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).unwrap();
        unlockpt(&ours).unwrap();
        let its = ioctl_tiocgptpeer(&ours, flags).unwrap();
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
        let mut screen = keyboard.try_clone().unwrap();
        let shown = Arc::new((
            Mutex::new(Shown {
                bytes: Vec::new(),
                screen: vt100::Parser::new(
                    ROWS.try_into().unwrap(),
                    columns.try_into().unwrap(),
                    0,
                ),
                ended: false,
            }),
            Condvar::new(),
        ));
        let filled = Arc::clone(&shown);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                // An error (EIO): the program has closed its end.
                let n = screen.read(&mut piece).unwrap_or(0);
                let mut shown = filled.0.lock().unwrap();
                shown.bytes.extend_from_slice(&piece[..n]);
                shown.screen.process(&piece[..n]);
                shown.ended = n == 0;
                filled.1.notify_all();
                if n == 0 {
                    break;
                }
            }
        });
        Self { child, keyboard, shown }
    }

    /// Types this, and Enter.
    ///
    /// # Panics
    ///
    /// When the terminal is gone.
    pub fn type_line(&mut self, line: &str) {
        self.type_keys(&format!("{line}\n"));
    }

    /// Types this, and no Enter. [`END`] is a key, too.
    ///
    /// # Panics
    ///
    /// When the terminal is gone.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen has rows that `wanted` accepts, and returns them.
    ///
    /// # Panics
    ///
    /// When they do not come.
    pub fn shows(&self, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let shown = self.wait(|shown| wanted(&shown.rows()));
        shown.unwrap_or_else(|rows| panic!("the screen shows {rows:#?}"))
    }

    /// Waits until the program has ended; returns its status and all that it has written.
    ///
    /// # Panics
    ///
    /// When it does not end.
    pub fn end(mut self) -> (i32, String) {
        let ended = self.wait(|shown| shown.ended);
        ended.unwrap_or_else(|rows| panic!("has not ended: {rows:#?}"));
        let status = self.child.wait().unwrap().code().unwrap();
        let shown = self.shown.0.lock().unwrap();
        (status, String::from_utf8_lossy(&shown.bytes).into_owned())
    }

    /// The rows of the screen once `done` is true, or as an error when it never is.
    fn wait(
        &self,
        done: impl Fn(&Shown) -> bool,
    ) -> Result<Vec<String>, Vec<String>> {
        let (shown, changed) = &*self.shown;
        let shown = shown.lock().unwrap();
        let (shown, _) = changed
            .wait_timeout_while(shown, PATIENCE, |shown| !done(shown))
            .unwrap();
        if done(&shown) { Ok(shown.rows()) } else { Err(shown.rows()) }
    }
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
