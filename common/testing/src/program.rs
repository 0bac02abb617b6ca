//! Runs a lesson's program from outside, as a student does.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

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
    run_into(bin, args, stdin, Stdio::piped(), Stdio::piped())
}

/// The same with another stdout or stderr: a [`closed_pipe`], a [`full_disk`].
///
/// # Panics
///
/// As [`run`].
pub fn run_into(
    bin: &str,
    args: &[&str],
    stdin: &[u8],
    stdout: Stdio,
    stderr: Stdio,
) -> Finished {
    let mut command = Command::new(bin);
    command.args(args).stdout(stdout).stderr(stderr);
    finish(command, stdin)
}

/// Runs a command to its end with these bytes on its stdin.
///
/// # Panics
///
/// As [`run`].
pub fn finish(mut command: Command, stdin: &[u8]) -> Finished {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let what = format!("{command:?}");
    drop(command); // and with it our copy of a pipe that it writes to
    let mut input = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // The program may end, or close its stdin, before it has read all of this.
    thread::spawn(move || drop(input.write_all(&stdin)));
    let nothing = || Output::collect(io::empty());
    let stdout = child.stdout.take().map_or_else(nothing, Output::collect);
    let stderr = child.stderr.take().map_or_else(nothing, Output::collect);
    let deadline = Instant::now() + PATIENCE;
    let in_time = stdout.ends() && stderr.ends() && exits(&mut child, deadline);
    let (stdout, stderr) = (stdout.bytes(), stderr.bytes());
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    if !in_time {
        child.kill().unwrap();
        let stdout = String::from_utf8_lossy(&stdout);
        let (stdout, stderr) = (end_of(&stdout), end_of(&stderr));
        panic!("{what} has not ended:\n...{stdout}\n...{stderr}");
    }
    let status = child.wait().unwrap().code().expect("not ended by a signal");
    Finished { status, stdout, stderr }
}

/// Checks the `--help` of each of these commands: it fits a terminal of 80 columns, says
/// something about every option and argument, and shows an example.
///
/// # Panics
///
/// When one does not.
pub fn check_help(bin: &str, commands: &[&[&str]]) {
    for command in commands {
        let help = run(bin, &[command, &["--help"][..]].concat(), b"").text();
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{command:?}: {line}");
        }
        assert!(help.contains("cargo run -p "), "{command:?}: {help}");
        let lines: Vec<&str> = help.lines().collect();
        for pair in lines.windows(2) {
            let name = pair[0].trim_start();
            let is_name = name.starts_with(['-', '<', '[']);
            let silent = is_name && !pair[1].starts_with("          ");
            assert!(!silent, "{command:?}: nothing about {name}");
        }
    }
}

/// Has the program ended before the deadline?
fn exits(child: &mut Child, deadline: Instant) -> bool {
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// A pipe that nobody reads any more.
pub fn closed_pipe() -> Stdio {
    let (_reader, writer) = io::pipe().unwrap();
    writer.into()
}

/// A file that takes no byte: the disk is full. `None` where the system has none.
pub fn full_disk() -> Option<Stdio> {
    let full = File::options().write(true).open("/dev/full").ok()?;
    Some(full.into())
}

/// The last few lines.
fn end_of(text: &str) -> &str {
    let start = text.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
    &text[start..]
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
        Self::listening(bin, &args, false)
    }

    /// The same; the pipe that its log goes to is closed as soon as it listens.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    pub fn start_and_close_its_log(bin: &str, args: &[&str]) -> Self {
        let args = [&["server", "--addr", "127.0.0.1:0"], args].concat();
        Self::listening(bin, &args, true)
    }

    /// Starts any program that writes `listening on HOST:PORT`, and waits for that.
    /// With `close_log` its stderr is closed then.
    ///
    /// # Panics
    ///
    /// When that line does not come.
    pub fn listening(bin: &str, args: &[&str], close_log: bool) -> Self {
        let mut command = Command::new(bin);
        command.args(args).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = child.stderr.take().unwrap();
        let stderr = Output::collect_until(log, move |log| {
            close_log && listens_on(log).is_some()
        });
        // With --trace the calls bind and listen stand in front of it.
        stderr.wait(|(bytes, ended)| *ended || listens_on(bytes).is_some());
        let Some(addr) = listens_on(&stderr.bytes()) else {
            let text = stderr.text();
            panic!("the program does not say where it listens: {text:?}");
        };
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

/// The address behind `listening on`, where that line is complete.
fn listens_on(log: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(log);
    let (lines, _unfinished) = text.rsplit_once('\n')?;
    let mut lines = lines.lines();
    let addr = lines.find_map(|line| line.strip_prefix("listening on "));
    addr.map(str::to_string)
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
        Self::collect_until(stream, |_| false)
    }

    /// Collects until `enough` accepts what has come, then closes the stream.
    fn collect_until(
        stream: impl Read + Send + 'static,
        enough: impl Fn(&[u8]) -> bool + Send + 'static,
    ) -> Self {
        let output = Self::default();
        let filled = output.clone();
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            while !enough(&filled.0.0.lock().unwrap().0) {
                let piece = stream.fill_buf().unwrap_or_default().to_vec();
                if piece.is_empty() {
                    break;
                }
                stream.consume(piece.len());
                filled.add(&piece, false);
            }
            drop(stream);
            filled.add(b"", true);
        });
        output
    }

    fn add(&self, bytes: &[u8], ended: bool) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.0.extend_from_slice(bytes);
        state.1 = ended;
        changed.notify_all();
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

    fn ends(&self) -> bool {
        self.wait(|(_, ended)| *ended)
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.0.lock().unwrap().0.clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}
