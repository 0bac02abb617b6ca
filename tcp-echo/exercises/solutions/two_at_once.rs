//! Solves `two_at_once`: a thread for each connection, and nobody waits for its end.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

pub fn two_at_once(
    listener: TcpListener,
    talk: fn(TcpStream),
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        // thread::spawn would panic when the system has no thread left.
        thread::Builder::new().spawn(move || talk(stream))?;
    }
}
