//! What the program makes for itself alone goes with it, however it ends.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

use testing::RawServer;
#[cfg(target_os = "linux")]
use testing::program::few_files;
use testing::raw::wait_for_end;

use crate::downloads::Folder;
use crate::programs::{BIN, signal};

#[path = "../../src/made.rs"]
mod source;

#[test]
fn a_folder_is_removed_while_threads_still_write_there() {
    for _ in 0..20 {
        let around = Folder::new();
        let made = source::Made::new(&around.path, "");
        let folder = made.0.clone();
        fs::create_dir(&folder).unwrap();
        let write = |n: &str| fs::write(folder.join(n), "").is_ok();
        thread::scope(|scope| {
            for thread in ["a", "b"] {
                let mut each = (0..2_000).map(move |n| format!("{thread}{n}"));
                scope.spawn(move || each.all(|name| write(&name)));
            }
            thread::sleep(Duration::from_millis(2));
            drop(made);
        });
        around.holds(&[]);
    }
}

/// The tour, which writes into a temporary folder, here one of the test's own.
fn tour(folder: &Folder) -> Command {
    let mut tour = Command::new(BIN);
    tour.env("TMPDIR", &folder.path).stderr(Stdio::piped());
    tour
}

#[test]
fn a_tour_that_nobody_reads_to_its_end_leaves_nothing_behind() {
    let folder = Folder::new();
    let mut tour = tour(&folder).stdout(Stdio::piped()).spawn().unwrap();
    // As head -4 does: by then the tour has made its folder.
    let lines = BufReader::new(tour.stdout.take().unwrap()).lines();
    assert_eq!(lines.take(4).map(Result::unwrap).count(), 4);
    let done = tour.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr), (Some(0), Vec::new()));
    folder.holds(&[]);
}

#[cfg(target_os = "linux")] // where so many bytes fill a pipe
#[test]
fn a_tour_that_a_signal_ends_leaves_nothing_behind() {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;

    use crate::programs::until;

    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let folder = Folder::new();
        // In the middle of its work: it waits until somebody reads what it says.
        let (_reader, writer) = std::io::pipe().unwrap();
        (&writer).write_all(&[b'x'; 16 * 4096]).unwrap();
        let mut tour = tour(&folder).stdout(writer).spawn().unwrap();
        until(|| fs::read_dir(&folder.path).unwrap().count() > 0);
        signal(name, tour.id());
        assert_eq!(tour.wait().unwrap().signal(), Some(number));
        folder.holds(&[]);
    }
    // Its terminal is closed, while it waits there for Enter.
    let folder = Folder::new();
    let mut command = tour(&folder);
    command.arg("--step");
    let tour = testing::session::Session::start(command, 80);
    tour.shows(|rows| rows.iter().any(|row| row.contains("(Enter)")));
    signal("HUP", tour.id());
    until(|| fs::read_dir(&folder.path).unwrap().count() == 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_tour_without_room_for_its_files_says_where_and_what_helps() {
    for (less, why) in [
        ("ulimit -f 0", "file too large"),
        // In a namespace of its own: when the tour goes, the mount goes, too.
        ("mount -t tmpfs -o size=64k tmpfs $0", "no storage space"),
        ("mount -t tmpfs -o size=300k tmpfs $0", "no storage space"),
    ] {
        let folder = Folder::new();
        let path = folder.path.to_str().unwrap();
        let run = "TMPDIR=$0 \"$@\"; ls -A $0 >&2";
        let script = format!("{less} && {{ {run}; }}");
        let words = ["unshare", "-rm", "bash", "-c", &script, path];
        let Some(words) = crate::programs::by(&words) else { return };
        let said = testing::run(words[0], &words[1..], b"").stderr;
        let start = format!("error: cannot make {path}");
        let helps = format!(" ({why}); make room there, or set TMPDIR");
        assert!(said.starts_with(&start) && said.contains(&helps), "{said}");
        assert_eq!(said.lines().count(), 1, "it has left {said}");
    }
}

/// One of its two ends would fail in the middle, and not say of what there is too little.
#[cfg(target_os = "linux")]
#[test]
fn a_tour_with_too_few_files_says_so_before_it_begins() {
    for most in 6..=10 {
        let shell = few_files(most) + "\"$0\"";
        let done = testing::run("/bin/sh", &["-c", &shell, BIN], b"");
        let said = done.stderr;
        let error = "error: cannot open a socket (too many open files); allow";
        let is_whole = done.status == 0 && said.is_empty();
        assert!(is_whole || said.starts_with(error), "{most}: {said}");
    }
}

#[test]
fn a_client_that_has_received_nothing_yet_leaves_nothing_behind() {
    let (asked, wait) = mpsc::channel();
    let server = RawServer::asked(move |mut stream| {
        asked.send(()).unwrap();
        wait_for_end(&mut stream);
    });
    let around = Folder::new();
    let deep = Folder::at(around.path.join("deep"));
    let mut client = deep.client(&server.addr, &["get", "x"]).spawn().unwrap();
    wait.recv().unwrap();
    signal("TERM", client.id());
    client.wait().unwrap();
    around.holds(&[]);
    server.end();
}
