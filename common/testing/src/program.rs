//! Runs a lesson's program from outside, as a student does.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A program that has ended, and what it printed.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: i32,
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Finished {
    /// Stdout as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }
}

/// Runs a program to its end with these bytes on its stdin.
///
/// # Panics
///
/// When it has not ended after [`PATIENCE`].
pub fn run(bin: &str, args: &[&str], stdin: &[u8]) -> Finished {
    let mut child = spawn(bin, args);
    let mut input = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // The program may end, or close its stdin, before it has read all of this.
    thread::spawn(move || drop(input.write_all(&stdin)));
    let stdout = Output::collect(child.stdout.take().unwrap());
    let stderr = Output::collect(child.stderr.take().unwrap());
    if !(stdout.wait(|(_, ended)| *ended) && stderr.wait(|(_, ended)| *ended)) {
        child.kill().unwrap();
        panic!(
            "{bin} {args:?} has not ended; it printed\n{}\n{}",
            stdout.text(),
            stderr.text()
        );
    }
    Finished {
        status: child.wait().unwrap().code().expect("ended on its own"),
        stdout: stdout.bytes(),
        stderr: stderr.text(),
    }
}

fn spawn(bin: &str, args: &[&str]) -> Child {
    Command::new(bin)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    stderr: Output,
    /// Where it listens.
    pub addr: String,
}

impl Server {
    /// Starts `bin server` on a free port, and waits until it listens.
    ///
    /// # Panics
    ///
    /// When it does not say where it listens.
    pub fn start(bin: &str, args: &[&str]) -> Self {
        let args = [&["server", "--addr", "127.0.0.1:0"], args].concat();
        let mut child = spawn(bin, &args);
        let stderr = Output::collect(child.stderr.take().unwrap());
        stderr.wait(|(bytes, ended)| *ended || bytes.contains(&b'\n'));
        let text = stderr.text();
        let first = text.lines().next().unwrap_or_default();
        let Some(addr) = first.strip_prefix("listening on ") else {
            panic!("the server's first line is {first:?}");
        };
        let addr = addr.to_string();
        Self { child, stderr, addr }
    }

    /// Waits until the server has said something that `wanted` accepts, and returns
    /// all that it has said.
    ///
    /// # Panics
    ///
    /// When that does not come.
    pub fn said(&self, wanted: impl Fn(&str) -> bool) -> String {
        let came = self
            .stderr
            .wait(|(bytes, _)| wanted(&String::from_utf8_lossy(bytes)));
        let text = self.stderr.text();
        let last: Vec<&str> = text.lines().rev().take(40).collect();
        assert!(came, "the server said only (last line first): {last:#?}");
        text
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program prints, collected while it runs.
#[derive(Clone, Default)]
struct Output(Arc<(Mutex<State>, Condvar)>);

/// What has been printed, and whether that is all.
type State = (Vec<u8>, bool);

impl Output {
    fn collect(stream: impl Read + Send + 'static) -> Self {
        let output = Self::default();
        let (filled, mut stream) = (output.clone(), BufReader::new(stream));
        thread::spawn(move || {
            loop {
                let piece = stream.fill_buf().unwrap_or_default().to_vec();
                stream.consume(piece.len());
                let (state, changed) = &*filled.0;
                let mut state = state.lock().unwrap();
                state.0.extend_from_slice(&piece);
                state.1 = piece.is_empty();
                changed.notify_all();
                if state.1 {
                    return;
                }
            }
        });
        output
    }

    /// Waits until `done` accepts what was printed; false when [`PATIENCE`] ran out.
    fn wait(&self, done: impl Fn(&State) -> bool) -> bool {
        let (state, changed) = &*self.0;
        let waiting = |state: &mut State| !done(state);
        let state = state.lock().unwrap();
        let (_state, timeout) =
            changed.wait_timeout_while(state, PATIENCE, waiting).unwrap();
        !timeout.timed_out()
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.0.lock().unwrap().0.clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
