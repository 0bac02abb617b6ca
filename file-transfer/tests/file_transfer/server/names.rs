//! Names of files: those that must work, and those that lie.

use std::fs;

use crate::messages::{abc, get, list, listing};
use crate::programs::{Sharing, assert_no_file, assert_replies};

#[test]
fn odd_names_that_every_system_has_are_listed_and_sent() {
    let longest = ["n".repeat(255), "包".repeat(85)]; // 255 bytes; units elsewhere
    let mut names = vec![
        " two  words and a half .txt",
        "👩‍💻🦀.txt",
        "(test).txt",
        "it's {100%} #1 & $HOME; `x` ~[y]!.txt",
    ];
    names.extend(["a..b", ".hidden", "..two", "...three.dots.txt"]);
    // They only begin like devices.
    names.extend(["null.txt", "COM", "com10", "console.log", "auxiliary"]);
    if !cfg!(windows) {
        // There the whole path has a limit besides, which comes first.
        names.extend(longest.iter().map(String::as_str));
    }
    let sharing = Sharing::start(&[]);
    for name in &names {
        sharing.write(name, "abc");
        assert_replies(&sharing, &get(name), &abc(name));
    }
    names.push("abc.txt");
    names.sort_unstable();
    let files: Vec<_> = names.iter().map(|name| (*name, 3)).collect();
    assert_replies(&sharing, &list(), &listing(&files));
}

#[test]
fn a_name_that_no_shared_file_can_have_is_an_error_that_says_why() {
    let sharing = Sharing::start(&[]);
    fs::create_dir(sharing.path("sub")).unwrap();
    sharing.write("sub/x", "secret");
    let own_path = sharing.path("abc.txt").to_str().unwrap().to_string();
    let forged = "\x1b[31mred\u{9b}\n10.0.0.1 closed";
    let [long, longer] = [256, 5000].map(|length| "n".repeat(length));
    let refused: [(&str, &[&str]); 9] = [
        ("it is empty", &[""]),
        ("it is a folder", &[".", ".."]),
        (
            "it leads into another folder",
            &["../x", "/", "sub/x", &own_path, r"..\x", r"\\server\x", r"C:\x"],
        ),
        (
            "it is longer than the 255 bytes that a file's name can have",
            &[&long, &longer],
        ),
        ("it contains control characters", &["abc.txt\0.png", forged]),
        (
            "a colon names a drive or a hidden stream on Windows",
            &["C:x", "abc.txt::$DATA"],
        ),
        (
            r#"a name on Windows has no ? < > | * or ""#,
            &["what?.txt", "<a>", "a>b", "a|b", "*.txt", "say \"hi\".txt"],
        ),
        (
            "Windows drops a dot or a space at its end, and opens another file",
            &["abc.txt.", "abc.txt ", "abc.txt...", "...", " ", "AUX "],
        ),
        (
            "it is a device on Windows",
            &["nul.txt", "Con", "lpt9.tar.gz", "com¹", "prn .txt", "CONIN$"],
        ),
    ];
    for (why, names) in refused {
        for name in names {
            let shown: String = name.chars().take(40).collect();
            let message =
                format!("{shown:?} cannot be the name of a shared file: {why}");
            assert_no_file(&sharing, name, &message);
        }
    }
    assert_no_file(&sharing, "sub", "not a file: sub");
    assert_replies(&sharing, &list(), &listing(&[("abc.txt", 3)]));
    // The log obeys no escape code, has no forged line, and is not filled by a name.
    let log = sharing.said(|log| log.contains("not a file: sub"));
    assert!(log.contains(r"\u{1b}[31mred\u{9b}\n10."), "{log}");
    assert!(!log.contains('\x1b') && !log.contains("\n10.0.0.1 closed"));
    assert!(log.lines().all(|line| line.len() < 600), "{log}");
}
