//! stdin and stdout of a process of its own: pieces of lines, and streams that do not
//! wait.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use common::input::Input;
use common::output::print;
use common::printable::hex;

/// A process that reads stdin piece by piece, of this length at most.
fn reader(longest: usize, stdin: impl Into<Stdio>) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "streams::reads_its_stdin",
        ])
        .env("LONGEST", longest.to_string())
        .stdin(stdin)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the tests below run it in a process of its own"]
fn reads_its_stdin() {
    let longest = std::env::var("LONGEST").unwrap().parse().unwrap();
    let mut input = Input::stdin();
    eprintln!("ready");
    loop {
        match input.piece(longest) {
            Ok(Some(piece)) => eprintln!("{}", hex(&piece)),
            Ok(None) => return,
            Err(e) => return eprintln!("{e}"),
        }
    }
}

/// The pieces that a reader has said it has read.
fn pieces(mut reader: Child) -> Vec<String> {
    let mut said = String::new();
    reader.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(reader.wait().unwrap().success(), "{said}");
    said.lines().filter(|line| *line != "ready").map(Into::into).collect()
}

#[test]
fn a_line_comes_in_pieces_that_end_between_characters() {
    for (text, wanted) in [
        (&b"one\n\ntwo"[..], &["6f 6e 65 0a", "0a", "74 77 6f"][..]),
        (b"onetwo\n", &["6f 6e 65 74", "77 6f 0a"]),
        (b"one!\nx", &["6f 6e 65 21", "0a", "78"]),
        ("粘包a".as_bytes(), &["e7 b2 98", "e5 8c 85 61"]),
        ("ae\u{301}e\u{301}".as_bytes(), &["61 65 cc 81", "65 cc 81"]),
        (b"\xff\xff\xff\xff\xff", &["ff ff ff ff", "ff"]),
        (b"", &[]),
    ] {
        let mut reader = reader(4, Stdio::piped());
        reader.stdin.take().unwrap().write_all(text).unwrap();
        assert_eq!(pieces(reader), wanted, "{text:?}");
    }
}

/// A terminal does not wait when another program has told it so; nor does this.
#[cfg(unix)]
#[test]
fn a_stdin_that_does_not_wait_is_waited_for() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    let (mut ours, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let mut reader = reader(9, OwnedFd::from(theirs));
    // It has found nothing there, several times, or has ended, when it is written to.
    let stderr = reader.stderr.as_mut().unwrap();
    stderr.read_exact(&mut [0; 6]).unwrap();
    for part in ["on", "e\ntw", "o\n"] {
        std::thread::sleep(std::time::Duration::from_millis(50));
        ours.write_all(part.as_bytes()).unwrap();
    }
    drop(ours);
    assert_eq!(pieces(reader), ["6f 6e 65 0a", "74 77 6f 0a"]);
}

#[cfg(unix)]
#[test]
fn a_stdin_that_cannot_be_read_is_an_error_with_a_remedy() {
    let folder = std::fs::File::open(".").unwrap();
    let told = "cannot read standard input (is a directory); give it a file, \
                a pipe or a terminal";
    assert_eq!(pieces(reader(9, folder)), [told]);
}

#[test]
#[ignore = "the test below runs it in a process of its own"]
fn prints_more_than_fits() {
    for line in 0..2000 {
        print(format_args!("{line:01000}")).unwrap();
    }
    // The harness has more to print, and would fail where there is no room.
    std::process::exit(0);
}

#[cfg(unix)]
#[test]
fn a_stdout_that_does_not_wait_gets_every_line() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    let (mut ours, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let test = "streams::prints_more_than_fits";
    let mut printing = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test])
        .stdout(OwnedFd::from(theirs))
        .spawn()
        .unwrap();
    // Time to fill the stream. (On a machine that is too busy for that the test proves
    // less, and passes.)
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut came = String::new();
    ours.read_to_string(&mut came).unwrap();
    assert!(printing.wait().unwrap().success());
    let lines = came.lines().filter(|line| line.len() == 1000);
    assert!(lines.map(|line| line.parse().ok()).eq((0..2000).map(Some)));
}
