//! A socket to the server for each client: its answers come back to this one alone.

use std::collections::HashMap;
use std::io::{self, ErrorKind::Interrupted};
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use common::failure::{no_thread, timed_out};
use common::trace::{Trace, UdpSocket};

use crate::client::open;

/// How many clients are known at a time. One more, and the one that has been silent for
/// the longest time is forgotten.
const MOST_CLIENTS: usize = 64;

/// How long a thread waits for an answer before it looks whether its client has been
/// forgotten.
const LOOK: Duration = Duration::from_millis(100);

/// What has come to a client's socket, and from where.
pub type Answer<'a> = io::Result<(SocketAddr, &'a [u8])>;

/// The clients, and their sockets to the server.
pub struct Clients<A> {
    server: SocketAddr,
    on_answer: A,
    trace: Trace,
    count: u64,
    /// The socket of each, and when it has last sent something.
    known: HashMap<SocketAddr, (Arc<UdpSocket>, Instant)>,
}

impl<A> Clients<A>
where
    A: Fn(SocketAddr, Answer<'_>) + Clone + Send + 'static,
{
    /// No client yet. `on_answer` gets the client, and what has come for it.
    pub fn new(server: SocketAddr, on_answer: A, trace: &Trace) -> Self {
        let (trace, known) = (trace.clone(), HashMap::new());
        Self { server, on_answer, trace, count: 0, known }
    }

    /// The socket to the server of this client.
    ///
    /// # Errors
    ///
    /// When the client is a new one, and the system has no socket or no thread for it.
    pub fn socket(&mut self, client: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        if let Some((socket, last)) = self.known.get_mut(&client) {
            *last = Instant::now();
            return Ok(Arc::clone(socket));
        }
        if self.known.len() >= MOST_CLIENTS {
            self.forget_oldest();
        }
        let mut opened = self.open(client);
        if opened.is_err() && self.forget_oldest() {
            // The system has fewer sockets than we would like. When the thread has seen
            // that it is not needed any more, there is one.
            thread::sleep(2 * LOOK);
            opened = self.open(client);
        }
        let socket = opened?;
        self.known.insert(client, (Arc::clone(&socket), Instant::now()));
        Ok(socket)
    }

    fn open(&mut self, client: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        self.count += 1;
        let trace = self.trace.of(&format!("server side #{}", self.count));
        let socket = Arc::new(open(self.server, &trace)?);
        socket.set_read_timeout(Some(LOOK))?;
        let (known, answer) = (Arc::downgrade(&socket), self.on_answer.clone());
        let wait =
            move || wait_for_answers(&known, |came| answer(client, came));
        thread::Builder::new().spawn(wait).map_err(|e| no_thread(&e))?;
        Ok(socket)
    }

    /// Forgets the client that has been silent for the longest time, if there is one.
    fn forget_oldest(&mut self) -> bool {
        let oldest = self.known.iter().min_by_key(|(_, (_, last))| *last);
        let Some((&client, _)) = oldest else { return false };
        self.known.remove(&client).is_some()
    }
}

/// Takes what comes to this socket, until nobody else has it: its client has been
/// forgotten then, and the datagrams on their way have left.
fn wait_for_answers(socket: &Weak<UdpSocket>, on_answer: impl Fn(Answer)) {
    let mut buffer = vec![0; 65_535];
    while let Some(socket) = socket.upgrade() {
        // Looks first: a trace would show each time that nothing comes.
        let looked = socket.untraced().peek_from(&mut buffer);
        match looked.and_then(|_| socket.recv_from(&mut buffer)) {
            Err(e) if timed_out(&e) || e.kind() == Interrupted => {}
            came => on_answer(came.map(|(n, from)| (from, &buffer[..n]))),
        }
    }
}
