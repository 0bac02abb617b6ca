//! The relay, between a client and a server that are not ours: the same bytes, in the
//! same order, in other pieces.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use testing::Server;
#[cfg(unix)]
use testing::program::few_files;
use testing::raw::{Nobody, accept, connect, rest};

use crate::BIN;

/// A relay in front of this address.
fn relay(to: &str, options: &[&str]) -> Server {
    let args = ["relay", "--listen=127.0.0.1:0", "--to", to];
    Server::listening(BIN, &[&args, options].concat())
}

/// The client's end of a connection through the relay, the server's, and the relay.
fn through(options: &[&str]) -> (TcpStream, TcpStream, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap().to_string();
    let relay = relay(&to, options);
    let client = connect(&relay.addr);
    (client, accept(&listener), relay)
}

/// Does this behind relays of every kind, beside each other.
fn every_way(test: impl Fn(&[&str]) + Sync) {
    let test = &test;
    thread::scope(|scope| {
        for pieces in ["1", "7", "3,7,1", "random", "glue"] {
            scope.spawn(move || test(&["--pieces", pieces, "--pause=0"]));
        }
    });
}

/// Closes with a reset: the other end finds its next call failed.
fn reset(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// The end of the stream, or an error: anything but silence.
fn is_closed(mut stream: TcpStream) -> bool {
    let end = stream.read_to_end(&mut Vec::new());
    let silence = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
    !end.is_err_and(|e| silence.contains(&e.kind()))
}

#[test]
fn a_relay_that_glues_holds_bytes_back_until_nothing_more_comes() {
    let (mut client, mut server, _relay) = through(&["--pieces=glue"]);
    let mut came_together = || {
        let start = Instant::now();
        client.write_all(b"one").unwrap();
        thread::sleep(Duration::from_millis(20)); // the relay has read it by then
        client.write_all(b"two").unwrap();
        let mut came = [0; 6];
        let n = server.read(&mut came).unwrap();
        assert!(start.elapsed() >= Duration::from_millis(200));
        server.read_exact(&mut came[n..]).unwrap();
        assert_eq!(&came, b"onetwo");
        n == 6
    };
    // On a busy machine there can be a long silence between the two.
    assert!((0..5).any(|_| came_together()));
}

/// So two relays that lead to each other end what has been sent round.
#[cfg(target_os = "linux")] // others may allow fewer files than this test needs
#[test]
fn a_relay_has_no_room_for_connections_without_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = relay(&listener.local_addr().unwrap().to_string(), &[]);
    let pair = |_| (connect(&relay.addr), accept(&listener));
    let pairs: Vec<_> = (0..128).map(pair).collect();
    assert!(is_closed(connect(&relay.addr)));
    relay.said(|log| log.contains("connection 129 dropped: 128 at a time"));
    drop(pairs);
    listener.set_nonblocking(true).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while listener.accept().is_err() {
        assert!(Instant::now() < deadline, "there is room again");
        drop(connect(&relay.addr));
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_relay_waits_after_each_piece_when_it_is_told_to() {
    for pause in [1, 20].map(Duration::from_millis) {
        let option = format!("--pause={}", pause.as_micros());
        let (mut client, mut server, _relay) =
            through(&["--pieces=2", &option]);
        let start = Instant::now();
        client.write_all(b"five pairs").unwrap();
        server.read_exact(&mut [0; 10]).unwrap();
        assert!(start.elapsed() >= 4 * pause);
    }
}

#[test]
fn the_same_bytes_arrive_in_both_directions_at_a_time() {
    let there: Vec<u8> = (0..20_000u32).map(|i| (i % 251) as u8).collect();
    let back: Vec<u8> = there.iter().rev().copied().collect();
    let exchange = |stream: TcpStream, bytes: &[u8]| {
        thread::scope(|scope| {
            scope.spawn(|| {
                (&stream).write_all(bytes).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
            });
            rest(stream.try_clone().unwrap())
        })
    };
    every_way(|way| {
        let (client, server, _relay) = through(way);
        thread::scope(|scope| {
            let serving = scope.spawn(|| exchange(server, &back));
            assert!(exchange(client, &there) == back, "{way:?}");
            assert!(serving.join().unwrap() == there, "{way:?}");
        });
    });
}

#[test]
fn a_conversation_passes_and_after_a_half_close_its_last_answer() {
    every_way(|way| {
        let (client, mut server, _relay) = through(way);
        for message in [&b"hello"[..], b"again and again"] {
            let mut buffer = vec![0; message.len()];
            for (mut from, mut to) in [(&client, &server), (&server, &client)] {
                from.write_all(message).unwrap();
                to.read_exact(&mut buffer).unwrap();
                assert_eq!(buffer, message);
            }
        }
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(server.read(&mut [0]).unwrap(), 0);
        server.write_all(b"answer").unwrap();
        drop(server);
        assert_eq!(rest(client), b"answer");
    });
}

#[test]
fn a_reset_on_either_side_closes_the_other() {
    every_way(|way| {
        let (client, server, _relay) = through(way);
        reset(client);
        assert!(is_closed(server));
        let (client, server, _relay) = through(way);
        reset(server);
        assert!(is_closed(client));
    });
}

#[test]
fn the_last_words_of_a_server_that_leaves_early_still_arrive() {
    // An end, or a reset: what the relay holds by then goes out before it.
    for leave in [drop, reset] {
        for pieces in ["--pieces=1", "--pieces=glue"] {
            let (mut client, mut server, _relay) = through(&[pieces]);
            client.write_all(b"q").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            server.read_exact(&mut [0]).unwrap();
            server.write_all(b"refused: come back tomorrow").unwrap();
            leave(server);
            let mut words = Vec::new();
            let _ = client.read_to_end(&mut words);
            assert_eq!(words, b"refused: come back tomorrow", "{pieces}");
        }
    }
}

#[test]
fn an_urgent_byte_arrives_in_its_place() {
    let (mut client, mut server, _relay) = through(&[]);
    client.write_all(b"a").unwrap();
    SockRef::from(&client).send_out_of_band(b"!").unwrap();
    client.write_all(b"b").unwrap();
    let mut came = [0; 3];
    server.read_exact(&mut came).unwrap();
    assert_eq!(&came, b"a!b");
}

#[test]
fn a_client_is_closed_when_nobody_listens_behind_the_relay() {
    let nobody = Nobody::new();
    let relay = relay(&nobody.addr, &[]);
    for _ in 0..2 {
        assert!(is_closed(connect(&relay.addr)));
    }
}

#[test]
fn a_receiver_that_does_not_read_stops_the_sender_and_not_the_memory() {
    let (mut client, server, _relay) = through(&["--pieces=65536"]);
    client.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    // Far more than all the buffers on the way: the write must get stuck.
    assert!(client.write_all(&vec![b'x'; 64 << 20]).is_err());
    drop(client);
    // What was on the way arrives all the same.
    let got = rest(server);
    assert!(!got.is_empty() && got == vec![b'x'; got.len()]);
}

#[test]
fn the_trace_of_a_relay_shows_a_question_before_its_answer() {
    let (client, server, relay) = through(&["--trace"]);
    for _ in 0..50 {
        for (mut from, mut to) in [(&client, &server), (&server, &client)] {
            from.write_all(b"x").unwrap();
            to.read_exact(&mut [0]).unwrap();
        }
    }
    let moved = |log: &str| -> Vec<String> {
        let calls = log.lines().filter(|line| line.contains("1 byte "));
        let words = calls.map(|line| line.split_whitespace());
        words.map(|w| w.take(4).collect::<Vec<_>>().join(" ")).collect()
    };
    let log = moved(&relay.said(|log| moved(log).len() == 200));
    for round in log.chunks(4) {
        let wanted = [
            "client side #1 read",
            "server side #1 write",
            "server side #1 read",
            "client side #1 write",
        ];
        assert_eq!(round, wanted);
    }
}

#[cfg(unix)]
#[test]
fn a_relay_without_descriptors_says_what_to_do() {
    let few = few_files(4);
    let shell = format!("{few}'{BIN}' relay --listen 127.0.0.1:0");
    let relay = Server::listening("sh", &["-c", &shell]);
    let _client = TcpStream::connect(&relay.addr).unwrap();
    relay.said(|log| log.contains("too many open files; allow this program"));
}
