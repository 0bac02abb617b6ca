//! cargo run -p tcp-echo --example std_server
//!
//! The lesson's server on the standard library alone: a file to copy.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{thread, time::Duration};

fn main() -> io::Result<()> {
    serve(&TcpListener::bind("127.0.0.1:8080")?)
}

/// Takes each client that comes, and gives it a thread.
pub fn serve(listener: &TcpListener) -> ! {
    loop {
        match listener.accept() {
            // (With no thread left, the stream is dropped: that closes it.)
            Ok((stream, _)) => {
                drop(thread::Builder::new().spawn(|| echo(stream)));
            }
            // For example, too many open files: wait until one is closed.
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()), // the client has finished
            n => stream.write_all(&buffer[..n].to_ascii_uppercase())?,
        }
    }
}
