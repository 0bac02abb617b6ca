//! The bad network between two programs.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use testing::program::few_files;
use testing::{PATIENCE, Server};

use crate::peers::{BIN, ask, client, raw, received};

/// A relay in front of a server.
fn relay(to: &str, more: &[&str]) -> Server {
    let args = ["relay", "--listen", "127.0.0.1:0", "--to", to];
    Server::listening(BIN, &[&args, more].concat())
}

/// A server that the test plays, and a relay in front of it.
fn behind_a_relay(more: &[&str]) -> (UdpSocket, Server) {
    let server = raw();
    let relay = relay(&server.local_addr().unwrap().to_string(), more);
    (server, relay)
}

#[test]
fn on_a_good_network_each_datagram_arrives_and_so_does_its_answer() {
    let (server, relay) = behind_a_relay(&[]);
    let client = raw();
    let addr = relay.addr.parse().unwrap();
    for question in [&b"hello"[..], b"", b"\xff\x00"] {
        client.send_to(question, &relay.addr).unwrap();
        let (got, from) = received(&server);
        assert_eq!(got, question);
        server.send_to(b"answer", from).unwrap();
        assert_eq!(received(&client), (b"answer".to_vec(), addr));
    }
    let log = relay.said(|log| log.contains("to client #3"));
    let lines: Vec<&str> = log.lines().skip(2).take(3).collect();
    let wanted = [
        "to server #1: 5 bytes, passed on",
        "to client #1: 6 bytes, passed on",
        "to server #2: 0 bytes, passed on",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn a_datagram_is_lost_or_comes_twice_or_late_and_the_log_says_so() {
    for (options, arriving, said) in [
        (
            &["--lose", "50", "--seed", "0"][..],
            &["second"][..],
            "5 bytes, lost\n",
        ),
        (
            &["--duplicate", "100"],
            &["first", "first", "second", "second"],
            "5 bytes, sent twice\n",
        ),
        (
            &["--reorder", "50", "--seed", "6"],
            &["second", "first"],
            "5 bytes, held back for the next one to overtake\n",
        ),
    ] {
        let (server, relay) = behind_a_relay(options);
        let client = raw();
        client.send_to(b"first", &relay.addr).unwrap();
        client.send_to(b"second", &relay.addr).unwrap();
        for wanted in arriving {
            let (came, _) = received(&server);
            assert_eq!(came, wanted.as_bytes(), "{options:?}");
        }
        relay.said(|log| log.contains(&format!("\nto server #1: {said}")));
    }
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
}

#[test]
#[cfg_attr(target_os = "macos", ignore = "it sends 9,216 bytes at most")]
fn the_longest_line_goes_through_client_relay_and_server_uncut() {
    let server = Server::start(BIN, &[]);
    let relay = relay(&server.addr, &[]);
    let line = [b'x'; 65_507];
    let done = client(&relay.addr, &[], &line);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert_eq!(done.stdout.len(), line.len() + 1);
    assert!(done.stdout.starts_with(&line.to_ascii_uppercase()));
}

#[test]
fn each_client_gets_its_own_answers() {
    let (server, relay) = behind_a_relay(&[]);
    let (one, two) = (raw(), raw());
    one.send_to(b"one", &relay.addr).unwrap();
    let (_, from_one) = received(&server);
    two.send_to(b"two", &relay.addr).unwrap();
    let (_, from_two) = received(&server);
    assert_ne!(from_one, from_two);
    server.send_to(b"for two", from_two).unwrap();
    server.send_to(b"for one", from_one).unwrap();
    assert_eq!(received(&one).0, b"for one");
    assert_eq!(received(&two).0, b"for two");
}

#[test]
fn more_clients_than_are_known_at_a_time_are_served_and_none_waits() {
    let (server, relay) = behind_a_relay(&[]);
    let clients: Vec<UdpSocket> = (0..84).map(|_| raw()).collect();
    let mut ports = vec![];
    let start = Instant::now();
    for client in &clients {
        client.send_to(b"?", &relay.addr).unwrap();
        let (_, from) = received(&server);
        ports.push(from);
        server.send_to(b"!", from).unwrap();
        assert_eq!(received(client).0, b"!");
    }
    assert!(start.elapsed() < Duration::from_secs(10));
    // The first client has been forgotten: it comes back as a new one.
    clients[0].send_to(b"?", &relay.addr).unwrap();
    assert_ne!(received(&server).1, ports[0]);
    // The last one is still known.
    clients.last().unwrap().send_to(b"?", &relay.addr).unwrap();
    assert_eq!(received(&server).1, *ports.last().unwrap());
}

#[test]
#[cfg(unix)]
fn a_relay_with_few_sockets_forgets_old_clients_and_serves_new_ones() {
    let server = Server::start(BIN, &[]);
    let limited = format!(
        "{}'{BIN}' relay --listen 127.0.0.1:0 --to {}",
        few_files(10),
        server.addr
    );
    let relay = Server::listening("sh", &["-c", &limited]);
    for _ in 0..12 {
        assert_eq!(ask(&relay, b"hello"), b"HELLO");
    }
}

#[test]
fn a_stranger_cannot_answer_for_the_server_and_the_log_names_it() {
    let (server, relay) = behind_a_relay(&[]);
    let (client, stranger) = (raw(), raw());
    client.send_to(b"?", &relay.addr).unwrap();
    let (_, from) = received(&server);
    stranger.send_to(b"lies", from).unwrap();
    server.send_to(b"truth", from).unwrap();
    assert_eq!(received(&client).0, b"truth");
    let asked = server.local_addr().unwrap();
    let stranger = stranger.local_addr().unwrap();
    let line = format!(
        "\nto client: 4 bytes from {stranger} dropped, {asked} was asked; if \
         {stranger} is the server, give --to {stranger}\n"
    );
    relay.said(|log| log.contains(&line));
}

#[test]
fn a_server_that_is_not_there_yet_ends_nothing() {
    let server = raw();
    let to = server.local_addr().unwrap();
    let relay = relay(&to.to_string(), &[]);
    drop(server);
    let client = raw();
    client.send_to(b"too early", &relay.addr).unwrap();
    // A client that has gone ends nothing either.
    raw().send_to(b"gone", &relay.addr).unwrap();
    relay.said(|log| log.contains("to server #2: "));
    let server = UdpSocket::bind(to).unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    client.send_to(b"now", &relay.addr).unwrap();
    let (mut question, mut from) = received(&server);
    while question != b"now" {
        (question, from) = received(&server); // "gone" may have been on its way
    }
    server.send_to(b"yes", from).unwrap();
    assert_eq!(received(&client).0, b"yes");
}

#[test]
fn the_trace_numbers_the_clients_and_shows_a_question_before_its_answer() {
    let server = Server::start(BIN, &[]);
    let relay = relay(&server.addr, &["--trace"]);
    for (number, exchanges) in [(1, 300), (2, 1)] {
        let socket = raw();
        for _ in 0..exchanges {
            socket.send_to(b"?", &relay.addr).unwrap();
            received(&socket);
        }
        let side = format!("server side #{number}");
        let calls_of = |log: &str| -> Vec<String> {
            let calls = log.lines().filter_map(|line| line.strip_prefix(&side));
            let names = calls.filter_map(|call| call.split_whitespace().next());
            names.map(str::to_string).collect()
        };
        let all = 1 + 2 * exchanges;
        let log = relay.said(|log| calls_of(log).len() == all);
        let calls = calls_of(&log);
        assert_eq!(calls[0], "bind");
        for (n, pair) in calls[1..].chunks(2).enumerate() {
            assert_eq!(pair, ["sendto", "recvfrom"], "exchange {n}");
        }
    }
}
