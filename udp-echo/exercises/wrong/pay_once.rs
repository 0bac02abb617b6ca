//! Answers to `pay_once` that are wrong, each for another reason.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{SocketAddr, UdpSocket};

/// Pays, and returns what is left.
type Pay<'a> = &'a mut dyn FnMut(u32) -> u32;

/// It pays whatever arrives, as an echo may.
pub fn each_time(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    serve(socket, |request, _| Some(paid(request, pay)))
}

/// It knows the repeat, and throws it away. If the first answer was lost, the client
/// never learns that it has paid.
pub fn silent(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut known = HashSet::new();
    serve(socket, |request, _| {
        known.insert(number(request)).then(|| paid(request, pay))
    })
}

/// It pays once, but answers the repeat with what is left by now.
pub fn what_is_left_now(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let (mut known, mut left) = (HashSet::new(), [0; 4]);
    serve(socket, |request, _| {
        let mut answer = request;
        if known.insert(number(request)) {
            answer = paid(request, pay);
            left.copy_from_slice(&answer[8..]);
        }
        answer[8..].copy_from_slice(&left);
        Some(answer)
    })
}

/// It knows a client by its address, but a client that asks again may do it from another
/// port.
pub fn per_address(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut answers = HashMap::new();
    serve(socket, |request, client| {
        let answer = answers.entry((client, number(request)));
        Some(*answer.or_insert_with(|| paid(request, pay)))
    })
}

/// It remembers the last request only. A datagram can be late, and arrive after others.
pub fn last_only(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut last = None;
    serve(socket, |request, _| {
        let known = last.filter(|last| number(*last) == number(request));
        last = known.or_else(|| Some(paid(request, pay)));
        last
    })
}

/// It trusts the order. A number below the highest one is taken for an old one.
pub fn ascending(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut answers = HashMap::new();
    let mut highest = None;
    serve(socket, |request, _| {
        let number = number(request);
        if highest.is_none_or(|highest| number > highest) {
            answers.insert(number, paid(request, pay));
            highest = Some(number);
        }
        answers.get(&number).copied()
    })
}

/// It takes two requests of the same amount for one.
pub fn by_amount(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut answers = HashMap::new();
    serve(socket, |request, _| {
        let answer = answers.entry(amount(request));
        Some(*answer.or_insert_with(|| paid(request, pay)))
    })
}

/// It believes that a datagram has the length of a request.
pub fn any_length(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut buffer = [0; 65_535];
    loop {
        let (n, client) = socket.recv_from(&mut buffer)?;
        let mut request = [0; 12];
        request.copy_from_slice(&buffer[..n]);
        socket.send_to(&paid(request, pay), client)?;
    }
}

/// Its buffer has the length of a request, so that a longer datagram is cut, and looks
/// like one.
pub fn cut(socket: &UdpSocket, pay: Pay) -> io::Result<()> {
    let mut request = [0; 12];
    loop {
        let (n, client) = socket.recv_from(&mut request)?;
        if n == 12 {
            socket.send_to(&paid(request, pay), client)?;
        }
    }
}

type Request = [u8; 12];

/// Sends what is made of each request to its client.
fn serve(
    socket: &UdpSocket,
    mut answer: impl FnMut(Request, SocketAddr) -> Option<Request>,
) -> io::Result<()> {
    let mut buffer = [0; 65_535];
    loop {
        let (n, client) = socket.recv_from(&mut buffer)?;
        if let Ok(request) = buffer[..n].try_into()
            && let Some(answer) = answer(request, client)
        {
            socket.send_to(&answer, client)?;
        }
    }
}

fn number([number @ .., _, _, _, _]: Request) -> [u8; 8] {
    number
}

fn amount([.., a, b, c, d]: Request) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

/// The answer to a request that is paid now.
fn paid(request: Request, pay: Pay) -> Request {
    let left = pay(amount(request));
    let mut answer = request;
    answer[8..].copy_from_slice(&left.to_be_bytes());
    answer
}
