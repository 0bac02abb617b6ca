//! Programs that the benchmark runs: servers until they are dropped, clients to their
//! end.

use std::fs;
use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use tempfile::NamedTempFile;

/// How long a server may take to start, and a client for one file.
const START: Duration = Duration::from_secs(10);
pub const RUN: Duration = Duration::from_secs(120);

/// A server that runs until it is dropped.
pub struct Service {
    child: Child,
    log: NamedTempFile,
}

impl Service {
    /// Starts a server, and waits until it has written `ready` to stdout or stderr.
    pub fn start(command: &mut Command, ready: &str) -> Result<Self> {
        // A file never keeps a talkative server waiting, as a pipe would.
        let log = NamedTempFile::new()?;
        let both = log.reopen()?;
        command.stdout(both.try_clone()?).stderr(both);
        let mut service = Self { child: spawn(command)?, log };
        let deadline = Instant::now() + START;
        while !service.said()?.contains(ready) {
            let ended = service.child.try_wait()?.is_some();
            if ended || Instant::now() > deadline {
                let name = command.get_program().display();
                bail!("{name} does not start: {}", service.said()?.trim());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(service)
    }

    /// What it has written so far.
    pub fn said(&self) -> Result<String> {
        let said = fs::read(self.log.path())?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program to its end, and returns how many seconds that took.
pub fn timed(command: &mut Command) -> Result<f64> {
    let started = Instant::now();
    finish(spawn(command)?)?;
    Ok(started.elapsed().as_secs_f64())
}

/// Waits until a program that [`command`] has made has done what it should.
pub fn finish(mut child: Child) -> Result<()> {
    let mut stderr = child.stderr.take().context("no stderr")?;
    let mut said = Vec::new();
    let (done, ended) = mpsc::channel::<()>();
    let late = &mut child;
    let (read, killed) = thread::scope(|scope| {
        // To look every millisecond whether it has ended would take time from it.
        let watch = scope.spawn(move || match ended.recv_timeout(RUN) {
            Err(RecvTimeoutError::Timeout) => late.kill(),
            _ => Ok(()),
        });
        let read = stderr.read_to_end(&mut said); // until the program ends
        drop(done);
        (read, watch.join())
    });
    read?;
    killed.map_err(|_| anyhow!("nobody watches"))??;
    let status = child.wait()?;
    let said = String::from_utf8_lossy(&said);
    ensure!(status.success(), "{status}: {}", said.trim());
    Ok(())
}

pub fn spawn(command: &mut Command) -> Result<Child> {
    let name = command.get_program().display().to_string();
    command.spawn().map_err(|e| match e.kind() {
        ErrorKind::NotFound => anyhow!("{name} is not installed"),
        _ => Error::new(e).context(name),
    })
}

/// A program that reads nothing, whose replies nobody reads, and whose errors are kept.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::piped());
    command
}

/// A port that was free a moment ago, for servers that do not choose one themselves.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no loopback")?;
    Ok(listener.local_addr()?.port())
}
