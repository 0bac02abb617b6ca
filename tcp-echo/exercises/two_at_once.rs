//! Serve every client that comes, and let none of them wait for another: give each
//! connection to `talk`, which returns when that client has left.
//!
//! Two clients, or a hundred: the server does not know how many there will be. It never
//! returns, unless it can take no more connections: then it returns the error.

use std::io;
use std::net::{TcpListener, TcpStream};

pub fn two_at_once(
    listener: TcpListener,
    talk: fn(TcpStream),
) -> io::Result<()> {
    todo!()
}
