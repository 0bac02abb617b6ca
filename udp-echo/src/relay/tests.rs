//! The bad network between raw sockets.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

const MOST_CLIENTS: usize = 64;
use super::fate::Fate;
use super::{BadNetwork, Direction, spawn};

const PATIENCE: Duration = Duration::from_secs(30);
const GOOD: BadNetwork = BadNetwork {
    lose: 0,
    duplicate: 0,
    reorder: 0,
    delay: Duration::ZERO,
    seed: 1,
};

fn raw() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn received(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_535];
    let (n, from) = loop {
        match socket.recv_from(&mut buffer) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {} // by a signal
            received => break received.unwrap(),
        }
    };
    buffer.truncate(n);
    (buffer, from)
}

/// A server behind a relay, and what the relay logs.
struct Behind {
    server: UdpSocket,
    relay: SocketAddr,
    log: Receiver<String>,
}

impl Behind {
    fn a(network: BadNetwork) -> Self {
        let server = raw();
        let to = server.local_addr().unwrap();
        let (lines, log) = mpsc::channel();
        let note = move |line| drop(lines.send(line));
        let relay = spawn(to, network, note).unwrap();
        Self { server, relay, log }
    }

    fn logged(&self) -> String {
        self.log.recv_timeout(PATIENCE).unwrap()
    }
}

/// The seed that gives the first datagrams to the server these fates.
fn seed_for(network: BadNetwork, fates: &[Fate]) -> BadNetwork {
    let seeds = (0..).map(|seed| BadNetwork { seed, ..network });
    let mut fitting = seeds.filter(|network| {
        let coming = network.fates(Direction::ToServer);
        coming.take(fates.len()).eq(fates.iter().copied())
    });
    fitting.next().unwrap()
}

#[test]
fn on_a_good_network_each_datagram_arrives_and_so_does_its_answer() {
    let behind = Behind::a(GOOD);
    let client = raw();
    for question in [&b"hello"[..], b"", b"\xff\x00"] {
        client.send_to(question, behind.relay).unwrap();
        let (got, from) = received(&behind.server);
        assert_eq!(got, question);
        behind.server.send_to(b"answer", from).unwrap();
        assert_eq!(received(&client), (b"answer".to_vec(), behind.relay));
    }
    assert_eq!(behind.logged(), "to server #1: 5 bytes, passed on");
    assert_eq!(behind.logged(), "to client #1: 6 bytes, passed on");
    assert_eq!(behind.logged(), "to server #2: 0 bytes, passed on");
}

#[test]
#[cfg_attr(target_os = "macos", ignore = "it sends 9,216 bytes at most")]
fn the_longest_datagram_passes_uncut() {
    let behind = Behind::a(GOOD);
    let client = raw();
    client.send_to(&[7; 65_507], behind.relay).unwrap();
    let (question, from) = received(&behind.server);
    assert_eq!(question, [7; 65_507]);
    behind.server.send_to(&question, from).unwrap();
    assert_eq!(received(&client).0, question);
}

#[test]
fn each_client_gets_its_own_answers() {
    let behind = Behind::a(GOOD);
    let (one, two) = (raw(), raw());
    one.send_to(b"one", behind.relay).unwrap();
    let (_, from_one) = received(&behind.server);
    two.send_to(b"two", behind.relay).unwrap();
    let (_, from_two) = received(&behind.server);
    assert_ne!(from_one, from_two);
    behind.server.send_to(b"for two", from_two).unwrap();
    behind.server.send_to(b"for one", from_one).unwrap();
    assert_eq!(received(&one).0, b"for one");
    assert_eq!(received(&two).0, b"for two");
}

#[test]
fn more_clients_than_are_known_at_a_time_are_served() {
    let behind = Behind::a(GOOD);
    let clients: Vec<UdpSocket> =
        (0..MOST_CLIENTS + 20).map(|_| raw()).collect();
    let mut ports = vec![];
    let start = Instant::now();
    for client in &clients {
        client.send_to(b"?", behind.relay).unwrap();
        let (_, from) = received(&behind.server);
        ports.push(from);
        behind.server.send_to(b"!", from).unwrap();
        assert_eq!(received(client).0, b"!");
    }
    // Nobody waits until a thread without a client finds that out.
    assert!(start.elapsed() < Duration::from_secs(2));
    // The first client has been forgotten: it comes back as a new one.
    clients[0].send_to(b"?", behind.relay).unwrap();
    assert_ne!(received(&behind.server).1, ports[0]);
    // The last one is still known.
    clients.last().unwrap().send_to(b"?", behind.relay).unwrap();
    assert_eq!(received(&behind.server).1, *ports.last().unwrap());
}

