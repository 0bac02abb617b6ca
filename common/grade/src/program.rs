//! Somebody else's program: started, heard, watched, and ended together with what it has
//! started.

use std::io::{self, Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use common::failure::{shortage, timed_out};
use tempfile::TempDir;

use crate::command::{Task, Template};
use crate::family;
use crate::finding::{Finding, How, Verdict, broken};
use crate::processes::tree;
use crate::words::{WIDE, rows, shortened};

/// How much of what a program prints is kept: the end of it.
const KEPT: usize = 1 << 20;

/// A program that runs, until it is dropped.
pub struct Program {
    child: Child,
    stdout: Output,
    stderr: Output,
    /// What it took too much of, and was ended for.
    excess: Arc<OnceLock<&'static str>>,
    _folder: Option<TempDir>,
}

impl Program {
    /// Starts it; a command that cannot be carried out is a finding.
    pub fn start(template: &Template, task: Task) -> Verdict<Self> {
        Self::spawn(template, task).map_err(|e| {
            if shortage(&e).is_some() || timed_out(&e) {
                return broken("no program can be started", &e); // EAGAIN
            }
            let seen = format!("{} cannot be started: {e}.", template.shown());
            Finding::new(How::NotStarted, seen).into()
        })
    }

    fn spawn(template: &Template, task: Task) -> io::Result<Self> {
        let (mut command, _folder) = template.command(&task)?;
        let mut child = family::start(&mut command)?;
        // Where nothing is to be typed stdin stays open: Enter may stop a server.
        let stdin = child.stdin.take_if(|_| !task.input.is_empty());
        let pid = child.id();
        // It may end, or read nothing, while this waits.
        let feed = move || stdin.map(|mut stdin| stdin.write_all(&task.input));
        thread::Builder::new().spawn(feed)?;
        let stdout = Output::collect(child.stdout.take())?;
        let stderr = Output::collect(child.stderr.take())?;
        let excess = Arc::default();
        let watched = Arc::clone(&excess);
        thread::Builder::new().spawn(move || watch(pid, &watched))?;
        Ok(Self { child, stdout, stderr, excess, _folder })
    }

    /// Its status, when it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Its process id, as long as it runs.
    pub fn pid(&mut self) -> Option<u32> {
        self.ended().is_none().then(|| self.child.id())
    }

    /// Ends it, if it has not ended, and all that it has started.
    pub fn end(&mut self) -> Finished {
        let status = self.ended();
        family::end(self.child.id());
        let _ended_already = self.child.kill();
        let _its_status_is_kept = self.child.wait();
        let ended = |status| match self.excess.get() {
            Some(most) => format!("It took more than {most}, and was ended."),
            None => format!("The program has ended ({status})."),
        };
        Finished {
            output: self.stdout.all(),
            errors: self.stderr.all(),
            success: status.map(|status| status.success()),
            ended: status.map(ended),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// Looks ten times a second what a program takes, and ends it when that is too much.
fn watch(pid: u32, excess: &Arc<OnceLock<&'static str>>) {
    while Arc::strong_count(excess) > 1 {
        let all = tree(pid);
        let memory = all.iter().map(|process| process.memory);
        let Some(most) = memory.clone().max() else { return };
        let cpu: Duration = all.iter().map(|process| process.cpu).sum();
        let limits = [
            (most > 1 << 30, "1 GB of memory"),
            // What a process shares with its child counts twice here.
            (memory.sum::<u64>() > 4 << 30, "4 GB of memory in all"),
            (all.len() > 300, "300 processes"),
            (cpu.as_secs() > 120, "two minutes of a processor"),
        ];
        if let Some((_, most)) = limits.into_iter().find(|(over, _)| *over) {
            let _this_is_the_first = excess.set(most);
            return family::end_one(pid);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// What a program prints, collected while it runs.
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Has nothing in it, and ends with the stream.
    end: Receiver<()>,
}

impl Output {
    fn collect(stream: Option<impl Read + Send + 'static>) -> io::Result<Self> {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = bytes.clone();
        let (reads, end) = mpsc::channel();
        let collect = move || {
            let _until_the_end = reads;
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
        Ok(Self { bytes, end })
    }

    /// All of it; somebody else may still hold the other end, so not without end.
    fn all(&self) -> Vec<u8> {
        let _ended = self.end.recv_timeout(Duration::from_secs(2));
        self.bytes.lock().map(|bytes| bytes.clone()).unwrap_or_default()
    }
}

/// A program that has ended, or has been ended.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// Its stdout.
    pub output: Vec<u8>,
    /// Its stderr.
    pub errors: Vec<u8>,
    /// Did it succeed? `None` when it had not ended.
    pub success: Option<bool>,
    /// How it ended: a sentence.
    pub ended: Option<String>,
}

impl Finished {
    /// How it ended, and the last lines of what it has printed, made harmless.
    pub fn last_words(&self) -> Vec<String> {
        let mut words = Vec::from_iter(self.ended.clone());
        for (stream, bytes) in
            [("stdout", &self.output), ("stderr", &self.errors)]
        {
            let lines = bytes.split(|byte| *byte == b'\n');
            let lines = lines.map(<[u8]>::trim_ascii_end);
            let mut lines: Vec<_> =
                lines.filter(|line| !line.is_empty()).collect();
            lines.dedup(); // a loop that never ends prints the same all the time
            for line in &lines[lines.len().saturating_sub(6)..] {
                let mut gap = ""; // the rows below the first are indented
                for row in rows(shortened(line, 180), WIDE - 11) {
                    words.push(format!("{stream} | {gap}{row}"));
                    gap = "  ";
                }
            }
        }
        words
    }
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
