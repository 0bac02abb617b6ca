//! The relay between raw ends: the same bytes, in the same order, in other pieces.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use common::addr::Addr;
use common::pieces::Pieces;
use common::{ends, relay};
use socket2::SockRef;

const PATIENCE: Duration = Duration::from_secs(30);

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

/// Both ends of a connection through the relay: the client's, and the server's.
fn through(pieces: &Pieces) -> (TcpStream, TcpStream) {
    let (server, to) = listener();
    let addr = relay::spawn(to, pieces.clone()).unwrap();
    let client = TcpStream::connect(addr).unwrap();
    let (server, _) = server.accept().unwrap();
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
    }
    (client, server)
}

fn every_way() -> [Pieces; 6] {
    [
        Pieces::of(1),
        Pieces::of(7),
        Pieces::listed("3,7,1").unwrap(),
        Pieces::random(1),
        Pieces::random(2),
        Pieces::glued(Duration::from_millis(5)),
    ]
}

#[test]
fn a_relay_that_glues_holds_bytes_back_until_nothing_more_comes() {
    let silence = Duration::from_millis(500);
    let (mut client, mut server) = through(&Pieces::glued(silence));
    client.write_all(b"one").unwrap();
    // Nothing yet, although it has been written.
    server.set_read_timeout(Some(silence / 10)).unwrap();
    let e = server.peek(&mut [0]).unwrap_err();
    assert!(common::failure::timed_out(&e), "{e}");
    client.write_all(b"two").unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut buffer = [0; 20];
    let n = server.read(&mut buffer).unwrap();
    assert_eq!(&buffer[..n], b"onetwo");
}

#[test]
fn a_relay_waits_after_each_piece_when_it_is_told_to() {
    for pause in [1, 20].map(Duration::from_millis) {
        let (mut client, mut server) = through(&Pieces::of(2).paused(pause));
        let start = Instant::now();
        client.write_all(b"five pairs").unwrap();
        server.read_exact(&mut [0; 10]).unwrap();
        assert!(start.elapsed() >= 4 * pause);
    }
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
fn the_same_bytes_arrive_in_both_directions_at_a_time() {
    let there: Vec<u8> = (0..20_000u32).map(|i| (i % 251) as u8).collect();
    let back: Vec<u8> = there.iter().rev().copied().collect();
    let exchange = |stream: &TcpStream, bytes: &[u8]| {
        thread::scope(|scope| {
            scope.spawn(|| {
                { stream }.write_all(bytes).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
            });
            let mut got = Vec::new();
            { stream }.read_to_end(&mut got).unwrap();
            got
        })
    };
    for pieces in every_way() {
        let (client, server) = through(&pieces);
        thread::scope(|scope| {
            let serving = scope.spawn(|| exchange(&server, &back));
            assert!(exchange(&client, &there) == back, "{pieces:?}");
            assert!(serving.join().unwrap() == there, "{pieces:?}");
        });
    }
}

#[test]
fn a_conversation_passes_and_after_a_half_close_its_last_answer() {
    for pieces in every_way() {
        let (mut client, mut server) = through(&pieces);
        for message in [&b"hello"[..], b"a", b"again and again"] {
            let mut buffer = vec![0; message.len()];
            for (from, to) in [(&client, &server), (&server, &client)] {
                { from }.write_all(message).unwrap();
                { to }.read_exact(&mut buffer).unwrap();
                assert_eq!(buffer, message);
            }
        }
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(server.read(&mut [0]).unwrap(), 0);
        server.write_all(b"answer").unwrap();
        drop(server);
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, b"answer");
    }
}

#[test]
fn a_reset_on_either_side_closes_the_other() {
    for pieces in every_way() {
        let (client, server) = through(&pieces);
        reset(client);
        assert!(is_closed(server));
        let (client, server) = through(&pieces);
        reset(server);
        assert!(is_closed(client));
    }
}

#[test]
fn the_last_words_of_a_server_that_leaves_early_still_arrive() {
    // An end, or a reset: what the relay holds by then goes out before it.
    for leave in [drop, reset] {
        for pieces in [Pieces::of(1), Pieces::glued(PATIENCE)] {
            let (mut client, mut server) = through(&pieces);
            client.write_all(b"q").unwrap();
            client.shutdown(Shutdown::Write).unwrap();
            server.read_exact(&mut [0]).unwrap();
            server.write_all(b"refused: come back tomorrow").unwrap();
            leave(server);
            let mut words = Vec::new();
            let _ = client.read_to_end(&mut words);
            assert_eq!(words, b"refused: come back tomorrow", "{pieces:?}");
        }
    }
}

