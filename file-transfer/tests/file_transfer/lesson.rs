//! The lesson as a student meets it: the tour, and the README with its transcripts and
//! its table of what goes wrong.

use std::process::{Command, Stdio};
use std::{fs, io};

use tempfile::TempDir;
use testing::program::finish;
use testing::{Server, check_pages};

use crate::programs::BIN;

/// Copies the program to a folder where no checkout is around it.
fn installed() -> (TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("file-transfer.exe");
    fs::copy(BIN, &program).unwrap();
    // Another test may start a program at this moment, and with it inherit the copy that
    // is still open for writing: the system does not run such a file.
    let version = || Command::new(&program).arg("--version").output();
    let busy = io::ErrorKind::ExecutableFileBusy;
    while version().is_err_and(|e| e.kind() == busy) {}
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env_remove("CARGO_MANIFEST_DIR");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    (folder, command)
}

#[test]
fn the_tour_brings_every_sample_file_along_and_ends_on_its_own() {
    let (_folder, program) = installed();
    let tour = finish(program, b"");
    assert_eq!((tour.status, tour.stderr.as_str()), (0, ""));
    for sample in fs::read_dir("share").unwrap() {
        let name = sample.unwrap().file_name().into_string().unwrap();
        if name.starts_with('.') {
            continue; // what macOS leaves in a folder
        }
        let downloaded = |line: &str| line.ends_with(&format!("  {name}"));
        assert!(tour.text().lines().any(downloaded), "{name}");
    }
    let missing = r#"{"status":"error","message":"no such file: missing.txt"}"#;
    assert!(tour.text().contains(missing));
}

#[test]
fn a_server_without_a_folder_says_what_to_do() {
    for (dir, wanted) in [
        (None, "give one with --dir"),
        (
            Some("missing"),
            "error: cannot share missing (nothing is there); choose another folder",
        ),
        (
            Some("file-transfer.exe"),
            "error: cannot share file-transfer.exe (not a directory); choose another",
        ),
    ] {
        let (_folder, mut program) = installed();
        program.arg("server").args(dir.iter().flat_map(|dir| ["--dir", dir]));
        let done = finish(program, b"");
        assert!(done.stderr.contains(wanted), "{done:?}");
        assert_eq!((done.status, done.stderr.lines().count()), (1, 1));
    }
}

#[test]
fn a_checkout_is_found_from_anywhere_and_the_working_directory_taken_without() {
    let server = Server::start(BIN, &[]);
    for (lesson, is_around) in [
        (Some("file-transfer"), true),
        (Some(""), true),
        (Some("file-transfer"), false),
        (None, true),
    ] {
        let (folder, mut program) = installed();
        let elsewhere = tempfile::tempdir().unwrap();
        let around = if is_around { folder.path() } else { elsewhere.path() };
        let to = around.join(lesson.unwrap_or_default());
        if lesson.is_some() {
            fs::create_dir_all(to.join("share")).unwrap();
            program.current_dir("/");
        }
        if !is_around {
            // The programs of cargo can lie anywhere (CARGO_TARGET_DIR).
            program.env("CARGO_MANIFEST_DIR", &to);
        }
        program.args(["client", "--addr", &server.addr, "get", "hello.txt"]);
        let done = finish(program, b"");
        assert_eq!(done.status, 0, "{done:?}");
        assert!(to.join("download/hello.txt").is_file());
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_pages("file-transfer", BIN);
}

#[test]
fn the_table_of_what_goes_wrong_quotes_the_code() {
    let one_space =
        |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = fs::read_to_string("README.md").unwrap();
    // Every row below the two heads: | what happens | [`file`](path) | `code` |
    let mut quoted = 0;
    let mut lines = readme.lines();
    while lines.any(|line| line.ends_with("| caught in | by |")) {
        let rows = lines.by_ref().skip(1).take_while(|line| !line.is_empty());
        for row in rows {
            let (_, rest) = row.split_once("`](").expect(row);
            let (path, code) = rest.split_once(") | `").expect(row);
            // A table needs a backslash before the bar of an "or".
            let code = code.strip_suffix("` |").expect(row).replace("\\|", "|");
            let source = one_space(fs::read_to_string(path).unwrap());
            assert!(source.contains(&code), "{path} has no {code}");
            quoted += 1;
        }
    }
    assert!(quoted > 0);
}
