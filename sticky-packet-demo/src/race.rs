//! The race: two threads, one connection, one read() for each message, and
//! nothing that keeps the two in step.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use crate::stage::threads::in_two_threads;

/// A function that sends one message, and a function that receives one.
pub type SendFn = fn(&mut TcpStream, &[u8]) -> Result<()>;
pub type ReceiveFn = fn(&mut TcpStream) -> Result<Option<Vec<u8>>>;

/// Sends `count` messages; returns how many arrived as they were sent.
pub fn race(send: SendFn, receive: ReceiveFn, count: usize) -> Result<usize> {
    let listener = TcpListener::bind("127.0.0.1:0")?; // port 0: any free port
    // connect() does not wait for accept(): the system makes the connection,
    // and accept() only takes it.
    let mut sender = TcpStream::connect(listener.local_addr()?)?;
    let (mut reader, _) = listener.accept()?;
    // Like a lambda: numbered(7) is b"message 0007".
    let numbered = |i| format!("message {i:04}").into_bytes();

    // `move`: the sender's stream is closed when this has been done. That is
    // how the reader learns that no more will come.
    let send_all = move || -> Result<()> {
        for i in 0..count {
            send(&mut sender, &numbered(i))?;
        }
        Ok(())
    };
    let receive_all = move || -> Result<usize> {
        let mut missing: HashSet<_> = (0..count).map(numbered).collect();
        while let Some(message) = receive(&mut reader)? {
            missing.remove(&message);
        }
        Ok(count - missing.len())
    };
    in_two_threads(send_all, receive_all)
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
    sleep(Duration::from_millis(1));
    Ok(())
}

/// One read() for each message; `None` when the sender has finished.
pub fn receive(stream: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; 1024];
    let n = stream.read(&mut message)?;
    message.truncate(n);
    Ok((n > 0).then_some(message)) // Some(message), or None at the end
}

/// The same, by a reader that needs 2 ms for each message.
pub fn receive_slowly(stream: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    sleep(Duration::from_millis(2));
    receive(stream)
}
