//! Names of files: those that must work, and those that lie.

use std::fs;

use crate::server::sharing::{
    Sharing, abc, assert_no_file, assert_same, exchange, get, list, listing,
};

/// Asserts that a file of this name is listed, and sent.
#[track_caller]
fn assert_works(name: &str) {
    let sharing = Sharing::start(&[]);
    sharing.write(name, "abc");
    assert_same(&exchange(&sharing, &get(name)), &abc(name));
    let mut files = [("abc.txt", 3), (name, 3)];
    files.sort();
    assert_same(&exchange(&sharing, &list()), &listing(&files));
}

#[test]
fn a_name_with_spaces_works() {
    assert_works(" two  words and a half .txt");
}

#[test]
fn an_emoji_works() {
    assert_works("👩‍💻🦀.txt");
}

#[test]
fn parentheses_and_quotes_work() {
    assert_works("(test).txt");
    assert_works("it's {100%} #1 & $HOME; `x` ~[y]!.txt");
}

#[test]
fn dots_inside_a_name_and_before_it_work() {
    assert_works("a..b");
    assert_works(".hidden");
    assert_works("..two");
    assert_works("...three.dots.txt");
}

#[test]
fn names_that_begin_like_devices_work() {
    for name in ["null.txt", "COM", "com10", "console.log", "auxiliary"] {
        assert_works(name);
    }
}

/// Windows has a limit for the whole path besides, which comes first.
#[cfg(not(windows))]
#[test]
fn the_longest_name_that_a_file_can_have_works() {
    assert_works(&"n".repeat(255));
    assert_works(&"包".repeat(85)); // 255 bytes on Linux, 85 units elsewhere
}

/// Asserts that asking for a name that no shared file can have gets this error.
#[track_caller]
fn assert_no_name(name: &str, why: &str) {
    assert_no_name_in(&Sharing::start(&[]), name, why);
}

#[track_caller]
fn assert_no_name_in(sharing: &Sharing, name: &str, why: &str) {
    let shown: String = name.chars().take(40).collect();
    let message =
        format!("{shown:?} cannot be the name of a shared file: {why}");
    assert_no_file(sharing, name, &message);
}

const LEADS_AWAY: &str = "it leads into another folder";
const ENDS_IN_DOT: &str =
    "Windows drops a dot or a space at its end, and opens another file";
const DEVICE: &str = "it is a device on Windows";

#[test]
fn the_folder_above_is_not_shared() {
    assert_no_name("../x", LEADS_AWAY);
    assert_no_name("../../../../../../../../etc/passwd", LEADS_AWAY);
    assert_no_name("./../x", LEADS_AWAY);
}

#[test]
fn an_absolute_path_is_no_name() {
    assert_no_name("/etc/passwd", LEADS_AWAY);
    assert_no_name("//server/share/x", LEADS_AWAY);
    assert_no_name("/", LEADS_AWAY);
    // Not even the one of a file that is shared.
    let sharing = Sharing::start(&[]);
    let path = sharing.path("abc.txt");
    assert_no_name_in(&sharing, path.to_str().unwrap(), LEADS_AWAY);
}

#[test]
fn a_file_in_a_folder_in_the_folder_is_not_shared() {
    let sharing = Sharing::start(&[]);
    fs::create_dir(sharing.path("sub")).unwrap();
    sharing.write("sub/x", "secret");
    assert_no_name_in(&sharing, "sub/x", LEADS_AWAY);
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
}

#[test]
fn a_folder_is_no_file() {
    let sharing = Sharing::start(&[]);
    fs::create_dir(sharing.path("sub")).unwrap();
    assert_no_file(&sharing, "sub", "not a file: sub");
}

#[test]
fn an_empty_name_is_no_name() {
    assert_no_name("", "it is empty");
}

#[test]
fn a_dot_is_no_name() {
    assert_no_name(".", "it is a folder");
}

#[test]
fn two_dots_are_no_name() {
    assert_no_name("..", "it is a folder");
}

#[test]
fn a_nul_byte_cuts_no_name_short() {
    assert_no_name("abc.txt\0.png", "it contains control characters");
}

#[test]
fn escape_codes_in_a_name_reach_no_terminal() {
    let sharing = Sharing::start(&[]);
    let name = "\x1b[31mred\u{9b}\n10.0.0.1 closed";
    assert_no_name_in(&sharing, name, "it contains control characters");
    let log = sharing.said(|log| log.contains(r"\u{1b}[31mred\u{9b}\n10."));
    assert!(!log.contains('\x1b') && !log.contains("\n10.0.0.1 closed"));
}

#[test]
fn a_name_of_5000_characters_is_no_name_and_fills_no_screen() {
    let sharing = Sharing::start(&[]);
    let why = "it is longer than the 255 bytes that a file's name can have";
    assert_no_name_in(&sharing, &"n".repeat(5000), why);
    assert_no_name_in(&sharing, &"n".repeat(256), why);
    let log = sharing.said(|log| log.contains("nnnnn"));
    assert!(log.lines().all(|line| line.len() < 600), "{log}");
}

#[test]
fn a_backslash_leads_into_another_folder_too() {
    assert_no_name(r"..\x", LEADS_AWAY);
    assert_no_name(r"sub\x", LEADS_AWAY);
    assert_no_name(r"\\server\share\x", LEADS_AWAY);
    assert_no_name(r"C:\x", LEADS_AWAY);
}

#[test]
fn a_colon_is_no_part_of_a_name() {
    let why = "a colon names a drive or a hidden stream on Windows";
    assert_no_name("C:x", why);
    assert_no_name("abc.txt::$DATA", why);
}

#[test]
fn the_characters_that_windows_refuses_are_no_part_of_a_name() {
    let why = r#"? < > | * and " are no part of a name on Windows"#;
    for name in ["what?.txt", "<a>", "a>b", "a|b", "*.txt", "say \"hi\".txt"] {
        assert_no_name(name, why);
    }
}

#[test]
fn the_devices_of_windows_are_no_names() {
    for name in ["NUL", "nul.txt", "COM1", "Con", "lpt9.tar.gz", "com¹", "AUX "]
    {
        let why = if name == "AUX " { ENDS_IN_DOT } else { DEVICE };
        assert_no_name(name, why);
    }
    assert_no_name("prn .txt", DEVICE);
    assert_no_name("CONIN$", DEVICE);
}

#[test]
fn a_dot_or_a_space_at_the_end_of_a_name_opens_no_other_file() {
    for name in ["abc.txt.", "abc.txt ", "abc.txt...", "...", " "] {
        assert_no_name(name, ENDS_IN_DOT);
    }
}
