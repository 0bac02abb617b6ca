//! Drives a lesson's binary from outside, as a student does: for tests only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test panics"
)]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use crate::cli;

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
        status: child.wait().unwrap().code().expect("ended by itself"),
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

/// Runs every ` ```console ` block of a README and compares it with what it shows.
///
/// A block is a command and what it prints: `$ cargo run -q -p LESSON [-- ARGS]`, with
/// `printf 'TEXT' | ` in front where it has an input. A server runs until the end of the
/// file; the clients after it talk to that one. `options` are added to every command
/// whose subcommand they name, so that the test writes elsewhere than a student does
/// (`("client", "--dir", "/tmp/…", "file-transfer/download")`: subcommand, option, the
/// test's value, what the README shows instead). Ports and measured times differ from
/// run to run and are not compared.
///
/// With `UPDATE_README=1` in the environment the blocks are rewritten instead.
///
/// # Panics
///
/// When a block does not show what its command prints.
pub fn check_readme(
    path: &str,
    bin: &str,
    options: &[(&str, &str, &str, &str)],
) {
    let readme = fs::read_to_string(path).unwrap();
    let mut fresh = String::new();
    let mut server: Option<Server> = None;
    let mut server_log = String::new(); // what the README shows of it
    let mut blocks = 0;
    let mut rest = readme.as_str();
    while let Some(start) = rest.find("```console\n$ ") {
        let (before, block) = rest.split_at(start + "```console\n$ ".len());
        let (command, block) = block.split_once('\n').unwrap();
        let (shown, after) = block.split_at(block.find("```").unwrap());
        fresh += before;
        fresh += command;
        fresh += "\n";
        rest = after;
        blocks += 1;

        let (stdin, mut args) = parse(command);
        let subcommand = args.first().cloned().unwrap_or_default();
        for (name, option, value, _) in options {
            if *name == subcommand {
                args.splice(1..1, [option.to_string(), value.to_string()]);
            }
        }
        let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
        if subcommand == "server" {
            server = Some(Server::start(bin, &args[1..]));
            server_log = shown.into();
            fresh += "\u{0}"; // filled in at the end
            continue;
        }
        if let (Some(server), "client") = (&server, subcommand.as_str()) {
            args.splice(1..1, ["--addr", &server.addr]);
        }
        let finished = run(bin, &args, &stdin);
        fresh += &(finished.text() + &finished.stderr);
    }
    assert!(blocks > 0, "{path} has no console block");
    fresh += rest;
    if let Some(server) = server {
        let lines = server_log.lines().count();
        let log = if env::var_os("UPDATE_README").is_some() {
            // How much it will say is not known yet: all that it says in a second.
            thread::sleep(Duration::from_secs(1));
            server.said(|_| true)
        } else {
            server.said(|text| text.lines().count() >= lines)
        };
        fresh = fresh.replace('\u{0}', &log);
        // A student's server listens where it always does.
        let lesson = env::var("CARGO_PKG_NAME").unwrap();
        fresh = fresh.replace(&server.addr, cli::default_addr(&lesson));
    }
    for (_, _, value, shown) in options {
        fresh = fresh.replace(value, shown);
    }
    if env::var_os("UPDATE_README").is_some() {
        // Other ports are no reason for another README.
        if !readme.lines().map(stable).eq(fresh.lines().map(stable)) {
            fs::write(path, &fresh).unwrap();
        }
        return;
    }
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error, and how a reset shows, are the system's own
    }
    for (shown, real) in readme.lines().zip(fresh.lines()) {
        assert_eq!(
            stable(shown),
            stable(real),
            "{path} does not show what the program prints; refresh it with \
             UPDATE_README=1 cargo test --workspace readme"
        );
    }
    assert_eq!(readme.lines().count(), fresh.lines().count(), "{path}");
}

/// A shown command: what is piped into it, and its arguments.
fn parse(command: &str) -> (Vec<u8>, Vec<String>) {
    let (stdin, cargo) = match command.split_once("' | ") {
        Some((printf, cargo)) => {
            let text = printf.strip_prefix("printf '").expect(command);
            (text.replace("\\n", "\n"), cargo)
        }
        None => (String::new(), command),
    };
    let words = cargo.strip_prefix("cargo run -q -p ").expect(command);
    let args = words.split_once(" -- ").map_or("", |(_lesson, args)| args);
    let mut quoted = false;
    let args = args.split(|c: char| {
        quoted ^= c == '\'';
        c == '\'' || (c == ' ' && !quoted)
    });
    let args = args.filter(|a| !a.is_empty()).map(str::to_string);
    (stdin.into(), args.collect())
}

/// A line without what differs from run to run: ports, measured numbers, padding.
fn stable(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        for host in ["127.0.0.1:", "0.0.0.0:"] {
            if let Some((before, rest)) = word.split_once(host) {
                let rest =
                    rest.trim_start_matches(|c: char| c.is_ascii_digit());
                return format!("{before}{host}PORT{rest}");
            }
        }
        word.to_string()
    });
    let mut words: Vec<String> = words.collect();
    for i in 1..words.len() {
        let unit = words[i].trim_end_matches([',', '.', ';', ')']);
        if ["s", "ms", "µs", "MB/s", "KiB/s", "MiB/s"].contains(&unit) {
            words[i - 1] = "N".into();
        }
    }
    words.join(" ")
}
