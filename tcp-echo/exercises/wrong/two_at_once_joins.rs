//! A thread for each connection, and `join`, which waits until that thread has ended.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

pub fn two_at_once(
    listener: TcpListener,
    talk: fn(TcpStream),
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let talking = thread::spawn(move || talk(stream));
        if talking.join().is_err() {
            return Err(io::Error::other("a thread has panicked"));
        }
    }
}
