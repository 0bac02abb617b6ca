//! Runs the commands of all pages, as a student runs them, and compares what they print.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::thread;
use std::time::Duration;

use crate::finding::{Finding, settle, updating};
use crate::links::pages;
use crate::page::{Code, Element, Kind, Page};
use crate::picture::{Picture, keep};
use crate::program::{Server, finish};
use crate::shown::{is_gap, transcript};
use crate::terminal::show;

/// An option that a test adds to every command with this subcommand, so that it writes
/// elsewhere than a student does: subcommand, option, the test's value, and what the page
/// shows in its place.
pub type Instead<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Runs every command of this lesson on every page of the repository, and compares what it
/// prints: a block ` ```console ` is a command and its output, and a `picture:` comment names
/// a file and a command ([`picture`](crate::picture)). A server runs until the next one, or
/// to the end of the page, and so does a relay in front of it; the clients behind it on the
/// page talk to that one. With `UPDATE_README=1` pages and pictures are rewritten.
pub fn check_pages(lesson: &str, bin: &str, instead: &[Instead]) {
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error, and how a reset shows, are the system's own
    }
    let checked = thread::scope(|scope| {
        let check = |path: PathBuf| {
            let page = Page::read(&path);
            let folder = path.parent().unwrap_or(&path);
            let check = Check { lesson, bin, instead, page: &page, folder };
            let found = check.run();
            (found.is_some(), settle(&path, found.unwrap_or_default()))
        };
        let page = |path| scope.spawn(move || check(path));
        let all: Vec<_> = pages(&root()).into_iter().map(page).collect();
        all.into_iter().map(|page| page.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(checked.iter().any(|(any, _)| *any), "no command of {lesson}");
    let said: String = checked.into_iter().map(|(_, said)| said).collect();
    assert!(said.is_empty(), "{said}");
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// A command as a page shows it: `printf 'a\n' | cargo run -q -p LESSON -- ARGUMENTS`.
#[derive(Debug, PartialEq)]
struct Command {
    lesson: String,
    stdin: String,
    args: Vec<String>,
}

impl Command {
    fn parse(text: &str) -> Option<Self> {
        let (stdin, cargo) = match text.split_once("' | ") {
            Some((printf, cargo)) => (printf.strip_prefix("printf '")?, cargo),
            None => ("", text),
        };
        let words = cargo.strip_prefix("cargo run -q -p ")?;
        let (lesson, args) = words.split_once(" -- ").unwrap_or((words, ""));
        let mut quoted = false;
        let args = args.split(|c: char| {
            quoted ^= c == '\'';
            c == '\'' || (c == ' ' && !quoted)
        });
        let args = args.filter(|a| !a.is_empty()).map(str::to_string);
        Some(Self {
            lesson: lesson.trim().into(),
            stdin: stdin.replace("\\n", "\n"),
            args: args.collect(),
        })
    }

    /// `server`, `client`, … or nothing.
    fn subcommand(&self) -> &str {
        self.args.first().map_or("", String::as_str)
    }

    /// Gives an option this value, whatever the page shows.
    fn set(&mut self, option: &str, value: &str) {
        match self.args.iter().position(|arg| arg == option) {
            Some(at) => self.args[at + 1] = value.into(),
            None => {
                self.args.splice(1..1, [option, value].map(Into::into));
            }
        }
    }
}

/// A command on a page, and where its output stands: below it, or in a picture.
struct Run {
    line: usize,
    command: Command,
    shown: Result<Code, Picture>,
}

impl Run {
    /// The run that this element of a page asks for, if it does.
    fn of(page: &Page, element: &Element) -> Option<Result<Self, Finding>> {
        let (text, shown) = match &element.kind {
            Kind::Code(code) if code.language == "console" => {
                let first = page.body(code).into_iter().next();
                let mut output = code.clone();
                output.body.start += 1;
                let text =
                    first.and_then(|l| Some(l.strip_prefix("$ ")?.into()));
                (text.ok_or_else(|| "no command `$ …`".into()), Ok(output))
            }
            Kind::Comment(text) => match Picture::parse(text)? {
                Ok(picture) => (Ok(picture.command.clone()), Err(picture)),
                Err(what) => {
                    return Some(Err(Finding::new(element.line, what)));
                }
            },
            _ => return None,
        };
        let run = text.and_then(|text: String| {
            let command = Command::parse(&text).ok_or_else(|| {
                format!(
                    "a command that is compared is `cargo run -q -p LESSON [-- \
                     ARGUMENTS]`, or that behind `printf 'TEXT' | `; this one is {text:?}"
                )
            })?;
            Ok(Self { line: element.line, command, shown })
        });
        Some(run.map_err(|what: String| Finding::new(element.line, what)))
    }
}

/// A server or a relay that runs.
struct Running {
    program: Server,
    /// Where the page shows its log.
    log: Code,
    /// Where a student's listens.
    usual: &'static str,
}

/// The check of one page.
struct Check<'a> {
    lesson: &'a str,
    bin: &'a str,
    instead: &'a [Instead<'a>],
    page: &'a Page,
    folder: &'a Path,
}

impl Check<'_> {
    /// What is wrong; `None` when no command is one of the lesson. What talks to nobody runs
    /// beside the rest.
    fn run(&self) -> Option<Vec<Finding>> {
        let mut findings = Vec::new();
        let (mut alone, mut talking) = (Vec::new(), Vec::new());
        for element in &self.page.elements {
            match Run::of(self.page, element) {
                Some(Ok(run)) if run.command.lesson == self.lesson => {
                    match run.command.subcommand() {
                        "server" | "relay" | "client" => talking.push(run),
                        _ => alone.push(run),
                    }
                }
                Some(Err(finding)) => findings.push(finding),
                _ => {}
            }
        }
        let any = !alone.is_empty() || !talking.is_empty();
        thread::scope(|scope| {
            let alone = alone.into_iter();
            let alone: Vec<_> = alone
                .map(|run| scope.spawn(|| self.compare(run, &[])))
                .collect();
            findings.extend(self.talk(talking));
            findings
                .extend(alone.into_iter().filter_map(|t| t.join().unwrap()));
        });
        any.then_some(findings)
    }

    /// Servers, relays and clients, one after the other.
    fn talk(&self, runs: Vec<Run>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut running: Vec<Running> = Vec::new();
        for mut run in runs {
            let front = running.last().map(|front| front.program.addr.clone());
            let command = &mut run.command;
            let usual = match (command.subcommand(), front) {
                ("server", _) => {
                    findings.extend(self.end(&mut running));
                    command.set("--addr", "127.0.0.1:0");
                    match self.lesson {
                        "file-transfer" => "127.0.0.1:9901",
                        _ => "127.0.0.1:8080",
                    }
                }
                ("relay", Some(front)) => {
                    command.set("--to", &front);
                    command.set("--listen", "127.0.0.1:0");
                    "127.0.0.1:9000"
                }
                (_, front) => {
                    if let Some(front) = front {
                        command.set("--addr", &front);
                    }
                    findings.extend(self.compare(run, &running));
                    continue;
                }
            };
            let Ok(log) = run.shown else { continue };
            let args = self.args(run.command);
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let program = Server::listening(self.bin, &args, false);
            running.push(Running { program, log, usual });
        }
        findings.extend(self.end(&mut running));
        findings
    }

    /// Ends the programs that run, when each has said what the page shows.
    fn end(&self, running: &mut Vec<Running>) -> Vec<Finding> {
        if updating() && !running.is_empty() {
            // How much they will say is not known yet: all that they say in a second.
            thread::sleep(Duration::from_secs(1));
        }
        let mut findings = Vec::new();
        for Running { program, log, .. } in running.iter() {
            let shown = self.page.body(log);
            let differs = |text: &str| {
                let said = self.as_a_student(text, running);
                transcript(self.page, log, &said)
            };
            let enough = |text: &str| {
                updating()
                    || match shown.iter().any(|line| is_gap(line)) {
                        true => differs(text).is_none(),
                        false => text.lines().count() >= shown.len(),
                    }
            };
            findings.extend(differs(&program.said(enough)));
        }
        running.clear();
        findings
    }

    /// Runs a command to its end, at the top of the repository, as it is typed.
    fn compare(&self, run: Run, running: &[Running]) -> Option<Finding> {
        let stdin = run.command.stdin.clone();
        let mut command = process::Command::new(self.bin);
        command.args(self.args(run.command)).current_dir(root());
        match run.shown {
            Ok(code) => {
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                let done = finish(command, stdin.as_bytes());
                let said = done.text() + &done.stderr;
                let said = self.as_a_student(&said, running);
                transcript(self.page, &code, &said)
            }
            Err(picture) => {
                let shown = show(command, stdin.as_bytes());
                let shown = self.as_a_student(&shown, running).join("\n");
                let drawn = picture.draw(&shown);
                let path = self.folder.join(&picture.file);
                let kept = drawn.and_then(|drawn| keep(&path, &drawn));
                kept.err().map(|what| Finding::new(run.line, what))
            }
        }
    }

    fn args(&self, mut command: Command) -> Vec<String> {
        for (subcommand, option, value, _) in self.instead {
            if *subcommand == command.subcommand() {
                command.set(option, value);
            }
        }
        command.args
    }

    /// Output as a student gets it: the server where it always listens, the usual folders.
    fn as_a_student(&self, text: &str, running: &[Running]) -> Vec<String> {
        let mut text = text.to_string();
        for Running { program, usual, .. } in running {
            text = text.replace(&program.addr, usual);
        }
        for (_, _, value, shown) in self.instead {
            text = text.replace(value, shown);
        }
        text.lines().map(str::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart() {
        let text =
            r"printf 'a\nb c\n' | cargo run -q -p x -- client 'two words' one";
        let mut command = Command::parse(text).unwrap();
        assert_eq!((&*command.lesson, &*command.stdin), ("x", "a\nb c\n"));
        assert_eq!(command.args, ["client", "two words", "one"]);
        command.set("--addr", "a");
        command.set("--addr", "b");
        assert_eq!(command.args[..3], ["client", "--addr", "b"]);
        let tour = Command::parse("cargo run -q -p x").unwrap();
        assert_eq!((&*tour.lesson, tour.subcommand()), ("x", ""));
        for text in ["ls", "cargo run -p x", "cat a' | cargo run -q -p x"] {
            assert_eq!(Command::parse(text), None);
        }
    }
}
