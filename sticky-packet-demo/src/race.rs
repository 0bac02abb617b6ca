//! The race: two threads, one connection, one read() for each message, and
//! nothing that keeps the two in step.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use common::failure::no_thread;

/// A way to send and receive: one function for each. `receive` returns
/// `None` when the sender has finished.
#[derive(Clone, Copy)]
pub struct Method {
    pub send: fn(&mut TcpStream, &[u8]) -> Result<()>,
    pub receive: fn(&mut TcpStream) -> Result<Option<Vec<u8>>>,
}

/// Sends `count` messages; returns how many arrived as they were sent.
pub fn race(method: Method, count: usize) -> Result<usize> {
    let listener = TcpListener::bind("127.0.0.1:0")?; // any port
    // connect() does not wait for accept(): the system makes the connection,
    // and accept() only takes it.
    let mut sender = TcpStream::connect(listener.local_addr()?)?;
    let (mut reader, _) = listener.accept()?;
    // Like a lambda: numbered(7) is b"message 0007".
    let numbered = |i| format!("message {i:04}").into_bytes();
    let mut missing: HashSet<_> = (0..count).map(numbered).collect();

    // `move`: the sender's stream is closed when this thread ends. That is
    // how the reader learns that no more will come.
    let send_all = move || -> Result<()> {
        for i in 0..count {
            (method.send)(&mut sender, &numbered(i))?;
        }
        Ok(())
    };
    let thread = thread::Builder::new().spawn(send_all);
    let thread = thread.map_err(|e| no_thread(&e))?;
    while let Some(message) = (method.receive)(&mut reader)? {
        missing.remove(&message);
    }
    // The first `?` is for a thread that has panicked, the second one for
    // what it has returned.
    thread.join().map_err(|_| anyhow!("the sender has panicked"))??;
    Ok(count - missing.len())
}

pub fn send(stream: &mut TcpStream, message: &[u8]) -> Result<()> {
    stream.write_all(message)?;
    Ok(())
}

/// TCP_NODELAY: the system sends each small write immediately.
pub fn send_nodelay(stream: &mut TcpStream, message: &[u8]) -> Result<()> {
    stream.set_nodelay(true)?;
    send(stream, message)
}

pub fn send_and_sleep(stream: &mut TcpStream, message: &[u8]) -> Result<()> {
    send(stream, message)?;
    thread::sleep(Duration::from_millis(1));
    Ok(())
}

/// One read() for each message.
pub fn receive(stream: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; 1024];
    let n = stream.read(&mut message)?;
    message.truncate(n);
    Ok((n > 0).then_some(message)) // Some(message), or None at the end
}

/// The same, by a reader that needs 2 ms for each message.
pub fn receive_slowly(stream: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    thread::sleep(Duration::from_millis(2));
    receive(stream)
}
