//! The lesson as a student meets it: the tour, the page, the command line, the checks.

use grade::{Lesson, Template};
use testing::{Server, check_pages, run};

use crate::peers::{BIN, client};

#[test]
fn the_tour_shows_what_became_of_each_datagram() {
    let tour = run(BIN, &[], b"");
    let text = tour.text();
    assert!(text.contains("|onetwoten|"));
    for fate in [
        "to server #1: 2 bytes, lost\n",
        "to server #1: 3 bytes, sent twice\n",
        "to server #1: 3 bytes, held back for the next one to overtake\n",
    ] {
        assert!(text.contains(fate), "{fate}");
    }
    if cfg!(unix) {
        assert!(text.contains("5 bytes sent, 3 received, and no error."));
    }
}

#[cfg(unix)]
#[test]
fn a_tour_without_room_for_its_sockets_says_so_before_it_begins() {
    let shell = testing::program::few_files(10) + "\"$0\"";
    let tour = run("/bin/sh", &["-c", &shell, BIN], b"");
    assert_eq!((tour.status, tour.text()), (1, String::new()));
    assert!(tour.stderr.contains("(too many open files)"), "{tour:?}");
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_pages("udp-echo", BIN);
}

// ---- The checks that grade programs in every language ----

#[test]
fn the_server_passes_every_check_of_grade() {
    let server = Server::start(BIN, &[]);
    let addr = server.addr.parse().unwrap();
    // One after the other: datagrams get lost in a crowd.
    for check in Lesson::UdpEcho.checks().chunks(1) {
        let grade = move |check: &_| grade::Server::at(addr).check(check);
        grade::assert_passes(check, grade);
    }
}

#[test]
fn the_client_passes_every_check_of_grade() {
    let args = "client --timeout 0.4 --retries 2 --addr HOST:PORT".split(' ');
    let words = [BIN].into_iter().chain(args).map(Into::into);
    let command = Template::new(words, None).unwrap();
    let client = grade::Client::program(command);
    let checks = Lesson::UdpEcho.client_checks();
    grade::assert_passes(checks, move |check| client.check(check));
}

// ---- Usage ----

#[test]
fn the_trace_shows_every_call_with_its_bytes_made_printable() {
    let server = Server::start(BIN, &["--trace"]);
    let done = client(&server.addr, &["--trace"], b"\x1b[31m\n");
    assert_eq!(done.stdout, b"\x1b[31M\n");
    let wanted = format!(
        "client     sendto       5 bytes  1b 5b 33 31 6d  |\\x1b[31m|  to {}\n",
        server.addr
    );
    assert!(done.stderr.contains(&wanted), "{}", done.stderr);
    let wanted = format!("|\\x1b[31M|  from {}\n", server.addr);
    assert!(done.stderr.contains(&wanted), "{}", done.stderr);
    let log = server.said(|log| log.contains("answered"));
    assert!(log.contains("server     recvfrom     5 bytes  1b 5b 33 31 6d"));
    assert!(!log.contains('\x1b') && !done.stderr.contains('\x1b'));
}
