//! Transcripts of whole gradings, in files of `golden` that a reader can compare: what is
//! typed, and what grade says. The programs are those of `tests/python`.
//!
//! `UPDATE_README=1 cargo test -p grade` writes them again.

use std::net::{Shutdown, TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::{fs, io, thread};

use socket2::SockRef;
use testing::raw::accept;

use crate::program::{PYTHON, free_port, grade};

/// What grade says to these words; `None` where there is no Python. 12000 and 12001 stand
/// for free ports, in the programs too. 12002 is that of a silent server, and 12003 that
/// of one that is gone when it has answered one client.
fn report(words: &str) -> Option<String> {
    let is_python = words.contains("python3 ");
    let python = if is_python { PYTHON.as_deref()? } else { "" };
    let python = format!("{python} -S "); // it starts in half the time
    let mut ports = vec![("12000", free_port()), ("12001", free_port())];
    let mut servers = Vec::new();
    for name in ["12002", "12003"] {
        if words.contains(name) {
            let port = free_port();
            let at = format!("127.0.0.1:{port}");
            let tcp = TcpListener::bind(&at).unwrap();
            servers.push((tcp, UdpSocket::bind(at).unwrap()));
            ports.push((name, port));
        }
    }
    if words.contains("12003") {
        let (gone, _) = servers.remove(0);
        thread::spawn(move || {
            let mut stream = accept(&gone);
            // A program that is being started has it, too.
            let _ = SockRef::from(&gone).shutdown(Shutdown::Both);
            drop(gone);
            let _ = io::copy(&mut stream.try_clone().unwrap(), &mut stream);
        });
    }
    let real = |text: String| {
        ports.iter().fold(text, |text, (name, port)| text.replace(name, port))
    };
    let folder = tempfile::tempdir().unwrap();
    // What is named: grade makes a link to each, for every start.
    for part in ["", "class"].iter().filter(|part| words.contains(**part)) {
        let copies = folder.path().join(part);
        fs::create_dir_all(&copies).unwrap();
        let all = Path::new("tests/python").join(part).read_dir().unwrap();
        for program in all.flatten().filter(|one| one.path().is_file()) {
            let name = program.file_name().into_string().unwrap();
            if *part == "class" || words.contains(&name) {
                let text = fs::read_to_string(program.path()).unwrap();
                fs::write(copies.join(name), real(text)).unwrap();
            }
        }
    }
    if words.contains("--each class") {
        // Nothing waits for a pipe. (Windows has none in a folder.)
        let pipe = folder.path().join("class/pipe");
        let _only_here = Command::new("mkfifo").arg(pipe).status();
    }
    let typed = real(words.replace("python3 ", &python));
    let done = grade(folder.path(), &typed, &[]);
    let said = done.text().replace(&python, "python3 ");
    let wide = |line: &&str| line.chars().count() > 80 && !line.contains(" - ");
    assert_eq!(said.lines().find(wide), None, "{words}: wider than a terminal");
    let json = fs::read_to_string(folder.path().join("class/results.json"));
    let said = said + &done.stderr + &json.unwrap_or_default();
    let said =
        ports.iter().fold(said, |said, (name, port)| said.replace(port, name));
    // The table of a class has the seconds that each took.
    let stable_word = |word: &str| match word.parse::<f64>() {
        Ok(_) if word.contains('.') && words.contains("--each") => {
            format!("{:>1$}", "S.S", word.len())
        }
        _ => word.to_string(),
    };
    let stable = |line: &str| {
        line.split(' ').map(stable_word).collect::<Vec<_>>().join(" ")
    };
    let lines = said.lines().filter(|line| is_stable(line)).map(stable);
    let said = lines.collect::<Vec<_>>().join("\n");
    Some(format!("$ grade {words}\n{said}\nstatus {}\n", done.status))
}

/// Is it the same in each run? Of what Python prints when it dies, only the last line is
/// the same everywhere; and what a server still prints when it is ended depends on the
/// moment.
fn is_stable(line: &str) -> bool {
    let begins = [
        "stderr |  ",
        "stderr | Traceback",
        "stdout | b'",
        "stdout | Rec",
        "\"execution_time\"",
        "\"output\": \"tcp-echo server: ", // and the path of a copy
    ];
    !begins.iter().any(|begin| line.trim_start().starts_with(begin))
}

#[test]
fn every_report_is_the_one_in_its_file() {
    let all = ["tests/golden", "tests/golden/linux"];
    let folders = if cfg!(target_os = "linux") { &all[..] } else { &all[..1] };
    let files = folders.iter().flat_map(|f| fs::read_dir(f).unwrap().flatten());
    thread::scope(|scope| {
        for file in files.filter(|file| file.path().is_file()) {
            scope.spawn(move || is_of_now(&file.path()));
        }
    });
}

/// What this file has is what grade says now.
fn is_of_now(file: &Path) {
    let wanted = fs::read_to_string(file).unwrap();
    let typed = wanted.lines().filter_map(|l| l.strip_prefix("$ grade "));
    let now: Option<Vec<String>> = typed.map(report).collect();
    let Some(now) = now else { return };
    let now = now.join("\n");
    if testing::finding::updating() {
        return fs::write(file, now).unwrap();
    }
    let changes = similar::TextDiff::from_lines(&wanted, &now);
    let changes = changes.unified_diff().header("golden", "now").to_string();
    // Elsewhere the words for an error are the system's own, but not of wrong usage.
    let is_ours = |line: &&str| {
        line.starts_with("error: ") || line.starts_with("status ")
    };
    let same = !file.ends_with("usage.txt")
        || wanted.lines().filter(is_ours).eq(now.lines().filter(is_ours));
    assert!(
        changes.is_empty() || (same && !cfg!(target_os = "linux")),
        "\n{}:\n{changes}\nUPDATE_README=1 cargo test -p grade writes it again",
        file.display()
    );
}