#[test]
fn an_urgent_byte_arrives_in_its_place() {
    let (mut client, mut server) = through(&Pieces::of(1));
    client.write_all(b"a").unwrap();
    SockRef::from(&client).send_out_of_band(b"!").unwrap();
    client.write_all(b"b").unwrap();
    let mut came = [0; 3];
    server.read_exact(&mut came).unwrap();
    assert_eq!(&came, b"a!b");
}

#[test]
fn a_client_is_closed_when_nobody_listens_behind_the_relay() {
    // The end of a connection has this port: nobody else can listen there.
    let (_listener, to) = listener();
    let end = TcpStream::connect(to).unwrap();
    let to = end.local_addr().unwrap();
    let addr = relay::spawn(to, Pieces::of(1)).unwrap();
    for _ in 0..2 {
        let client = TcpStream::connect(addr).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        assert!(is_closed(client));
    }
}

#[test]
fn a_receiver_that_does_not_read_stops_the_sender_and_not_the_memory() {
    let (client, mut server) = through(&Pieces::of(65_536));
    let mut writer = client.try_clone().unwrap();
    writer.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    // Far more than all the buffers on the way: the write must get stuck.
    let flood = vec![b'x'; 64 << 20];
    assert!(writer.write_all(&flood).is_err());
    drop((writer, client));
    // What was on the way arrives all the same.
    let mut got = Vec::new();
    let _ = server.read_to_end(&mut got);
    assert!(!got.is_empty() && got.iter().all(|b| *b == b'x'));
}

#[test]
fn the_same_seed_gives_the_same_pieces_and_another_others() {
    let of = |seed, number| -> Vec<usize> {
        Pieces::random(seed).lengths(number).take(100).collect()
    };
    assert_eq!(of(1, 0), of(1, 0));
    assert_ne!(of(1, 0), of(2, 0));
    let directions = (1..9).flat_map(|n| Pieces::random(1).directions(n));
    let lengths = directions.map(|d| d.take(100).collect::<Vec<_>>());
    assert_eq!(lengths.collect::<HashSet<_>>().len(), 16);
    assert!(of(1, 0).iter().all(|n| (1..=1024).contains(n)));
    let short: Vec<usize> =
        Pieces::random_up_to(24, 1).lengths(0).take(1000).collect();
    assert!(short.contains(&1) && short.contains(&24));
    assert!(short.iter().all(|n| (1..=24).contains(n)));
}

#[test]
fn a_relay_that_leads_to_itself_is_refused_however_the_address_is_typed() {
    for (listen, to, refused) in [
        ("127.0.0.1:9000", "127.0.0.1:9000", true),
        ("127.0.0.1:9000", "localhost:9000", true),
        ("127.0.0.1:9000", "[::ffff:127.0.0.1]:9000", true),
        ("127.0.0.1:9000", "0.0.0.0:9000", true),
        ("0.0.0.0:9000", "127.0.0.1:9000", true),
        ("0.0.0.0:9000", "0.0.0.0:9000", true),
        ("127.0.0.1:9000", "127.0.0.1:9001", false),
        ("0.0.0.0:9000", "192.0.2.1:9000", false), // nobody's address
        ("192.0.2.1:9000", "127.0.0.1:9000", false),
    ] {
        let to: Addr = to.parse().unwrap();
        let checked = ends::check(listen.parse().unwrap(), &to);
        assert_eq!(checked.is_err(), refused, "{listen} {to}");
    }
    // Short for the same address, on the systems that know it.
    let short: Addr = "0.0:9000".parse().unwrap();
    if short.to_socket_addrs().is_ok() {
        let here = "127.0.0.1:9000".parse().unwrap();
        assert!(ends::check(here, &short).is_err());
    }
}

#[test]
fn listed_lengths_start_again_with_the_first_after_the_last() {
    let lengths = |text| -> Vec<usize> {
        Pieces::listed(text).unwrap().lengths(0).take(5).collect()
    };
    assert_eq!(lengths("3,7,1"), [3, 7, 1, 3, 7]);
    assert_eq!(lengths("4"), [4; 5]);
    for wrong in ["", "0", "3,", "3,,1", "3, 1", "-1", "65537", "random"] {
        assert!(Pieces::listed(wrong).is_none(), "{wrong}");
    }
}
