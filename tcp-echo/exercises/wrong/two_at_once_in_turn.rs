//! As the original: one client after the other.

use std::io;
use std::net::{TcpListener, TcpStream};

pub fn two_at_once(
    listener: TcpListener,
    talk: fn(TcpStream),
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        talk(stream);
    }
}
