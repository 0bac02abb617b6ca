//! Names with several addresses, and addresses where nobody answers.

use std::io::ErrorKind;
use std::net::{self, SocketAddr, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use common::addr::Addr;
use common::connect::{connect, one_of};
use common::resolve;
use common::trace::{TcpListener, Trace, UdpSocket};
use socket2::{Domain, Socket, Type};

const PATIENCE: Duration = Duration::from_secs(30);

fn listener() -> (net::TcpListener, SocketAddr) {
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}

/// An address that refuses: its port is taken, and nobody listens there.
fn refusing() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any.into()).unwrap();
    let addr = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, addr)
}

/// An address of a server that takes nobody any more: its queue is full, and the system
/// leaves the next ones without an answer.
#[cfg(target_os = "linux")]
fn silent() -> (Socket, Vec<net::TcpStream>, SocketAddr) {
    let (socket, addr) = refusing();
    socket.listen(0).unwrap();
    let moment = Duration::from_millis(100);
    let connected = || net::TcpStream::connect_timeout(&addr, moment);
    let waiting = std::iter::from_fn(|| connected().ok()).collect();
    (socket, waiting, addr)
}

#[test]
fn both_ends_take_the_ipv4_address_of_a_name_that_has_one() {
    let localhost: Addr = "localhost:8080".parse().unwrap();
    let all: Vec<SocketAddr> = localhost.to_socket_addrs().unwrap().collect();
    let first = resolve::first(&localhost, PATIENCE).unwrap();
    assert_eq!(first.is_ipv4(), all.iter().any(SocketAddr::is_ipv4));
    assert!(all.is_sorted_by_key(SocketAddr::is_ipv6));
    assert_eq!(resolve::all(&localhost, PATIENCE).unwrap(), all);
    let ipv6 = resolve::first(&"[::1]:8080".parse().unwrap(), PATIENCE);
    assert_eq!(ipv6.unwrap(), "[::1]:8080".parse().unwrap());
}

#[test]
fn a_host_that_is_not_there_is_not_found() {
    // No name, so no name server is asked.
    let missing: Addr = "not..a.name:80".parse().unwrap();
    let e = connect(&missing, PATIENCE).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound, "{e}");
}

#[test]
fn a_server_takes_the_first_address_of_a_name_or_none() {
    let (_taken, taken) = listener();
    let free = "127.0.0.1:0".parse().unwrap();
    let e = TcpListener::bind(&[taken, free][..], &Trace::default());
    assert_eq!(e.unwrap_err().kind(), ErrorKind::AddrInUse);
    let taken = net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let addrs = [taken.local_addr().unwrap(), free];
    let e = UdpSocket::bind(&addrs[..], &Trace::default());
    assert_eq!(e.unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[test]
fn a_client_reaches_the_address_that_answers_wherever_it_stands() {
    let (_refusing, refusing) = refusing();
    let (_listener, addr) = listener();
    for addrs in [[refusing, addr], [addr, refusing]] {
        let stream = one_of(&addrs, PATIENCE).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_that_is_silent_leaves_the_others_their_share_of_the_time() {
    let (_socket, _waiting, silent) = silent();
    let (_listener, addr) = listener();
    let start = Instant::now();
    let stream = one_of(&[silent, addr], Duration::from_secs(1)).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), addr);
    assert!(start.elapsed() >= Duration::from_millis(450));
}

/// Wherever it stands. (Both orders beside each other: the other one may be waited for.)
fn is_told_that_it_refuses(refusing: SocketAddr, other: SocketAddr) {
    let told = |addrs: [SocketAddr; 2]| {
        let e = one_of(&addrs, Duration::from_millis(700)).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::ConnectionRefused, "{addrs:?}");
    };
    thread::scope(|scope| {
        scope.spawn(|| told([refusing, other]));
        told([other, refusing]);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn that_one_address_refuses_is_told_beside_one_that_is_silent() {
    let (_socket, _waiting, silent) = silent();
    let (_refusing, refusing) = refusing();
    is_told_that_it_refuses(refusing, silent);
}

#[test]
fn of_several_errors_the_one_that_tells_most_is_told() {
    let (_refusing, refusing) = refusing();
    // An address for documentation (RFC 3849), which nobody has; most test machines have
    // no way to any of its kind.
    let nowhere = "[2001:db8::1]:9".parse().unwrap();
    is_told_that_it_refuses(refusing, nowhere);
    assert_eq!(one_of(&[], PATIENCE).unwrap_err().kind(), ErrorKind::NotFound);
}
