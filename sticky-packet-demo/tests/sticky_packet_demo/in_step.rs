//! The reader in step: each read() finds all that was put on the wire before it.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use common::trace::{TcpStream, Trace};

use crate::lockstep::{Accepted, Lockstep, Network, connection};

fn ends() -> (TcpStream, Accepted) {
    let trace = Trace::default();
    connection(&trace, &trace).unwrap()
}

#[test]
fn every_read_returns_one_piece_or_the_rest_of_it() {
    let (to, stream) = ends();
    to.set_nodelay(true).unwrap();

    let lengths = Box::new([1, 2, 9, 3].into_iter());
    let network = Network { stream: (b'a'..=b't').collect(), lengths, to };
    let mut reader = Lockstep::behind(network, stream);
    let mut buffer = [0; 5];
    for piece in ["a", "bc", "defgh", "ijkl", "mno", "pqrst", ""] {
        let n = reader.read(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], piece.as_bytes());
        let left = if piece == "defgh" { 4 } else { 0 };
        assert_eq!(reader.waiting().unwrap(), left);
    }
}

#[test]
fn a_read_finds_all_that_was_written_before_it() {
    let (mut sender, stream) = ends();
    let mut reader = Lockstep::direct(stream);
    let mut buffer = [0; 8];

    // Together, before the first read.
    for message in ["one", "two", "three"] {
        sender.write_all(message.as_bytes()).unwrap();
        reader.expect(message.len());
    }
    assert_eq!(reader.read(&mut buffer).unwrap(), 8);
    assert_eq!((reader.unread(), reader.waiting().unwrap()), (3, 3));
    assert_eq!(reader.read(&mut buffer).unwrap(), 3);

    // One after the other.
    for message in ["one", "two", "three"] {
        sender.write_all(message.as_bytes()).unwrap();
        reader.expect(message.len());
        assert_eq!(reader.read(&mut buffer).unwrap(), message.len());
        assert_eq!((reader.unread(), reader.waiting().unwrap()), (0, 0));
    }
    sender.shutdown(Shutdown::Write).unwrap();
    assert_eq!(reader.read(&mut buffer).unwrap(), 0);
}

#[test]
fn bytes_that_never_come_are_an_error_and_no_endless_wait() {
    for first in ["", "some"] {
        let (mut sender, stream) = ends();
        let patience = Some(Duration::from_millis(50));
        stream.0.set_read_timeout(patience).unwrap();
        let mut reader = Lockstep::direct(stream);
        sender.write_all(first.as_bytes()).unwrap();
        reader.expect(first.len() + 1);
        let e = reader.read(&mut [0; 8]).unwrap_err();
        assert!(e.to_string().contains("do not reach the reader"), "{e}");
        assert!(reader.failure().is_some());
        sender.shutdown(Shutdown::Write).unwrap();
    }
}

#[test]
fn a_stream_that_ends_too_early_is_an_error_and_no_wait() {
    let (sender, stream) = ends();
    sender.shutdown(Shutdown::Write).unwrap();
    let mut reader = Lockstep::direct(stream);
    reader.expect(1);
    let e = reader.read(&mut [0; 8]).unwrap_err();
    assert!(e.to_string().contains("unexpected end of file"), "{e}");
}
