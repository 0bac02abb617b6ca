//! The lessons' own programs pass every check, those of `--strict` included.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::path::{Path, PathBuf};
use std::process::Command;

const GRADE: &str = env!("CARGO_BIN_EXE_grade");

/// The program of a lesson, beside that of this crate; built where it is missing.
fn lesson(name: &str) -> String {
    let folder = Path::new(GRADE).parent().unwrap();
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", name]);
        if folder.file_name().unwrap() == "release" {
            build.arg("--release");
        }
        // The folder of target/: it may not be the usual one.
        let target: PathBuf = folder.parent().unwrap().into();
        build.arg("--target-dir").arg(target);
        assert!(build.status().unwrap().success());
    }
    path.to_str().unwrap().to_string()
}

/// Runs `grade`, which has to be content.
fn passes(args: &[&str]) {
    let grade = Command::new(GRADE)
        .args(["--strict", "--patience", "25"])
        .args(args)
        .output()
        .unwrap();
    let report = String::from_utf8(grade.stdout).unwrap();
    assert!(grade.status.success(), "{report}");
    assert!(!report.contains("skipped") || cfg!(windows), "{report}");
}

#[test]
fn tcp_echo() {
    let program = lesson("tcp-echo");
    passes(&["tcp-echo", &program, "server", "--addr", "HOST:PORT"]);
}

#[test]
fn udp_echo() {
    let program = lesson("udp-echo");
    passes(&["udp-echo", &program, "server", "--addr", "HOST:PORT"]);
}

#[test]
fn file_transfer() {
    let program = lesson("file-transfer");
    let server = ["server", "--addr", "HOST:PORT", "--dir", "DIR"];
    passes(&[&["file-transfer", &program][..], &server].concat());
}

#[test]
fn the_client_of_udp_echo() {
    let program = lesson("udp-echo");
    let options = ["--timeout", "0.3", "--addr", "HOST:PORT"];
    let command = [&["--client", "udp-echo", &program, "client"][..], &options];
    passes(&command.concat());
}

#[test]
fn the_client_of_file_transfer() {
    let program = lesson("file-transfer");
    let command = ["--client", "file-transfer", &program, "client"];
    let options = ["--addr", "HOST:PORT", "--dir", "DIR", "get", "NAME"];
    passes(&[&command[..], &options].concat());
}
