//! The lesson as a student meets it: the tour and the README.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use common::testing::{check_readme, run};

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
