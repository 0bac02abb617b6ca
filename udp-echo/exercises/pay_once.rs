//! A server that pays. Its clients ask again when no answer comes, so a request can
//! arrive twice: a repeated request is paid once, and answered each time.
//!
//! A request has 12 bytes: a number of 8 bytes and an amount of 4 bytes, both in network
//! byte order. The client chooses the number at random, so no other request of anybody
//! has the same. `pay(amount)` pays, and returns what is left in the account. The answer
//! has 12 bytes: the number of the request, and what was left when it was paid. A
//! repeated request gets the same answer as the first time, even when others have been
//! paid in between. A client may use a new port for each try. A datagram that does not
//! have 12 bytes is not a request, and gets no answer.

use std::io;
use std::net::UdpSocket;

/// Serves until the socket fails.
pub fn pay_once(
    socket: &UdpSocket,
    pay: &mut dyn FnMut(u32) -> u32,
) -> io::Result<()> {
    todo!()
}
