//! Compares what a page shows with what the program prints: transcripts and pictures.

use std::env;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::command::Command;
use crate::finding::{Finding, settle, updating};
use crate::page::{Code, Kind, Page};
use crate::picture::{Picture, keep};
use crate::program::{Server, run};
use crate::terminal::show;
use crate::transcript::{compare, is_gap};

/// Runs every command of a page that is one of this lesson, and compares what it prints
/// with the page.
///
/// A ` ```console ` block is a command and what it prints: `$ cargo run -q -p LESSON [--
/// ARGS]`, with `printf 'TEXT' | ` in front where it has an input. A line `...` stands
/// for lines that are left out. A `picture:` comment names a file and a command
/// ([`picture`](crate::picture)). A server runs until the next one, or to the end of the
/// page, and so does a relay in front of it; the clients after it talk to that one. Ports
/// and measured times differ from run to run and are not compared.
///
/// `options` are added to every command whose subcommand they name, so that the test
/// writes elsewhere than a student does (`("client", "--dir", "/tmp/…",
/// "file-transfer/download")`: subcommand, option, the test's value, what the page shows
/// instead).
///
/// With `UPDATE_README=1` in the environment the page and its pictures are rewritten.
///
/// # Panics
///
/// When the page does not show what the program prints, or has no command of this lesson.
pub fn check_readme(
    path: &str,
    bin: &str,
    options: &[(&str, &str, &str, &str)],
) {
    let lesson = env::var("CARGO_PKG_NAME").unwrap();
    let page = Page::read(path);
    let folder = Path::new(path).parent().unwrap();
    let mut check = Check { page: &page, bin, options, running: vec![] };
    let (mut findings, mut runs) = (Vec::new(), 0);
    for (index, element) in page.elements.iter().enumerate() {
        let wanted = match Run::of(&page, index) {
            Some(Ok(wanted)) => wanted,
            Some(Err(what)) => {
                findings.push(Finding::new(element.line, what));
                continue;
            }
            None => continue,
        };
        match Command::parse(wanted.command()) {
            Ok(command) if command.lesson == lesson => {
                runs += 1;
                let found = check.run(&wanted, command, folder);
                let at_line = |what| Finding::new(element.line, what);
                findings.extend(found.unwrap_or_else(|e| vec![at_line(e)]));
            }
            Ok(_) => {} // the tests of that lesson run it
            Err(what) => findings.push(Finding::new(element.line, what)),
        }
    }
    findings.extend(check.end_the_servers());
    assert!(runs > 0, "{path} has no command of {lesson}");
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error, and how a reset shows, are the system's own
    }
    settle(path, findings).unwrap_or_else(|said| panic!("{said}"));
}

/// Something on a page that a command has printed.
enum Run {
    Transcript(String, Code),
    Picture(Picture),
}

impl Run {
    fn of(page: &Page, index: usize) -> Option<Result<Self, String>> {
        match &page.elements[index].kind {
            Kind::Code(code) if code.language == "console" => {
                let first = page.body(code).into_iter().next();
                let first = first.unwrap_or_default();
                Some(match first.strip_prefix("$ ") {
                    Some(command) => {
                        let mut output = code.clone();
                        output.body.start += 1;
                        Ok(Self::Transcript(command.into(), output))
                    }
                    None => Err(format!("no command `$ ...`: {first:?}")),
                })
            }
            Kind::Comment(text, _) => {
                Some(Picture::parse(text)?.map(Self::Picture))
            }
            _ => None,
        }
    }

    fn command(&self) -> &str {
        match self {
            Self::Transcript(command, _) => command,
            Self::Picture(picture) => &picture.command,
        }
    }
}

/// The run through one page.
struct Check<'a> {
    page: &'a Page,
    bin: &'a str,
    options: &'a [(&'a str, &'a str, &'a str, &'a str)],
    /// The server that runs, and the relay in front of it if there is one.
    running: Vec<Running>,
}

/// A server or a relay.
struct Running {
    program: Server,
    /// Where the page shows its log.
    log: Code,
    /// Where a student's listens.
    usual: String,
}

impl Check<'_> {
    fn run(
        &mut self,
        wanted: &Run,
        mut command: Command,
        folder: &Path,
    ) -> Result<Vec<Finding>, String> {
        let subcommand = command.subcommand().to_string();
        for (name, option, value, _) in self.options {
            if *name == subcommand {
                command.add(&[option, value]);
            }
        }
        if ["server", "relay"].contains(&subcommand.as_str()) {
            let Run::Transcript(_, log) = wanted else {
                return Err("a picture of a server would never end".into());
            };
            return self.start(command, log.clone());
        }
        if let (Some(front), "client") = (self.running.last(), &*subcommand) {
            command.replace_option("--addr", &front.program.addr);
        }
        let args: Vec<&str> = command.args.iter().map(String::as_str).collect();
        match wanted {
            Run::Transcript(_, code) => {
                let finished = run(self.bin, &args, &command.stdin);
                let real =
                    self.as_a_student(&(finished.text() + &finished.stderr));
                Ok(compare(self.page, code, &real).into_iter().collect())
            }
            Run::Picture(picture) => {
                let output = show(self.bin, &args, &command.stdin);
                let fresh = picture.draw(&self.as_a_student(&output))?;
                keep(&folder.join(&picture.file), &fresh)?;
                Ok(Vec::new())
            }
        }
    }

    /// Starts a server, which ends the ones before, or a relay in front of the server.
    fn start(
        &mut self,
        mut command: Command,
        log: Code,
    ) -> Result<Vec<Finding>, String> {
        let mut findings = Vec::new();
        let usual = if command.subcommand() == "server" {
            findings = self.end_the_servers();
            command.replace_option("--addr", "127.0.0.1:0");
            match command.lesson.as_str() {
                "file-transfer" => "127.0.0.1:9901".into(),
                _ => "127.0.0.1:8080".into(),
            }
        } else {
            let server = self.running.last().ok_or("a relay needs a server")?;
            command.replace_option("--to", &server.program.addr);
            command.replace_option("--listen", "127.0.0.1:0");
            "127.0.0.1:9000".into()
        };
        let args: Vec<&str> = command.args.iter().map(String::as_str).collect();
        let program = Server::listening(self.bin, &args, false);
        self.running.push(Running { program, log, usual });
        Ok(findings)
    }

    /// Compares the logs of the programs that run, and ends them.
    fn end_the_servers(&mut self) -> Vec<Finding> {
        if updating() && !self.running.is_empty() {
            // How much they will say is not known yet: all that they say in a second.
            thread::sleep(Duration::from_secs(1));
        }
        let logs: Vec<(Code, String)> = self
            .running
            .iter()
            .map(|Running { program, log, .. }| {
                let shown = self.page.body(log);
                let shortened = shown.iter().any(|line| is_gap(line));
                let enough = |text: &str| match shortened {
                    _ if updating() => true,
                    true => {
                        let real = self.as_a_student(text);
                        compare(self.page, log, &real).is_none()
                    }
                    false => text.lines().count() >= shown.len(),
                };
                (log.clone(), self.as_a_student(&program.said(enough)))
            })
            .collect();
        self.running.clear();
        let compared =
            logs.iter().map(|(code, real)| compare(self.page, code, real));
        compared.flatten().collect()
    }

    /// Output as a student gets it: the server where it always listens, and the usual
    /// folders.
    fn as_a_student(&self, output: &str) -> String {
        let mut output = output.to_string();
        for Running { program, usual, .. } in &self.running {
            output = output.replace(&program.addr, usual);
        }
        for (_, _, value, shown) in self.options {
            output = output.replace(value, shown);
        }
        output
    }
}
