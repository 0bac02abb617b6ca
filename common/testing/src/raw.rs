//! Peers whose every byte is the test's own.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::PATIENCE;
use crate::frames::read_frame;

/// An address where nobody listens, and where nobody else can begin to while this lives:
/// the end of a connection has it. (A port that was closed again can be taken by the
/// next test.)
pub struct Nobody {
    /// Where nobody listens.
    pub addr: String,
    _connection: (TcpListener, TcpStream),
}

impl Nobody {
    /// Takes a free port, and does not listen there.
    #[allow(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let end = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let addr = end.local_addr().unwrap().to_string();
        Self { addr, _connection: (listener, end) }
    }
}

/// A server that does what the test says, on a thread of its own.
pub struct RawServer {
    /// Where it listens.
    pub addr: String,
    ended: Receiver<()>,
}

impl RawServer {
    /// Listens on a free port, and does this with it.
    pub fn new(serve: impl FnOnce(TcpListener) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let (end, ended) = mpsc::channel();
        thread::spawn(move || {
            serve(listener);
            let _ = end.send(());
        });
        Self { addr, ended }
    }

    /// The same with the first client, when its request has come.
    pub fn asked(talk: impl FnOnce(TcpStream) + Send + 'static) -> Self {
        Self::new(move |listener| {
            let mut stream = accept(&listener);
            read_frame(&mut stream);
            talk(stream);
        })
    }

    /// On one connection: reads each request, which may be told, and sends its reply.
    fn talking(
        exchange: Vec<(Option<String>, Vec<u8>)>,
        end: fn(&mut TcpStream),
    ) -> Self {
        Self::new(move |listener| {
            let stream = &mut accept(&listener);
            for (told, reply) in exchange {
                let request = read_frame(stream);
                assert_eq!(told.as_ref().unwrap_or(&request), &request);
                send(stream, &reply);
            }
            end(stream);
        })
    }

    /// Answers one request after the other on one connection, then says that no more
    /// bytes follow.
    pub fn answering(replies: &[&[u8]]) -> Self {
        let replies = replies.iter().map(|reply| (None, reply.to_vec()));
        Self::talking(replies.collect(), send_end)
    }

    /// Answers one request with these bytes, and then sends nothing more, not even the
    /// end of the stream.
    pub fn stalling_after(reply: &[u8]) -> Self {
        Self::talking(vec![(None, reply.to_vec())], wait_for_end)
    }

    /// On one connection: each of these requests, answered by this reply.
    pub fn expecting<const N: usize>(exchange: [(&str, Vec<u8>); N]) -> Self {
        let exchange = exchange.map(|(get, reply)| (Some(get.into()), reply));
        Self::talking(exchange.into(), send_end)
    }

    /// Waits until everything that the server was to do has been done.
    pub fn end(self) {
        self.ended.recv_timeout(PATIENCE).unwrap();
    }
}

/// The next connection.
pub fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    patient(stream)
}

/// A connection to a server, without a client of ours in between.
pub fn connect(addr: &str) -> TcpStream {
    patient(TcpStream::connect(addr).unwrap())
}

fn patient(stream: TcpStream) -> TcpStream {
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends the bytes. A peer that sees through a lie may close before all of it is told:
/// that is no failure.
pub fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

/// Says that no more bytes follow, and waits for the peer to close.
pub fn send_end(stream: &mut TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    wait_for_end(stream);
}

/// Waits for the peer to close, or to reset: both are its end.
pub fn wait_for_end(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Sends the bytes, says that no more follow, and returns all that comes back.
pub fn exchange(addr: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(addr);
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(stream)
}

/// Everything up to the end of the stream.
pub fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}
