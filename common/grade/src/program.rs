//! Somebody else's program: started, heard, watched, and ended together with what it has
//! started.

use std::io::{self, Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::command::{Task, Template};
use crate::finding::{Finding, How, Verdict};
use crate::words::{WIDE, shortened};

/// How much of what a program prints is kept: the end of it.
const KEPT: usize = 1 << 20;

/// A program that runs, until it is dropped.
pub struct Program {
    child: Child,
    stdout: Output,
    stderr: Output,
    status: Option<ExitStatus>,
    /// Why it was ended by its watcher, if it was.
    excess: Arc<Mutex<Option<String>>>,
    _folder: Option<TempDir>,
}

impl Program {
    /// Starts it; a command that cannot be carried out is a finding.
    pub fn start(template: &Template, task: Task) -> Verdict<Self> {
        Self::spawn(template, task).map_err(|e| {
            let seen = format!("{} cannot be started: {e}.", template.shown());
            Finding::new(How::NotStarted, seen).into()
        })
    }

    fn spawn(template: &Template, task: Task) -> io::Result<Self> {
        let (mut command, folder) = template.command(&task)?;
        // A group of its own: what it starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        #[cfg(unix)]
        crate::family::started(&child);
        if let Some(mut stdin) = child.stdin.take() {
            // It may end, or read nothing, while this waits.
            let feed = move || drop(stdin.write_all(&task.input));
            thread::Builder::new().spawn(feed)?;
        }
        let stdout = Output::collect(child.stdout.take())?;
        let stderr = Output::collect(child.stderr.take())?;
        let excess = Arc::default();
        #[cfg(target_os = "linux")]
        watch(child.id() as i32, Arc::downgrade(&excess))?;
        let status = None;
        Ok(Self { child, stdout, stderr, status, excess, _folder: folder })
    }

    /// Its status, when it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.status.is_none()
            && let Ok(status) = self.child.try_wait()
        {
            self.status = status;
        }
        self.status
    }

    /// Its process id, as long as it runs.
    pub fn pid(&mut self) -> Option<u32> {
        self.ended().is_none().then(|| self.child.id())
    }

    /// Ends it, if it has not ended, and all that it has started; returns what it has
    /// printed.
    pub fn end(&mut self) -> (Vec<u8>, Vec<u8>) {
        #[cfg(unix)]
        crate::family::end(&self.child);
        if self.ended().is_none() {
            let _ended_meanwhile = self.child.kill();
            self.status = self.child.wait().ok();
        }
        (self.stdout.all(), self.stderr.all())
    }

    /// Why it was ended before its time: it took too much of something.
    pub fn excess(&self) -> Option<String> {
        self.excess.lock().ok().and_then(|excess| excess.clone())
    }

    /// Where it listens, as far as the system tells.
    pub fn ports(&self, udp: bool) -> Vec<std::net::SocketAddr> {
        #[cfg(target_os = "linux")]
        {
            use crate::processes::{below, ports};
            let pid = self.child.id() as i32;
            let children = below(pid).into_iter().map(|p| p.pid);
            ports(&children.chain([pid]).collect::<Vec<_>>(), udp)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = udp;
            Vec::new()
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// Looks ten times a second what a program takes, and ends it when that is too much.
#[cfg(target_os = "linux")]
fn watch(
    pid: i32,
    excess: std::sync::Weak<Mutex<Option<String>>>,
) -> io::Result<()> {
    use crate::processes::{below, process};

    let look = move || {
        while let Some(excess) = excess.upgrade() {
            let Some(leader) = process(pid) else { return };
            let mut all = below(pid);
            all.push(leader);
            // Not their sum: what a process shares with its child would count twice.
            let memory = all.iter().map(|process| process.memory).max();
            let cpu: Duration = all.iter().map(|process| process.cpu).sum();
            let limits = [
                (memory > Some(1 << 30), "1 GB of memory"),
                (all.len() > 300, "300 processes"),
                (cpu.as_secs() > 120, "two minutes of a processor"),
            ];
            if let Some((_, most)) = limits.iter().find(|(over, _)| *over) {
                if let Ok(mut excess) = excess.lock() {
                    let why =
                        format!("It took more than {most}, and was ended.");
                    *excess = Some(why);
                }
                return rustix::process::Pid::from_raw(pid)
                    .map_or((), crate::family::end_one);
            }
            drop(excess);
            thread::sleep(Duration::from_millis(100));
        }
    };
    thread::Builder::new().spawn(look).map(drop)
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
        let _ = self.ended.recv_timeout(Duration::from_secs(2));
        self.bytes.lock().map(|bytes| bytes.clone()).unwrap_or_default()
    }
}

/// The last lines of what a program has printed, made harmless.
pub fn last_words(stdout: &[u8], stderr: &[u8]) -> Vec<String> {
    let all = [("stdout", stdout), ("stderr", stderr)].into_iter();
    all.flat_map(|(stream, bytes)| last_lines(stream, bytes)).collect()
}

fn last_lines(stream: &str, bytes: &[u8]) -> Vec<String> {
    let mut lines: Vec<&[u8]> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines.dedup(); // a loop that never ends prints the same all the time
    let start = lines.len().saturating_sub(6);
    let shown = |line: &&[u8]| {
        format!("{stream} | {}", shortened(line, WIDE - stream.len() - 3))
    };
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
