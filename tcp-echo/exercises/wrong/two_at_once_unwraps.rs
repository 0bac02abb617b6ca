//! A thread for each connection, and a panic where none can be taken.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

pub fn two_at_once(
    listener: TcpListener,
    talk: fn(TcpStream),
) -> io::Result<()> {
    loop {
        #[expect(clippy::unwrap_used, reason = "the mistake")]
        let (stream, _) = listener.accept().unwrap();
        thread::Builder::new().spawn(move || talk(stream))?;
    }
}
