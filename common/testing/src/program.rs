//! Runs a lesson's program from outside, as a student does.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::collected::Collected;

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
pub fn run(bin: &str, args: &[&str], stdin: &[u8]) -> Finished {
    run_into(bin, args, stdin, Stdio::piped(), Stdio::piped())
}

/// The same with another stdout or stderr: a [`closed_pipe`], a [`full_disk`].
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

/// The start of a command line for a shell: what follows may have so many open files. A
/// test can have inherited some from who runs it. So they are closed first: a shell can
/// do that with those below 10, and of ten files no other one takes the place.
pub fn few_files(most: u32) -> String {
    assert!(most <= 10);
    format!("exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n {most}; exec ")
}

/// Runs a command to its end with these bytes on its stdin.
pub fn finish(mut command: Command, stdin: &[u8]) -> Finished {
    let mut child =
        uncoloured(&mut command).stdin(Stdio::piped()).spawn().unwrap();
    let what = format!("{command:?}");
    drop(command); // and with it our copy of a pipe that it writes to
    let mut input = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // The program may end, or close its stdin, before it has read all of this.
    thread::spawn(move || drop(input.write_all(&stdin)));
    let nothing = || Collected::from(io::empty());
    let stdout = child.stdout.take().map_or_else(nothing, Collected::from);
    let stderr = child.stderr.take().map_or_else(nothing, Collected::from);
    let deadline = Instant::now() + PATIENCE;
    if !(stdout.ends() && stderr.ends() && exits(&mut child, deadline)) {
        child.kill().unwrap();
        let said = stdout.text() + &stderr.text();
        panic!("{what} has not ended: {}", last_lines(&said));
    }
    let status = child.wait().unwrap().code().expect("not ended by a signal");
    Finished { status, stdout: stdout.bytes(), stderr: stderr.text() }
}

/// Runs a program to its end with these bytes on its stdin; returns what a terminal would
/// show of it: both of its streams in order, and the colours.
pub fn show(mut command: Command, stdin: &[u8]) -> String {
    let (reader, writer) = io::pipe().unwrap();
    command.env(FORCED, "1").env_remove("NO_COLOR");
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let shown = Collected::from(reader);
    finish(command, stdin);
    assert!(shown.ends());
    shown.text()
}

/// Says that colours are wanted even where there is no terminal.
const FORCED: &str = "CLICOLOR_FORCE";

/// The one who runs the tests may want colours in pipes, too. The tests look for words.
fn uncoloured(command: &mut Command) -> &mut Command {
    if command.get_envs().any(|(name, _)| name == FORCED) {
        return command; // a picture of them is wanted
    }
    command.env_remove(FORCED)
}

/// Checks the `--help` of a command: it fits a terminal of 80 columns, says something
/// about every option and argument, and shows an example.
pub fn check_help(bin: &str, command: &[&str]) {
    let help = run(bin, &[command, &["--help"]].concat(), b"").text();
    let long = help.lines().find(|line| line.chars().count() > 80);
    assert_eq!(long, None, "{command:?}");
    assert!(help.contains("cargo run -p "), "{command:?}: {help}");
    let lines: Vec<&str> = help.lines().collect();
    for pair in lines.windows(2) {
        let name = pair[0].trim_start();
        let is_name = name.starts_with(['-', '<', '[']);
        let silent = is_name && !pair[1].starts_with("          ");
        assert!(!silent, "{command:?}: nothing about {name}");
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

/// For a message.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    stderr: Collected,
    /// Where it listens.
    pub addr: String,
}

impl Server {
    /// Starts `bin server` on a free port, and waits until it listens.
    pub fn start(bin: &str, args: &[&str]) -> Self {
        let args = [&["server", "--addr", "127.0.0.1:0"], args].concat();
        Self::listening(bin, &args)
    }

    /// Starts any program that writes `listening on HOST:PORT`, and waits for that.
    pub fn listening(bin: &str, args: &[impl AsRef<OsStr>]) -> Self {
        let mut command = Command::new(bin);
        command.args(args).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = uncoloured(&mut command).spawn().unwrap();
        let stderr = Collected::from(child.stderr.take().unwrap());
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
    pub fn said(&self, wanted: impl Fn(&str) -> bool) -> String {
        let accepts = |bytes: &[u8]| wanted(&String::from_utf8_lossy(bytes));
        let came = self.stderr.wait(|(bytes, _)| accepts(bytes));
        let text = self.stderr.text();
        assert!(came, "the server said only {}", last_lines(&text));
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
