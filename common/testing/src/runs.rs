//! Runs the commands of all pages, as a student runs them, and compares what they print.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::command::{Command, Shown};
use crate::finding::{Finding, settle, updating};
use crate::links::pages;
use crate::page::{Code, Page};
use crate::picture::keep;
use crate::program::{Server, finish, show};
use crate::shown::{is_gap, transcript};

/// Where a student's client saves.
const DOWNLOADS: &str = "file-transfer/download";

/// Runs every command of this lesson on every page of the repository, and compares what
/// it prints: a block ` ```console ` is a command and its output, and a `picture:`
/// comment names a file and a command ([`picture`](crate::picture)). A server runs until
/// the next one, or to the end of the page, and so does a relay in front of it; the
/// clients behind it on the page talk to that one, and save in a folder of the page's
/// own. With `UPDATE_README=1` pages and pictures are rewritten.
pub fn check_pages(lesson: &str, bin: &str) {
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error, and how a reset shows, are the system's own
    }
    let check = |path: PathBuf| {
        let (page, folder) = (&Page::read(&path), path.parent()?);
        let downloads = tempfile::tempdir().unwrap();
        let check = Check { lesson, bin, page, folder, downloads };
        Some(settle(&path, check.run()?))
    };
    let checked: Vec<_> = thread::scope(|scope| {
        let page = |path| scope.spawn(move || check(path));
        let all: Vec<_> = pages(&root()).into_iter().map(page).collect();
        all.into_iter().filter_map(|page| page.join().unwrap()).collect()
    });
    assert!(!checked.is_empty(), "no page has a command of {lesson}");
    let said = checked.concat();
    assert!(said.is_empty(), "{said}");
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// The check of one page.
struct Check<'a> {
    lesson: &'a str,
    bin: &'a str,
    page: &'a Page,
    folder: &'a Path,
    downloads: TempDir,
}

/// A server or a relay that runs.
struct Running {
    program: Server,
    /// Where the page shows its log.
    log: Code,
    /// Where a student's listens.
    usual: &'static str,
}

impl Check<'_> {
    /// What is wrong; `None` when no command is one of the lesson.
    fn run(&self) -> Option<Vec<Finding>> {
        let all = self.page.elements.iter().filter_map(Command::of);
        let ours = all.filter(|command| command.lesson == self.lesson);
        let talks = |command: &Command| {
            ["server", "relay", "client"].contains(&command.subcommand())
        };
        let (talking, alone): (Vec<_>, Vec<_>) = ours.partition(talks);
        if alone.is_empty() && talking.is_empty() {
            return None;
        }
        Some(thread::scope(|scope| {
            // What talks to nobody runs beside the rest.
            let start = |run| scope.spawn(move || self.compare(run, &[]));
            let alone: Vec<_> = alone.into_iter().map(start).collect();
            let mut findings = self.talk(talking);
            let ends = alone.into_iter().map(|thread| thread.join().unwrap());
            findings.extend(ends.flatten());
            findings
        }))
    }

    /// Servers, relays and clients, one after the other.
    fn talk(&self, commands: Vec<Command>) -> Vec<Finding> {
        let (mut findings, mut running) = (Vec::new(), Vec::new());
        let ends = |log: &str| log.matches(" closed").count();
        let mut clients = 0;
        for mut command in commands {
            let front =
                running.last().map(|r: &Running| r.program.addr.clone());
            let usual = match (command.subcommand(), front) {
                ("server", _) => {
                    findings.extend(self.end(&mut running));
                    clients = 0;
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
                    findings.extend(self.compare(command, &running));
                    // Its end is logged before the next client comes.
                    clients += 1;
                    for server in &running {
                        let shown = ends(&server.log.lines.join("\n"));
                        let all = clients.min(shown);
                        server.program.said(|text| ends(text) >= all);
                    }
                    continue;
                }
            };
            let program = Server::listening(self.bin, &command.args);
            if let Shown::Below(log) = command.shown {
                running.push(Running { program, log, usual });
            }
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
            let differs =
                |text: &str| transcript(log, &self.as_a_student(text, running));
            let has_gap = log.lines.iter().any(|line| is_gap(line));
            let enough = |text: &str| {
                updating()
                    || has_gap && differs(text).is_none()
                    || !has_gap && text.lines().count() >= log.lines.len()
            };
            findings.extend(differs(&program.said(enough)));
        }
        running.clear();
        findings
    }

    /// Runs a command to its end, at the top of the repository, as it is typed.
    fn compare(
        &self,
        mut command: Command,
        running: &[Running],
    ) -> Option<Finding> {
        let mut program = process::Command::new(self.bin);
        if (self.lesson, command.subcommand()) == ("file-transfer", "client") {
            command.set("--dir", &self.downloads.path().to_string_lossy());
        }
        program.args(&command.args).current_dir(root());
        let stdin = command.stdin.as_bytes();
        match command.shown {
            Shown::Below(code) => {
                program.stdout(Stdio::piped()).stderr(Stdio::piped());
                let done = finish(program, stdin);
                let printed = done.text() + &done.stderr;
                transcript(&code, &self.as_a_student(&printed, running))
            }
            Shown::Drawn(picture) => {
                let shown = self.as_a_student(&show(program, stdin), running);
                let drawn = picture.draw(&shown.join("\n"));
                let path = self.folder.join(&picture.file);
                let kept = drawn.and_then(|drawn| keep(&path, &drawn));
                kept.err().map(|what| Finding::new(command.line, what))
            }
        }
    }

    /// Output as a student gets it: the server where it always listens, the usual
    /// folder.
    fn as_a_student(&self, text: &str, running: &[Running]) -> Vec<String> {
        let downloads = self.downloads.path().to_string_lossy();
        let mut text = text.replace(&*downloads, DOWNLOADS);
        for Running { program, usual, .. } in running {
            text = text.replace(&program.addr, usual);
        }
        text.lines().map(str::to_string).collect()
    }
}
