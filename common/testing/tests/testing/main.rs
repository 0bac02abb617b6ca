//! All pages, and the programs of all lessons beside each other.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod alike;
mod pages;
mod pairs;

use std::path::Path;
use std::process::Command;

const LESSONS: [&str; 4] =
    ["tcp-echo", "udp-echo", "sticky-packet-demo", "file-transfer"];

/// The program of a lesson; built where it is missing.
fn program(lesson: &str) -> String {
    let this = std::env::current_exe().unwrap();
    let folder = this.ancestors().nth(2).unwrap(); // .../debug/deps/testing
    let path = folder.join(format!("{lesson}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        build(lesson, folder);
    }
    path.to_str().unwrap().to_string()
}

fn build(lesson: &str, folder: &Path) {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--package", lesson]);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    build.arg("--target-dir").arg(folder.parent().unwrap());
    assert!(build.status().unwrap().success());
}
