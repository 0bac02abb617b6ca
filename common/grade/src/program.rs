//! Somebody else's program: started, heard, and ended together with what it started.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::words::shortened;

/// How much of what a program prints is kept: the end of it.
const KEPT: usize = 1 << 20;

/// A program that runs, until it is dropped.
pub struct Program {
    child: Child,
    stdout: Output,
    stderr: Output,
    status: Option<ExitStatus>,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// Whatever the system says, such as that there is no such program.
    pub fn start(
        mut command: Command,
        input: Option<Vec<u8>>,
    ) -> io::Result<Self> {
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        // A group of its own: what it starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        #[cfg(unix)]
        crate::group::started(&child);
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            // It may end, or read nothing, while this waits.
            let feed = move || drop(stdin.write_all(&input));
            thread::Builder::new().spawn(feed)?;
        }
        let stdout = Output::collect(child.stdout.take())?;
        let stderr = Output::collect(child.stderr.take())?;
        Ok(Self { child, stdout, stderr, status: None })
    }

    /// Its status, when it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.status.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.status = Some(status);
            #[cfg(unix)]
            crate::group::end(&self.child); // what it has left behind
        }
        self.status
    }

    /// Waits for its end, but no longer than this.
    pub fn wait(&mut self, deadline: Instant) -> Option<ExitStatus> {
        while self.ended().is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        self.status
    }

    /// Ends it, if it has not ended, and returns what it has printed.
    pub fn end(&mut self) -> (Vec<u8>, Vec<u8>) {
        if self.ended().is_none() {
            #[cfg(unix)]
            crate::group::end(&self.child);
            let _ended_meanwhile = self.child.kill();
            self.status = self.child.wait().ok();
        }
        (self.stdout.all(), self.stderr.all())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a program prints, collected while it runs.
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

impl Output {
    fn collect(stream: Option<impl Read + Send + 'static>) -> io::Result<Self> {
        let (end, ended) = mpsc::channel();
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = bytes.clone();
        let collect = move || {
            let _at_the_end = end;
            let Some(mut stream) = stream else { return };
            let mut piece = [0; 8192];
            while let Ok(n @ 1..) = stream.read(&mut piece) {
                let Ok(mut kept) = kept.lock() else { return };
                kept.extend_from_slice(&piece[..n]);
                if kept.len() > KEPT {
                    let old = kept.len() - KEPT / 2;
                    kept.drain(..old);
                }
            }
        };
        thread::Builder::new().spawn(collect)?;
        Ok(Self { bytes, ended })
    }

    /// All of it; somebody else may still hold the other end, so not without end.
    fn all(&self) -> Vec<u8> {
        let _ = self.ended.recv_timeout(Duration::from_millis(500));
        self.bytes.lock().map(|bytes| bytes.clone()).unwrap_or_default()
    }
}

/// The last lines of what a program has printed, made harmless.
pub fn last_lines(stream: &str, bytes: &[u8]) -> Vec<String> {
    let mut lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines.dedup(); // a loop that never ends prints the same all the time
    let start = lines.len().saturating_sub(6);
    let shown = |line: &&[u8]| format!("{stream} | {}", shortened(line));
    lines[start..].iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_program_that_prints_without_end_the_last_megabyte_is_kept() {
        let flood = io::repeat(b'x').take(5 * KEPT as u64);
        let output = Output::collect(Some(flood.chain(&b"the end"[..])));
        let output = output.unwrap().all();
        assert!((KEPT / 2..=KEPT).contains(&output.len()), "{}", output.len());
        assert!(output.ends_with(b"the end"));
    }
}
