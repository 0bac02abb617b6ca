//! The lesson as a student meets it: the tour, and the README with its transcripts and
//! its table of what goes wrong.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use testing::{check_readme, run};

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

#[test]
fn the_tour_downloads_every_sample_file_and_ends_on_its_own() {
    let tour = run(BIN, &[], b"");
    assert_eq!((tour.status, tour.stderr.as_str()), (0, ""));
    for sample in std::fs::read_dir("share").unwrap() {
        let name = sample.unwrap().file_name().into_string().unwrap();
        let downloaded = |line: &str| line.ends_with(&format!("  {name}"));
        assert!(tour.text().lines().any(downloaded), "{name}");
    }
    let missing = r#"{"status":"error","message":"no such file: missing.txt"}"#;
    assert!(tour.text().contains(missing));
}

/// The tour writes into a temporary folder, here one of the test's own.
#[cfg(unix)]
#[test]
fn a_tour_that_nobody_reads_to_its_end_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let mut tour = Command::new(BIN)
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As head -4 does: by then the tour has made its folder.
    let lines = BufReader::new(tour.stdout.take().unwrap()).lines();
    assert_eq!(lines.take(4).map(Result::unwrap).count(), 4);
    let done = tour.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr), (Some(0), Vec::new()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let shown = "file-transfer/download";
    check_readme("README.md", BIN, &[("client", "--dir", folder, shown)]);
}

#[test]
fn the_table_of_what_goes_wrong_quotes_the_code() {
    let one_space =
        |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = std::fs::read_to_string("README.md").unwrap();
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
            let source = one_space(std::fs::read_to_string(path).unwrap());
            assert!(source.contains(&code), "{path} has no {code}");
            quoted += 1;
        }
    }
    assert!(quoted > 0);
}
