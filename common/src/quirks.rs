//! What a system does with calls on sockets that is no event of the network: a signal
//! interrupts them, and macOS refuses the options of a stream that is shut.

use std::io::{self, ErrorKind};
use std::net;
use std::time::{Duration, Instant};

/// The timeout of a kind of call on a socket: how to look at it, and how to set it.
pub type Timeout<S> = (
    fn(&S) -> io::Result<Option<Duration>>,
    fn(&S, Option<Duration>) -> io::Result<()>,
);

/// Makes a call until no signal interrupts it: that is no event of the network. After a
/// signal, the call gets what is left of its time, and not all of it again.
pub fn uninterrupted<S, T>(
    socket: &S,
    (timeout, set_timeout): Timeout<S>,
    mut call: impl FnMut(&S) -> io::Result<T>,
) -> io::Result<T> {
    let interrupted = |result: &io::Result<T>| {
        result.as_ref().is_err_and(|e| e.kind() == ErrorKind::Interrupted)
    };
    let start = Instant::now();
    let mut result = call(socket);
    if !interrupted(&result) {
        return result;
    }
    let whole = timeout(socket)?;
    while interrupted(&result) {
        let left = whole.map(|time| time.saturating_sub(start.elapsed()));
        // Once at least a moment, in which the call takes what has come meanwhile.
        let moment = Duration::from_millis(10);
        ok_if_shut(set_timeout(socket, left.map(|left| left.max(moment))))?;
        result = call(socket);
        if left.is_some_and(|left| left.is_zero()) && interrupted(&result) {
            result = Err(ErrorKind::TimedOut.into());
        }
    }
    ok_if_shut(set_timeout(socket, whole))?;
    result
}

pub const READING: Timeout<net::TcpStream> =
    (net::TcpStream::read_timeout, net::TcpStream::set_read_timeout);
pub const WRITING: Timeout<net::TcpStream> =
    (net::TcpStream::write_timeout, net::TcpStream::set_write_timeout);
pub const RECEIVING: Timeout<net::UdpSocket> =
    (net::UdpSocket::read_timeout, net::UdpSocket::set_read_timeout);

/// The result of setting an option of a stream. macOS refuses each one (EINVAL) once both
/// directions are shut, by two goodbyes or by a reset. No call waits then,
/// so the refusal is no error: what has arrived can still be read.
pub fn ok_if_shut(result: io::Result<()>) -> io::Result<()> {
    let is_quirk = |e: &io::Error| e.kind() == ErrorKind::InvalidInput;
    if cfg!(target_vendor = "apple") && result.as_ref().is_err_and(is_quirk) {
        return Ok(());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_call_gets_what_is_left_of_its_time_and_no_more() {
        let socket = net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let whole = Some(Duration::from_millis(100));
        socket.set_read_timeout(whole).unwrap();
        let mut waits = Vec::new();
        let end = uninterrupted(&socket, RECEIVING, |socket| {
            waits.push(socket.read_timeout()?);
            std::thread::sleep(Duration::from_millis(30));
            let again = Err(ErrorKind::Interrupted.into());
            if waits.len() < 9 { again } else { Ok("without an end") }
        });
        assert_eq!(end.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(waits.is_sorted_by(|a, b| a >= b), "{waits:?}");
        assert!(waits[0] == whole && waits[1] < whole, "{waits:?}");
        assert_eq!(socket.read_timeout().unwrap(), whole);
    }
}
