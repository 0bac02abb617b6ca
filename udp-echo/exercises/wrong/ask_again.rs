//! Answers to `ask_again` that are wrong, each for another reason.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use super::super::solutions;

/// The four things that `ask_again` is given, which all of them pass on.
type Task<'a> = (SocketAddr, &'a [u8], Duration, u32);
type Answer = io::Result<Vec<u8>>;
type Datagram = (Vec<u8>, SocketAddr);

/// It waits without end (an hour) for an answer that has been lost.
pub fn without_a_timeout((server, question, _, tries): Task) -> Answer {
    let wait = Duration::from_secs(3600);
    solutions::ask_again::ask_again(server, question, wait, tries)
}

/// It asks again and again, and never gives up.
pub fn without_end((server, question, wait, _): Task) -> Answer {
    solutions::ask_again::ask_again(server, question, wait, u32::MAX)
}

/// `tries` is taken for how often to ask after the first time.
pub fn once_more((server, question, wait, tries): Task) -> Answer {
    solutions::ask_again::ask_again(server, question, wait, tries + 1)
}

/// No answer becomes an empty one, which a server can really give.
pub fn no_error((server, question, wait, tries): Task) -> Answer {
    let answer = solutions::ask_again::ask_again(server, question, wait, tries);
    Ok(answer.unwrap_or_default())
}

/// It knows what the server of lesson 2 would answer, and does not look.
pub fn upper_case((server, question, wait, tries): Task) -> Answer {
    solutions::ask_again::ask_again(server, question, wait, tries)?;
    Ok(question.to_ascii_uppercase())
}

/// It does not look who has answered.
pub fn anybody((server, question, wait, tries): Task) -> Answer {
    asked((server, question, wait, tries), |socket| receive(socket, 65_535))
}

/// Whatever a stranger sends uses up a try. The server's answer comes a moment later, to
/// a port that is closed by then.
pub fn one_datagram((server, question, wait, tries): Task) -> Answer {
    let is_answer = |(_, from): &Datagram| *from == server;
    asked((server, question, wait, tries), |socket| {
        receive(socket, 65_535).filter(is_answer)
    })
}

/// Whatever arrives, the time begins again. There is a timeout for each `recv_from`, and
/// no deadline for all of them.
pub fn no_deadline((server, question, wait, tries): Task) -> Answer {
    let is_answer = |(_, from): &Datagram| *from == server;
    asked((server, question, wait, tries), |socket| {
        loop {
            let came = receive(socket, 65_535);
            if came.as_ref().is_none_or(is_answer) {
                return came;
            }
        }
    })
}

/// The original's `recvfrom(1024)` cuts a longer answer.
pub fn cut_at_1024((server, question, wait, tries): Task) -> Answer {
    asked((server, question, wait, tries), |socket| receive(socket, 1024))
}

thread_local! {
    static SOCKET: io::Result<UdpSocket> = UdpSocket::bind("127.0.0.1:0");
}

/// One socket for all questions, and an answer to an earlier one is taken for the answer
/// to this one.
pub fn one_port((server, question, wait, _): Task) -> Answer {
    SOCKET.with(|socket| {
        let socket = socket.as_ref().map_err(io::Error::kind)?;
        socket.set_read_timeout(Some(wait))?;
        socket.send_to(question, server)?;
        let (answer, _) = receive(socket, 65_535).ok_or(ErrorKind::TimedOut)?;
        Ok(answer)
    })
}

/// Asks, each time from a new port, until one of these is the answer.
fn asked(
    (server, question, wait, tries): Task,
    answer: impl Fn(&UdpSocket) -> Option<Datagram>,
) -> Answer {
    for _ in 0..tries {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(wait))?;
        socket.send_to(question, server)?;
        if let Some((answer, _)) = answer(&socket) {
            return Ok(answer);
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// So much of the next datagram, and who has sent it.
fn receive(socket: &UdpSocket, most: usize) -> Option<Datagram> {
    let mut buffer = vec![0; most];
    let (n, from) = socket.recv_from(&mut buffer).ok()?;
    buffer.truncate(n);
    Some((buffer, from))
}
