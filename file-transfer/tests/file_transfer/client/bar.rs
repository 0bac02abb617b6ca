//! The progress bar, at a terminal, and the picture of it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use tempfile::{TempDir, tempdir};
use testing::RawServer;
use testing::frames::frame;
use testing::picture::keep;
use testing::picture::svg;
use testing::raw::wait_for_end;
use testing::session::Session;

use crate::messages::header;
use crate::programs::BIN;

/// 16 MiB of zeros, and what `md5sum` says of them.
const SIZE: usize = 16 << 20;
const MD5: &str = "2c7ab85a893283e98c931e9511add182";

/// A server that sends half of such a file, `pause` before each of eight pieces, and the
/// rest when it is told to.
fn slow_server(name: &str, pause: Duration) -> (RawServer, Sender<()>) {
    let (go_on, wait) = mpsc::channel();
    let header = frame(header(name, SIZE as u64, MD5));
    let server = RawServer::asked(move |mut stream| {
        stream.write_all(&header).unwrap();
        let mut left = SIZE;
        for _ in 0..8 {
            thread::sleep(pause);
            stream.write_all(&[0; SIZE / 16]).unwrap();
            left -= SIZE / 16;
        }
        // The bar is drawn when bytes come, and not each time: some more bytes.
        let moment = Duration::from_millis(20);
        while wait.recv_timeout(moment) == Err(RecvTimeoutError::Timeout) {
            stream.write_all(&[0]).unwrap();
            left -= 1;
        }
        stream.write_all(&vec![0; left]).unwrap();
        wait_for_end(&mut stream);
    });
    (server, go_on)
}

/// A client at a terminal, which saves where a student's does.
fn client(
    server: &RawServer,
    columns: u16,
    no_color: &str,
    options: &[&str],
) -> (TempDir, Session) {
    let folder = tempdir().unwrap();
    let mut command = Command::new(BIN);
    let dir = ["--dir", "file-transfer/download"];
    fs::create_dir(folder.path().join("file-transfer")).unwrap();
    command.args(["client", "--addr", &server.addr]).args(dir).args(options);
    command.current_dir(&folder).env("NO_COLOR", no_color);
    let session = Session::start(command, columns);
    // What is typed now stands behind the prompt.
    session.shows(|rows| rows.last().is_some_and(|row| row == ">>:"));
    (folder, session)
}

/// The bar when half of the file has come.
fn half_way(rows: &[String]) -> Option<&String> {
    rows.iter().find(|row| row.contains("] 50% of 16.00 MiB, "))
}

fn is_back_at_the_prompt(rows: &[String]) -> bool {
    rows.len() > 1 && rows.last().is_some_and(|row| row == ">>:")
}

/// Ends both; returns all that the client has written.
fn quit(mut session: Session, server: RawServer) -> String {
    session.type_line("quit");
    let (status, written) = session.end();
    server.end();
    assert_eq!(status, 0);
    written
}

#[test]
fn the_readme_shows_the_bar_half_way_and_the_line_that_takes_its_place() {
    let (server, go_on) = slow_server("film.mp4", Duration::from_millis(100));
    let (_folder, mut session) = client(&server, 80, "", &[]);
    session.type_line("get film.mp4");
    let half = session.shows(|rows| half_way(rows).is_some());
    go_on.send(()).unwrap();
    let whole = session.shows(is_back_at_the_prompt);
    quit(session, server);

    // The bar has left nothing behind. Its line is one of 80 columns, like the others.
    let saved = format!(
        "film.mp4: {SIZE} bytes, md5 {MD5}, saved as \
         file-transfer/download/film.mp4"
    );
    let (first, second) = saved.split_at(80);
    assert_eq!(whole, [">>: get film.mp4", first, second, ">>:"]);
    assert_eq!(half.len(), 2, "{half:?}");

    let picture = format!(
        "$ cargo run -q -p file-transfer -- client\n{}\n\n\
         ... and when all of it has come:\n\n{}",
        half.join("\n"),
        whole.join("\n")
    );
    keep(Path::new("pictures/progress.svg"), &svg("A progress bar", &picture))
        .unwrap();
}

#[test]
fn the_bar_fits_into_a_narrow_terminal_and_has_no_colour() {
    for name in ["film.mp4", "粘包.txt"] {
        let (server, go_on) = slow_server(name, Duration::ZERO);
        let (_folder, mut session) = client(&server, 60, "1", &[]);
        session.type_line(&format!("get {name}"));
        let rows = session.shows(|rows| half_way(rows).is_some());
        let bar = half_way(&rows).unwrap();
        assert!(bar.starts_with(&format!("{name} [==")), "{bar}");
        assert!(bar.ends_with(" left"), "{bar}");
        assert_eq!(rows.len(), 2, "{rows:?}");
        go_on.send(()).unwrap();
        session.shows(is_back_at_the_prompt);
        let written = quit(session, server);
        // A colour is ESC [ NUMBERS m.
        let mut codes = written.split("\x1b[").skip(1);
        let is_number = |c: char| c.is_ascii_digit() || c == ';';
        let colour = codes
            .find(|code| code.trim_start_matches(is_number).starts_with('m'));
        assert_eq!(colour, None);
    }
}

#[test]
fn between_the_lines_of_a_trace_there_is_no_bar() {
    let pause = Duration::from_millis(30);
    let (server, go_on) = slow_server("film.mp4", pause);
    let (_folder, mut session) = client(&server, 80, "1", &["--trace"]);
    go_on.send(()).unwrap();
    session.type_line("get film.mp4");
    session.shows(|rows| rows.iter().any(|row| row.starts_with("film.mp4: ")));
    let written = quit(session, server);
    assert!(written.contains("client     read "), "{written}");
    assert!(!written.contains("% of"), "{written}");
}
