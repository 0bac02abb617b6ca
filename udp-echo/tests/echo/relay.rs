//! The bad network between the two.

use testing::Server;
use testing::refused::{Call, refusing};
use testing::run;

use crate::peers::{BIN, ask, client, raw};

// ---- The bad network ----

/// A relay in front of a server.
fn relay(to: &str, more: &[&str]) -> Server {
    let args = ["relay", "--listen", "127.0.0.1:0", "--to", to];
    Server::listening(BIN, &[&args, more].concat(), false)
}

#[test]
fn through_a_bad_network_every_line_gets_its_answer() {
    let server = Server::start(BIN, &[]);
    let bad = ["--lose", "30", "--duplicate", "10", "--reorder", "10"];
    let relay = relay(&server.addr, &[&bad[..], &["--delay", "5"]].concat());
    let options = ["--timeout", "0.1", "--retries", "50"];
    let lines: Vec<String> = (0..10).map(|i| format!("line {i}\n")).collect();
    let done = client(&relay.addr, &options, lines.concat().as_bytes());
    assert_eq!(done.status, 0);
    assert_eq!(done.text(), lines.concat().to_uppercase());
    let log = relay.said(|log| log.contains(", lost\n"));
    assert!(log.contains("to server #1: 6 bytes, "), "{log}");
}

#[test]
fn the_relay_does_the_same_to_the_same_datagrams_for_the_same_seed() {
    let server = Server::start(BIN, &[]);
    let log = |seed: &str| {
        let relay = relay(&server.addr, &["--lose", "50", "--seed", seed]);
        let socket = raw();
        for _ in 0..40 {
            socket.send_to(b"?", &relay.addr).unwrap();
        }
        let all = |log: &str| log.contains("to server #40: ");
        let log = relay.said(all);
        let fates = log.lines().filter(|line| line.starts_with("to server"));
        fates.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(log("7"), log("7"));
    assert_ne!(log("7"), log("8"));
}

#[test]
fn the_trace_of_the_relay_numbers_the_sides_of_its_clients() {
    let server = Server::start(BIN, &[]);
    let relay = relay(&server.addr, &["--trace"]);
    for number in 1..=2 {
        ask(&relay, b"hello");
        let side = format!("server side #{number}");
        relay.said(|log| {
            let calls = log.lines().filter(|line| line.starts_with(&side));
            calls.count() > 1 // bind, sendto, recvfrom
        });
    }
}

#[test]
fn a_relay_whose_log_nobody_reads_goes_on() {
    let server = Server::start(BIN, &[]);
    let args = ["relay", "--listen", "127.0.0.1:0", "--to", &server.addr];
    let relay = Server::listening(BIN, &args, true);
    for _ in 0..3 {
        assert_eq!(ask(&relay, b"still there"), b"STILL THERE");
    }
}

#[test]
#[cfg(unix)]
fn a_relay_with_few_sockets_forgets_old_clients_and_serves_new_ones() {
    let server = Server::start(BIN, &[]);
    let limited = format!(
        "ulimit -n 12; exec '{BIN}' relay --listen 127.0.0.1:0 --to {}",
        server.addr
    );
    let relay = Server::listening("sh", &["-c", &limited], false);
    for _ in 0..20 {
        assert_eq!(ask(&relay, b"hello"), b"HELLO");
    }
}

#[test]
fn a_relay_that_leads_to_itself_is_refused() {
    let port = raw().local_addr().unwrap().port(); // closed again at once
    let here = format!("127.0.0.1:{port}");
    let everywhere = format!("0.0.0.0:{port}");
    for listen in [&here, &everywhere] {
        let args = ["relay", "--listen", listen, "--to", &here];
        let done = run(BIN, &args, b"");
        let said = format!(
            "error: cannot forward to {here} (the relay itself listens there); \
             give the server's address with --to, or another port with --listen\n"
        );
        assert_eq!((done.status, done.stderr), (1, said));
    }
}

#[test]
fn a_relay_that_cannot_receive_says_so_and_tries_again() {
    let start = || relay("127.0.0.1:1", &[]);
    let no_buffer_space = 105; // the number of Linux
    if let Some(relay) = refusing(Call::RecvFrom, no_buffer_space, start) {
        relay.said(|log| log.matches("\ncannot receive: ").count() == 2);
    }
}
