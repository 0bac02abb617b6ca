//! Addresses as they are typed.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::cell::RefCell;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use common::addr::{Addr, announce};
use common::failure::start_the_server;
use common::lesson::Lesson;
use common::resolve;

const TIME: Duration = Duration::from_secs(30);
const LESSON: Lesson = Lesson { name: "tcp-echo", addr: "127.0.0.1:8080" };

#[test]
fn an_address_is_printed_as_it_was_typed() {
    for text in [
        "127.0.0.1:8080",
        "0.0.0.0:0",
        "localhost:65535",
        "example.com:80",
        "[::1]:8080",
        "[fe80::1%eth0]:8080",
    ] {
        assert_eq!(text.parse::<Addr>().unwrap().to_string(), text);
    }
}

#[test]
fn an_address_without_its_parts_is_refused_with_an_example() {
    for text in [
        "",
        ":",
        "8080",
        ":8080",
        "localhost",
        "localhost:",
        "localhost:http",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1: 80",
        "::1:8080", // the address ::1:8080, or port 8080 of ::1?
        "[::1]",
        "[::1:8080",
        "[]:8080",
    ] {
        let error = text.parse::<Addr>().unwrap_err().to_string();
        assert!(error.contains("give HOST:PORT, such as"), "{text}: {error}");
    }
}

#[test]
fn a_server_that_is_missing_is_to_be_started_on_its_machine() {
    let on_that = ", on the machine with that address";
    for (addr, there) in [
        ("127.0.0.1:9000", ""),
        ("localhost:9000", ""),
        ("[::1]:9000", ""),
        ("192.168.1.5:9000", on_that),
        ("example.com:9000", on_that),
    ] {
        let remedy = start_the_server(&addr.parse().unwrap(), LESSON);
        let wanted = format!(
            "start the server first{there}: cargo run -p tcp-echo -- server \
             --addr {addr}"
        );
        assert_eq!(remedy, wanted);
    }
}

#[test]
fn an_address_that_a_socket_has_is_one_that_can_be_typed() {
    for text in ["127.0.0.1:8080", "[::1]:8080", "[fe80::1%1]:8080"] {
        let real: SocketAddr = text.parse().unwrap();
        let addr = Addr::from(real);
        assert_eq!(addr, text.parse().unwrap());
        assert!(addr.to_socket_addrs().unwrap().eq([real]));
    }
}

#[test]
fn both_ends_take_the_ipv4_address_of_a_name_that_has_one() {
    let localhost: Addr = "localhost:8080".parse().unwrap();
    let all: Vec<SocketAddr> = localhost.to_socket_addrs().unwrap().collect();
    let resolved = resolve::first(&localhost, TIME).unwrap();
    assert_eq!(resolved.is_ipv4(), all.iter().any(SocketAddr::is_ipv4));
    // Both ends of TCP begin there, too.
    assert_eq!(all.first(), Some(&resolved));
    assert!(all.is_sorted_by_key(SocketAddr::is_ipv6));
    let ipv6: Addr = "[::1]:8080".parse().unwrap();
    assert_eq!(
        resolve::first(&ipv6, TIME).unwrap(),
        "[::1]:8080".parse().unwrap()
    );
}

fn announced(listening: &str) -> Vec<String> {
    let log = RefCell::new(Vec::new());
    let (addr, listening) =
        (listening.parse().unwrap(), listening.parse().unwrap());
    announce(&addr, listening, |line| log.borrow_mut().push(line));
    log.into_inner()
}

#[test]
fn an_address_of_one_network_is_announced_alone() {
    for addr in ["127.0.0.1:8080", "[::1]:8080", "192.168.1.5:8080"] {
        assert_eq!(announced(addr), [format!("listening on {addr}")]);
    }
}

#[test]
fn every_network_is_announced_with_what_another_machine_can_use() {
    for addr in ["0.0.0.0:8080", "[::]:8080"] {
        let log = announced(addr);
        assert_eq!(log[0], format!("listening on {addr}"));
        let other = log[1].strip_prefix("from another machine: --addr ");
        for other in other.unwrap().split(" or --addr ") {
            if let Ok(other) = other.parse::<SocketAddr>() {
                let ip = other.ip();
                assert!(!ip.is_loopback() && !ip.is_unspecified(), "{other}");
                assert_eq!(other.port(), 8080);
            } else {
                assert!(other.starts_with("ADDRESS:8080, with "), "{other}");
            }
        }
    }
}

#[test]
fn a_machine_in_a_network_is_announced_with_its_address_there() {
    // Sends nothing: connect() on such a socket only chooses the sender's address.
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let connected = socket.connect("192.0.2.1:9").is_ok();
    let ip = socket.local_addr().unwrap().ip();
    if connected && !ip.is_loopback() {
        let told = format!("from another machine: --addr {ip}:8080");
        assert_eq!(announced("0.0.0.0:8080")[1], told);
    }
}

/// A system can be told otherwise: sysctl net.ipv6.bindv6only=1.
#[cfg(target_os = "linux")]
#[test]
fn on_linux_a_server_on_every_ipv6_network_serves_ipv4_as_well() {
    let setting = std::fs::read_to_string("/proc/sys/net/ipv6/bindv6only");
    let Ok(setting) = setting else { return }; // a system without IPv6
    let told = announced("[::]:8080");
    assert_eq!(told.len() == 2, setting.trim() == "0", "{told:?}");
}
