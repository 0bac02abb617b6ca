//! The lesson as a student meets it: the tour, the page, the command line, the checks.

use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use testing::program::few_files;
use testing::{Server, check_pages, run};

use crate::BIN;

#[allow(dead_code, reason = "its main binds the usual port")]
#[path = "../../examples/std_server.rs"]
mod copied;

/// Not the wait of one end for the other, and no option, which a tour does not have.
#[cfg(target_os = "linux")]
#[test]
fn a_tour_with_too_few_open_files_says_so_before_it_begins() {
    for most in 4..=6 {
        let shell = format!("{}'{BIN}'", few_files(most));
        let tour = run("/bin/sh", &["-c", &shell], b"");
        let told = "error: cannot open a socket (too many open files); ";
        assert!(tour.stderr.starts_with(told), "{most}: {}", tour.stderr);
        assert_eq!((tour.status, tour.text().as_str()), (1, ""));
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_pages("tcp-echo", BIN);
}

fn assert_passes(addr: SocketAddr) {
    // One that reads no more is waited for, a part of the patience.
    let patience = Duration::from_secs(10);
    grade::assert_passes(grade::Lesson::TcpEcho.checks(), move |check| {
        grade::Server::at(addr).patience(patience).check(check)
    });
}

#[test]
fn the_server_passes_every_check_of_grade() {
    let server = Server::start(BIN, &[]);
    assert_passes(server.addr.parse().unwrap());
}

#[test]
fn the_server_to_copy_passes_every_check_of_grade() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || copied::serve(&listener));
    assert_passes(addr);
}

#[test]
fn the_trace_shows_every_call_with_its_bytes_made_printable() {
    let server = Server::start(BIN, &["--trace"]);
    let args = ["client", "--addr", &server.addr, "--trace"];
    let done = run(BIN, &args, b"\x1b[31m\n");
    assert_eq!(done.stdout, b"\x1b[31M\n");
    let wanted = "client     write        6 bytes  1b 5b 33 31 6d 0a  \
                  |\\x1b[31m\\n|\n";
    assert!(done.stderr.contains(wanted), "{}", done.stderr);
    let log = server.said(|log| log.contains("close"));
    assert!(log.contains("server #1  read         0 bytes  end of stream"));
    assert!(!log.contains('\x1b') && !done.stderr.contains('\x1b'));
}
