//! The graders of this lesson's exercises: the steps of each, and what they need.

pub mod ask_again;
pub mod deliver;
pub mod network;
pub mod pay_once;

use std::io;
use std::net::{SocketAddr, UdpSocket};

use grade::exercise::failed;
use grade::{Problem, Verdict};

/// A socket on a free port of this machine, and its address.
fn open() -> Verdict<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(fails)?;
    let addr = socket.local_addr().map_err(fails)?;
    Ok((socket, addr))
}

fn fails(e: io::Error) -> Problem {
    failed(&format!("A socket fails: {e}."))
}
