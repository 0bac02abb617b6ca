//! What is typed at the prompt, or stands on the command line, with the real server.

use tempfile::tempdir;
use testing::{Finished, run};

use crate::files::{assert_holds, files};
use crate::messages::MD5_OF_ABC;
use crate::programs::{
    BIN, Sharing, assert_succeeded, messages, one_error, run_client,
};

/// Types this, in an empty folder; also returns the names of the files in it then.
fn type_in(sharing: &Sharing, input: &[u8]) -> (Finished, Vec<String>) {
    let dir = tempdir().unwrap();
    let done = run_client(&sharing.addr, dir.path(), &[], input);
    (done, files(dir.path()).into_keys().collect())
}

#[test]
fn replies_go_to_stdout_and_nothing_prompts_in_a_pipe() {
    let sharing = Sharing::start(&[]);
    let dir = tempdir().unwrap();
    let turned = "txt.\u{202e}exe"; // shown as it is, it would read txt.exe
    sharing.write(turned, "");
    let input = format!("list\nget abc.txt\nget {turned}\n");
    let done = run_client(&sharing.addr, dir.path(), &[], input.as_bytes());
    assert_succeeded(&done);
    let dir = dir.path().display();
    let wanted = format!(
        "           3  abc.txt\n           0  \"txt.\\u{{202e}}exe\"\n\
         abc.txt: 3 bytes, md5 {MD5_OF_ABC}, saved as {dir}/abc.txt\n\
         txt.\\u{{202e}}exe: 0 bytes, md5 d41d8cd98f00b204e9800998ecf8427e, saved \
         as {dir}/txt.\\u{{202e}}exe\n"
    );
    assert_eq!(done.text().replace('\\', "/"), wanted.replace('\\', "/"));
}

#[test]
fn a_line_is_a_command_and_the_rest_of_it_a_name() {
    let sharing = Sharing::start(&[]);
    for name in ["two words.txt", "粘 包.txt", "a  b", "emoji 🦀"] {
        sharing.write(name, "abc");
    }
    for (typed, names) in [
        ("", &[][..]),
        ("\n", &[]),
        ("\r\n  \n\n", &[]),
        ("get abc.txt", &["abc.txt"]),
        ("quit\nget abc.txt\n", &[]),
        (
            "get two words.txt\r\nget 粘 包.txt \n",
            &["two words.txt", "粘 包.txt"],
        ),
        ("get a  b\nget emoji 🦀\n", &["a  b", "emoji 🦀"]),
        ("get \"two words.txt\"\n", &["two words.txt"]),
        // A Chinese keyboard types the wide space.
        ("  get\u{3000} abc.txt \n list \n", &["abc.txt"]),
        // Windows PowerShell puts a byte order mark in front of what it pipes.
        ("\u{feff}get abc.txt\r\n", &["abc.txt"]),
    ] {
        let (done, got) = type_in(&sharing, typed.as_bytes());
        assert_eq!((done.status, messages(&done)), (0, "".into()), "{typed:?}");
        assert_eq!(got, names, "{typed:?}");
    }
    let (help, _) = type_in(&sharing, b"help\n");
    for command in ["get NAME", "list", "help", "quit"] {
        let line = |line: &str| line.starts_with(command);
        assert!(help.text().lines().any(line), "{command}");
    }
}

#[test]
fn a_command_that_fails_is_one_error_and_the_next_one_works() {
    let sharing = Sharing::start(&[]);
    let mut typed: Vec<(&[u8], &str)> = vec![
        (
            b"put \x1b[2J",
            r"unknown command: put \x1b[2J; type help for those there are",
        ),
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
        let (done, got) = type_in(&sharing, &input);
        let error = one_error(&done, &sharing.addr);
        assert!(error.starts_with(wanted), "{error}");
        assert_eq!(got, ["abc.txt"], "{error}");
    }
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_not_even_asked_for() {
    let sharing = Sharing::start(&[]);
    for name in ["../evil", "/etc/passwd", "..", "C:x", "NUL", "a\x1bb"] {
        let input = format!("get {name}\n");
        let (done, got) = type_in(&sharing, input.as_bytes());
        let error = one_error(&done, &sharing.addr);
        let wanted = "cannot be the name of a shared file: ";
        assert!(error.contains(wanted), "{error}");
        assert!(got.is_empty(), "{got:?}");
    }
    assert!(!sharing.said(|_| true).contains("get "));
}

#[test]
fn the_rest_of_an_endless_line_is_no_command() {
    let sharing = Sharing::start(&[]);
    let mut input = b"put ".to_vec();
    input.resize(common::input::MAX_LINE, b'x');
    input.extend(b"get abc.txt\nquit\n");
    let (done, got) = type_in(&sharing, &input);
    let error = one_error(&done, &sharing.addr);
    assert!(error.starts_with("unknown command: put xxxx"), "{error}");
    assert!(error.len() < 200 && got.is_empty(), "{error}");
}

#[test]
fn a_name_on_the_command_line_is_taken_as_it_is_with_quotes_or_without() {
    let sharing = Sharing::start(&[]);
    sharing.write("first", "another file");
    sharing.write(" first", "abc");
    for name in [" first", "\" first\""] {
        let dir = tempdir().unwrap();
        let get = ["get", name];
        let done = run_client(&sharing.addr, dir.path(), &get, b"");
        assert_succeeded(&done);
        assert_holds(dir.path(), &[(" first", b"abc")]);
    }
}

#[test]
fn the_options_of_the_client_may_stand_behind_the_command() {
    let sharing = Sharing::start(&[]);
    let dir = tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let args = ["client", "get", "abc.txt", "--dir", folder, "--addr"];
    let done = run(BIN, &[&args[..], &[&sharing.addr]].concat(), b"");
    assert_succeeded(&done);
    assert_eq!(files(dir.path()).len(), 1);
}
