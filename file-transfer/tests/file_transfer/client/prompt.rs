//! What is typed at the prompt, or stands on the command line, with the real server.

use crate::downloads::{EARLIER, Ended, Folder};
use crate::messages::MD5_OF_ABC;
use crate::programs::Sharing;

/// Types this; then these files are there, each of them a copy of abc.txt.
#[track_caller]
fn type_in(
    sharing: &Sharing,
    input: impl AsRef<[u8]>,
    names: &[&str],
) -> Ended {
    let dir = Folder::new();
    let ended = dir.run(&sharing.addr, &[], input);
    dir.holds(&Vec::from_iter(names.iter().map(|name| (*name, &b"abc"[..]))));
    ended
}

#[test]
fn replies_go_to_stdout_and_nothing_prompts_in_a_pipe() {
    let sharing = Sharing::start(&[]);
    let turned = "txt.\u{202e}exe"; // shown as it is, it would read txt.exe
    sharing.write(turned, "");
    let input = format!("list\nget abc.txt\nget {turned}\n");
    let ended = Folder::new().run(&sharing.addr, &[], input);
    ended.succeeded();
    let wanted = format!(
        "           3  abc.txt\n           0  \"txt.\\u{{202e}}exe\"\n\
         abc.txt: 3 bytes, md5 {MD5_OF_ABC}, saved as DIR/abc.txt\n\
         txt.\\u{{202e}}exe: 0 bytes, md5 d41d8cd98f00b204e9800998ecf8427e, saved \
         as DIR/txt.\\u{{202e}}exe\n"
    );
    assert_eq!(ended.out, wanted);
}

#[test]
fn a_line_is_a_command_and_the_rest_of_it_a_name() {
    let sharing = Sharing::start(&[]);
    let longest = "n".repeat(255 - ".unfinished".len());
    let mut names = vec!["two words.txt", "粘 包.txt", "a  b", "emoji 🦀"];
    if !cfg!(windows) {
        names.push(&longest); // there the whole path has a limit, too
    }
    names.iter().for_each(|name| sharing.write(name, "abc"));
    let each: String = names.iter().map(|n| format!("get {n}\n")).collect();
    for (typed, names) in [
        ("", &[][..]),
        ("\n", &[]),
        ("\r\n  \n\n", &[]),
        ("get abc.txt", &["abc.txt"]),
        ("quit\nget abc.txt\n", &[]),
        ("get two words.txt\r\nget 粘 包.txt \n", &names[..2]),
        (&each, &names),
        ("get \"two words.txt\"\n", &["two words.txt"]),
        // A Chinese keyboard types the wide space.
        ("  get\u{3000} abc.txt \n list \n", &["abc.txt"]),
        // Windows PowerShell puts a byte order mark in front of what it pipes.
        ("\u{feff}get abc.txt\r\n", &["abc.txt"]),
    ] {
        type_in(&sharing, typed, names).succeeded();
    }
    let help = type_in(&sharing, "help\n", &[]);
    for command in ["get NAME", "list", "help", "quit"] {
        let line = |line: &str| line.starts_with(command);
        assert!(help.out.lines().any(line), "{command}");
    }
}

#[test]
fn a_command_that_fails_is_one_error_and_the_next_one_works() {
    let sharing = Sharing::start(&[]);
    let no_command = common::input::MAX_LINE - "put ".len();
    let endless = format!("put {}get no.txt", "x".repeat(no_command));
    let mut typed: Vec<(&[u8], &str)> = vec![
        (b"put \x1b[2J", r"unknown command: put \x1b[2J; type help to see"),
        // The rest of it is no command.
        (endless.as_bytes(), "unknown command: put xxxx"),
        (b"get", "get what? type get NAME; list shows the names"),
        (b"get   ", "get what? "),
        (b"get \xff\xfe", "commands are UTF-8"),
        (b"get b", "cannot get b from ADDR: the server says: no such file: b"),
    ];
    if cfg!(target_os = "linux") {
        // Elsewhere it is the same file.
        let said = "cannot get Abc.TXT from ADDR: the server says: no such file: \
                    Abc.TXT; there is abc.txt";
        typed.push((b"get Abc.TXT", said));
    }
    for (line, wanted) in typed {
        let input = [line, b"\nget abc.txt\nquit\n"].concat();
        let ended = type_in(&sharing, input, &["abc.txt"]);
        let error = ended.error();
        assert!(error.starts_with(wanted) && error.len() < 200, "{error}");
    }
}

/// It leads out of the folder; or it is that of an unfinished download.
#[test]
fn a_name_that_the_lesson_cannot_save_is_not_even_asked_for() {
    let sharing = Sharing::start(&[]);
    let dir = Folder::with(&[("abc.txt.unfinished", EARLIER)]);
    let no_name = "cannot be the name of a shared file: ";
    let its_own = ": names that end in .unfinished are those of unfinished \
                   downloads; rename the file on the server";
    let shorter = "; give it a shorter name on the server";
    for (name, wanted) in [
        ("../evil", no_name),
        ("/etc/passwd", no_name),
        ("..", no_name),
        ("C:x", no_name),
        ("NUL", no_name),
        ("a\x1bb", no_name),
        ("abc.txt.unfinished", its_own),
        // The same file on Windows and macOS.
        ("abc.txt.UNFINISHED", its_own),
        (".unfinished", its_own),
        (&"n".repeat(256 - ".unfinished".len()), shorter),
    ] {
        let input = format!("get {name}\n");
        dir.run(&sharing.addr, &[], input).failed(wanted);
        dir.holds(&[("abc.txt.unfinished", EARLIER)]);
    }
    assert!(!sharing.said(|_| true).contains("get "));
}

#[cfg(target_os = "linux")] // where each of these can be the name of a file
#[test]
fn what_a_listing_shows_can_be_typed_back() {
    let sharing = Sharing::start(&[]);
    let names =
        [" first", "cafe\u{301}", "last\u{3000}", "turn\u{202e}ed", "粘 包"];
    names.iter().for_each(|name| sharing.write(name, "abc"));
    let listed = type_in(&sharing, "list\n", &[]).out;
    let shown = listed.lines().map(|line| format!("get {}\n", &line[14..]));
    let all = [&names[..], &["abc.txt"]].concat();
    type_in(&sharing, shown.collect::<String>(), &all).succeeded();
    // In the other Unicode form: the answer has the one that is there.
    let other = type_in(&sharing, "get caf\u{e9}\n", &[]);
    other.failed("there is cafe\u{301}, which is written with other");
}

#[test]
fn a_name_on_the_command_line_is_taken_as_it_is_with_quotes_or_without() {
    let sharing = Sharing::start(&[]);
    sharing.write("first", "another file");
    sharing.write(" first", "abc");
    for name in [" first", "\" first\""] {
        let dir = Folder::new();
        dir.get(&sharing.addr, name).succeeded();
        dir.holds(&[(" first", b"abc")]);
    }
}
