//! Addresses as they are typed, and bytes as they may be shown.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::net::{SocketAddr, ToSocketAddrs};

use common::cli::{Addr, printable, without_newline};

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
        let error = text.parse::<Addr>().unwrap_err();
        assert!(error.contains("give HOST:PORT, such as"), "{text}: {error}");
    }
}

#[test]
fn an_address_that_a_socket_has_is_one_that_can_be_typed() {
    for text in ["127.0.0.1:8080", "[::1]:8080"] {
        let real: SocketAddr = text.parse().unwrap();
        let addr = Addr::from(real);
        assert_eq!(addr, text.parse().unwrap());
        assert!(addr.to_socket_addrs().unwrap().eq([real]));
    }
}

#[test]
fn text_in_any_language_is_shown_as_it_is() {
    for text in ["hello", "粘包 naïve Ж", "it's \"1\\2\"", "👍"] {
        assert_eq!(printable(text.as_bytes()), text);
    }
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    for (bytes, shown) in [
        (&b"a\r\n\tb"[..], r"a\r\n\tb"),
        (b"\x1b[31mred\x07\x00\x7f", r"\x1b[31mred\x07\x00\x7f"),
        ("\u{9b}31m".as_bytes(), r"\u{9b}31m"), // an escape in one character
        ("\u{202e}gpj.exe".as_bytes(), r"\u{202e}gpj.exe"), // right to left
        ("\u{200b}\u{feff}".as_bytes(), r"\u{200b}\u{feff}"), // invisible
        (b"\xff\xfeA", r"\xff\xfeA"),
        (&"粘".as_bytes()[..2], r"\xe7\xb2"), // half a character
    ] {
        assert_eq!(printable(bytes), shown);
        assert!(!printable(bytes).contains(char::is_control));
    }
}

#[test]
fn a_newline_is_that_of_unix_or_of_windows_and_only_the_last() {
    for (line, rest) in [
        (&b"a\n"[..], &b"a"[..]),
        (b"a\r\n", b"a"),
        (b"a", b"a"),
        (b"\n", b""),
        (b"\r\n", b""),
        (b"", b""),
        (b"a\n\n", b"a\n"),
        (b"a\r", b"a\r"),
    ] {
        assert_eq!(without_newline(line), rest);
    }
}
