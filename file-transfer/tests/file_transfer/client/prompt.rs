//! The prompt, with the real server.

use tempfile::tempdir;
use testing::files::{a_file, files};

use crate::client::hello::{
    HELLO, client, messages, one_error, share, type_in,
};

#[test]
fn replies_go_to_stdout_and_nothing_prompts_in_a_pipe() {
    let (_share, server) = share(&[("hello.txt", HELLO), ("b", b"")]);
    let (done, files) = type_in(&server, b"list\nget hello.txt\n");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    let text = done.text();
    let (listing, saved) = text.split_at(text.find("hello.txt: ").unwrap());
    assert_eq!(listing, "           0  b\n           6  hello.txt\n");
    assert!(saved.starts_with("hello.txt: 6 bytes, md5 b1946ac92492d234"));
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn an_unknown_command_is_an_error_and_the_next_one_works() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"put \x1b[2J\nget hello.txt\n");
    let error = one_error(&done, &server.addr);
    let wanted = r"unknown command: put \x1b[2J; type help for those there are";
    assert_eq!(error, wanted);
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn get_without_a_name_is_an_error() {
    let (_share, server) = share(&[]);
    for input in [&b"get\n"[..], b"get \n", b"get   "] {
        let (done, files) = type_in(&server, input);
        let error = one_error(&done, &server.addr);
        let wanted = "get what? type get NAME; list shows the names";
        assert_eq!(error, wanted);
        assert_eq!((done.text().as_str(), files.len()), ("", 0));
    }
}

#[test]
fn empty_lines_and_an_empty_input_are_no_errors() {
    let (_share, server) = share(&[]);
    for input in [&b""[..], b"\n", b"\r\n", b"  \n\n\n"] {
        let (done, _) = type_in(&server, input);
        let printed = (done.text(), messages(&done));
        assert_eq!((done.status, printed), (0, (String::new(), String::new())));
    }
}

#[test]
fn names_with_spaces_and_chinese_names_are_names() {
    let names = ["two words.txt", "粘包.txt", "粘 包 ", "a  b", "emoji 🦀"];
    let files_there = names.map(|name| (name.trim_end(), HELLO));
    let (_share, server) = share(&files_there);
    let input = names.map(|name| format!("get {name}\r\n")).concat();
    let (done, got) = type_in(&server, input.as_bytes());
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    let mut wanted = files_there.map(|(name, bytes)| a_file(name, bytes));
    wanted.sort();
    assert_eq!(got, wanted);
}

#[test]
fn a_name_that_turns_the_text_around_is_saved_but_not_printed_raw() {
    let name = "txt.\u{202e}exe";
    let (_share, server) = share(&[(name, HELLO)]);
    let (done, files) = type_in(&server, format!("get {name}\n").as_bytes());
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert!(!done.text().contains('\u{202e}'), "{:?}", done.text());
    assert_eq!(done.text().matches("txt.\\u{202e}exe").count(), 2);
    assert_eq!(files, [a_file(name, HELLO)]);
}

#[test]
fn a_command_that_is_not_utf_8_is_an_error_and_the_next_one_works() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"get \xff\xfe\nget hello.txt\n");
    let error = one_error(&done, &server.addr);
    assert!(error.starts_with("commands are UTF-8"), "{error}");
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn spaces_around_a_command_and_its_name_are_no_part_of_them() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(
        &server,
        // A Chinese keyboard types the wide space, U+3000.
        "  get\u{3000} hello.txt \n list \n".as_bytes(),
    );
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn a_last_line_without_a_newline_is_a_command() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"get hello.txt");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn quit_ends_the_client_before_what_follows() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"quit\nget hello.txt\n");
    let printed = (done.text(), messages(&done));
    assert_eq!((done.status, printed), (0, (String::new(), String::new())));
    assert_eq!(files, []);
    // A failure before it still counts.
    let (done, _) = type_in(&server, b"nonsense\nquit\n");
    assert_eq!(done.status, 1);
}

#[test]
fn help_names_every_command() {
    let (_share, server) = share(&[]);
    let (done, _) = type_in(&server, b"help\n");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    for command in ["get NAME", "list", "help", "quit"] {
        let line = |line: &str| line.starts_with(command);
        assert!(done.text().lines().any(line), "{command}");
    }
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_not_even_asked_for() {
    let (_share, server) = share(&[]);
    for name in ["../evil", "/etc/passwd", "a/b", "..", "C:x", "NUL", "a\x1bb"]
    {
        let (done, files) =
            type_in(&server, format!("get {name}\n").as_bytes());
        let error = one_error(&done, &server.addr);
        let wanted = "cannot be the name of a shared file: ";
        assert!(error.contains(wanted), "{error}");
        assert_eq!(files, []);
    }
    assert!(!server.said(|_| true).contains("get "));
}

#[test]
fn one_missing_file_of_three_fails_and_the_others_arrive() {
    let (_share, server) = share(&[("a", b"A"), ("c", b"C")]);
    let dir = tempdir().unwrap();
    let args = ["get", "a", "b", "c"];
    let done = client(&server.addr, dir.path(), &args, b"");
    let error = one_error(&done, &server.addr);
    let wanted = "cannot get b from ADDR: the server says: no such file: b";
    assert!(error.starts_with(wanted), "{error}");
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files(dir.path()), [a_file("a", b"A"), a_file("c", b"C")]);
}

#[test]
fn a_byte_order_mark_before_the_first_command_is_no_part_of_it() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, files) = type_in(&server, b"\xef\xbb\xbfget hello.txt\r\n");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files, [a_file("hello.txt", HELLO)]);
}

#[test]
fn a_name_may_stand_in_quotes() {
    let (_share, server) = share(&[("two words.txt", HELLO)]);
    let (done, files) = type_in(&server, b"get \"two words.txt\"\n");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files, [a_file("two words.txt", HELLO)]);
}

#[test]
fn a_name_in_other_capitals_is_answered_with_the_one_that_there_is() {
    if cfg!(any(windows, target_os = "macos")) {
        return; // there it is the same file
    }
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let (done, _files) = type_in(&server, b"get Hello.TXT\n");
    let error = one_error(&done, &server.addr);
    let wanted = "the server says: no such file: Hello.TXT; there is hello.txt";
    assert!(error.ends_with(wanted), "{error}");
}

#[test]
fn the_rest_of_an_endless_line_is_no_command() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let mut input = vec![b'x'; common::input::MAX_LINE];
    input.extend(b"get hello.txt\nquit\n");
    let (done, files) = type_in(&server, &input);
    let error = one_error(&done, &server.addr);
    assert!(error.starts_with("unknown command: xxxx"), "{error}");
    assert_eq!(files, []);
}