#[test]
fn a_stranger_cannot_answer_in_the_place_of_the_server() {
    let behind = Behind::a(GOOD);
    let client = raw();
    client.send_to(b"?", behind.relay).unwrap();
    let (_, from) = received(&behind.server);
    let stranger = raw();
    stranger.send_to(b"lies", from).unwrap();
    behind.server.send_to(b"truth", from).unwrap();
    assert_eq!(received(&client).0, b"truth");
    // An answer that is not passed on has its line, too.
    let (stranger, server) =
        (stranger.local_addr(), behind.server.local_addr());
    let (stranger, server) = (stranger.unwrap(), server.unwrap());
    assert_eq!(behind.logged(), "to server #1: 1 byte, passed on");
    assert_eq!(
        behind.logged(),
        format!(
            "to client: 4 bytes from {stranger} dropped, {server} was asked; if \
             {stranger} is the server, give --to {stranger}"
        )
    );
}

#[test]
fn a_server_that_is_not_there_yet_ends_nothing() {
    let server = raw();
    let to = server.local_addr().unwrap();
    drop(server);
    let relay = spawn(to, GOOD, |_| {}).unwrap();
    let client = raw();
    client.send_to(b"too early", relay).unwrap();
    // A client that has gone ends nothing either.
    raw().send_to(b"gone", relay).unwrap();
    let server = loop {
        if let Ok(server) = UdpSocket::bind(to) {
            break server;
        }
    };
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    client.send_to(b"now", relay).unwrap();
    let (mut question, mut from) = received(&server);
    while question != b"now" {
        (question, from) = received(&server);
    }
    server.send_to(b"yes", from).unwrap();
    assert_eq!(received(&client).0, b"yes");
}

#[test]
fn a_datagram_is_lost_and_the_log_says_so() {
    let network = BadNetwork { lose: 50, ..GOOD };
    let behind = Behind::a(seed_for(network, &[Fate::Lost, Fate::Passed]));
    let client = raw();
    client.send_to(b"first", behind.relay).unwrap();
    client.send_to(b"second", behind.relay).unwrap();
    assert_eq!(received(&behind.server).0, b"second");
    assert_eq!(behind.logged(), "to server #1: 5 bytes, lost");
    assert_eq!(behind.logged(), "to server #2: 6 bytes, passed on");
}

#[test]
fn a_datagram_arrives_twice() {
    let behind = Behind::a(BadNetwork { duplicate: 100, ..GOOD });
    raw().send_to(b"pay", behind.relay).unwrap();
    assert_eq!(received(&behind.server), received(&behind.server));
    assert_eq!(behind.logged(), "to server #1: 3 bytes, sent twice");
}

#[test]
fn a_datagram_is_overtaken_by_the_next_one() {
    let network = BadNetwork { reorder: 50, ..GOOD };
    let behind = Behind::a(seed_for(network, &[Fate::HeldBack, Fate::Passed]));
    let client = raw();
    client.send_to(b"first", behind.relay).unwrap();
    client.send_to(b"second", behind.relay).unwrap();
    assert_eq!(received(&behind.server).0, b"second");
    assert_eq!(received(&behind.server).0, b"first");
    let held = "to server #1: 5 bytes, held back for the next one to overtake";
    assert_eq!(behind.logged(), held);
}

#[test]
fn the_same_seed_gives_the_same_fates_and_another_others() {
    let network = BadNetwork { lose: 30, duplicate: 10, reorder: 10, ..GOOD };
    let fates = |seed, direction| -> Vec<Fate> {
        let network = BadNetwork { seed, ..network };
        network.fates(direction).take(1000).collect()
    };
    let to_server = fates(1, Direction::ToServer);
    assert_eq!(to_server, fates(1, Direction::ToServer));
    assert_ne!(to_server, fates(2, Direction::ToServer));
    assert_ne!(to_server, fates(1, Direction::ToClient));

    // And through two relays, whatever the timing, with the same log.
    let logs = [Duration::ZERO, Duration::from_millis(3)].map(|delay| {
        let behind = Behind::a(BadNetwork { delay, ..network });
        let client = raw();
        (0..100)
            .map(|_| {
                client.send_to(b"?", behind.relay).unwrap();
                behind.logged()
            })
            .collect::<Vec<String>>()
    });
    assert_eq!(logs[0], logs[1]);
    for (line, fate) in logs[0].iter().zip(&to_server) {
        assert!(line.ends_with(&fate.to_string()), "{line}, not {fate}");
    }
}

#[test]
fn a_percentage_is_kept_and_0_and_100_are_never_and_always() {
    let count = |network: BadNetwork, wanted: Fate| {
        let fates = network.fates(Direction::ToClient).take(10_000);
        fates.filter(|fate| *fate == wanted).count()
    };
    for (percent, least, most) in
        [(0, 0, 0), (10, 900, 1100), (30, 2800, 3200), (100, 10_000, 10_000)]
    {
        let within = |n| (least..=most).contains(&n);
        let lose = BadNetwork { lose: percent, ..GOOD };
        assert!(within(count(lose, Fate::Lost)));
        let duplicate = BadNetwork { duplicate: percent, ..GOOD };
        assert!(within(count(duplicate, Fate::Twice)));
        let reorder = BadNetwork { reorder: percent, ..GOOD };
        assert!(within(count(reorder, Fate::HeldBack)));
    }
}
