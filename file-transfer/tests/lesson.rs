//! The lesson as a student meets it: the tour, and the README with its transcripts and
//! its table of what goes wrong.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use testing::{check_readme, run};

const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

#[test]
fn the_tour_downloads_every_sample_file_and_ends_by_itself() {
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
    // | what happens | [`file`](path) | `code` |
    let rows = readme.lines().filter_map(|line| {
        let (_, rest) = line.split_once("`](")?;
        let (path, code) = rest.split_once(") | `")?;
        Some((path, code.strip_suffix("` |")?))
    });
    let mut quoted = 0;
    for (path, code) in rows {
        let source = one_space(std::fs::read_to_string(path).unwrap());
        assert!(source.contains(code), "{path} has no {code}");
        quoted += 1;
    }
    assert_eq!(quoted, 33);
}
