//! Addresses as they are typed, and what a server says of its own.

use std::cell::RefCell;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

use common::addr::{Addr, announce};
use common::ends;

fn addr(text: &str) -> Addr {
    text.parse().unwrap()
}

#[test]
fn an_address_is_printed_as_it_was_typed_and_quoted_in_a_command() {
    for text in ["127.0.0.1:8080", "localhost:65535", "my-host.example.com:0"] {
        assert_eq!(addr(text).to_string(), text);
        assert_eq!(addr(text).in_a_command(), text);
    }
    // A shell would look for files that are called so.
    for text in ["[::1]:8080", "[fe80::1%eth0]:8080"] {
        assert_eq!(addr(text).to_string(), text);
        assert_eq!(addr(text).in_a_command(), format!("\"{text}\""));
    }
    // What a socket has can be typed.
    for text in ["127.0.0.1:8080", "[::1]:8080", "[fe80::1%1]:8080"] {
        let real: SocketAddr = text.parse().unwrap();
        assert_eq!(Addr::from(real), addr(text));
        assert!(addr(text).to_socket_addrs().unwrap().eq([real]));
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
fn an_address_is_judged_by_what_it_is_and_not_by_how_it_is_typed() {
    // 127.1 and 0 are short for an address, and a number that begins with 0 is octal; not
    // every system knows that.
    for (text, every_network, loopback) in [
        ("127.0.0.1:1", false, true),
        ("127.8.8.8:1", false, true),
        ("localhost:1", false, true),
        ("[::1]:1", false, true),
        ("127.1:1", false, true),
        ("127.0.0.010:1", false, true),
        ("0.0.0.0:1", true, false),
        ("[::]:1", true, false),
        ("0:1", true, false),
        ("0.0:1", true, false),
        ("0x0:1", true, false),
        ("00.0.0.0:1", true, false),
        ("[::%1]:1", true, false),
        ("[::ffff:0.0.0.0]:1", true, false),
        ("[::ffff:127.0.0.1]:1", false, true),
        ("192.0.2.1:1", false, false),
        ("[2001:db8::1]:1", false, false),
    ] {
        let addr = addr(text);
        if addr.to_socket_addrs().is_ok() {
            assert_eq!(addr.is_every_network(), every_network, "{text}");
            assert_eq!(addr.is_loopback(), loopback, "{text}");
        }
    }
}

/// What a server says that was given this address, and listens there.
fn announced(given: &str, listening: &str) -> Vec<String> {
    let log = RefCell::new(Vec::new());
    announce(&addr(given), listening.parse().unwrap(), |line| {
        log.borrow_mut().push(line);
    });
    log.into_inner()
}

#[test]
fn the_other_addresses_of_a_name_are_announced_as_those_where_nobody_listens() {
    // Of localhost this is none, on any machine.
    let said = announced("localhost:80", "192.0.2.1:80");
    assert_eq!(said[0], "listening on 192.0.2.1:80");
    let all = addr("localhost:80").to_socket_addrs().unwrap();
    let others = all.map(|a| {
        format!("(and not on {}, which localhost:80 means as well)", a.ip())
    });
    assert_eq!(said[1..], others.collect::<Vec<_>>());
    // An address has no others.
    assert_eq!(announced("[::1]:80", "[::1]:80"), ["listening on [::1]:80"]);
}

#[test]
fn every_network_is_announced_with_what_another_machine_can_use() {
    for (every, other) in
        [("0.0.0.0:8080", "192.0.2.1:9"), ("[::]:8080", "[2001:db8::1]:9")]
    {
        let log = announced(every, every);
        assert_eq!(log[0], format!("listening on {every}"));
        let told = log[1].strip_prefix("from another machine: --addr ");
        // Sends nothing: connect() on such a socket only chooses the sender's address.
        let socket = UdpSocket::bind(every.replace("8080", "0"));
        let ours = socket.and_then(|s| s.connect(other).and(s.local_addr()));
        match ours.map(|ours| ours.ip()) {
            Ok(ip) if !ip.is_loopback() && !ip.is_unspecified() => {
                let ours = Addr::from(SocketAddr::new(ip, 8080));
                assert_eq!(told.unwrap(), ours.in_a_command());
                assert!(log[2].starts_with("(if it has more addresses"));
            }
            _ => assert!(told.unwrap().starts_with("ADDRESS:8080, with ")),
        }
    }
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
        ("127.0.0.1:9000", "0.0:9000", true), // short for it, on some systems
        ("127.0.0.1:9000", "127.0.0.1:9001", false),
        ("0.0.0.0:9000", "192.0.2.1:9000", false), // nobody's address
        ("192.0.2.1:9000", "127.0.0.1:9000", false),
    ] {
        let to = addr(to);
        if to.to_socket_addrs().is_ok() {
            let checked = ends::check(listen.parse().unwrap(), &to);
            assert_eq!(checked.is_err(), refused, "{listen} {to}");
        }
    }
}
