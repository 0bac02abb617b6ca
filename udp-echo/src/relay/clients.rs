//! A socket to the server for each client: its answers come back to this one alone.

use std::collections::HashMap;
use std::io::{self, ErrorKind::Interrupted};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
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
    known: HashMap<SocketAddr, Client>,
}

/// A client's socket to the server, and the thread that waits for answers there.
struct Client {
    socket: Arc<UdpSocket>,
    last: Instant,
    forgotten: Arc<AtomicBool>,
    waiting: JoinHandle<()>,
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
    pub fn socket(&mut self, addr: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        if let Some(client) = self.known.get_mut(&addr) {
            client.last = Instant::now();
            return Ok(Arc::clone(&client.socket));
        }
        if self.known.len() >= MOST_CLIENTS {
            self.forget_oldest();
        }
        let mut started = self.start(addr);
        if started.is_err()
            && let Some(thread) = self.forget_oldest()
        {
            // The system has fewer sockets than we would like. When the thread has seen
            // that it is not needed any more, there is one.
            let _ = thread.join();
            started = self.start(addr);
        }
        let client = started?;
        let socket = Arc::clone(&client.socket);
        self.known.insert(addr, client);
        Ok(socket)
    }

    fn start(&mut self, addr: SocketAddr) -> io::Result<Client> {
        self.count += 1;
        let trace = self.trace.of(&format!("server side #{}", self.count));
        let socket = Arc::new(open(self.server, &trace)?);
        socket.set_read_timeout(Some(LOOK))?;
        let forgotten = Arc::new(AtomicBool::new(false));
        let (answers, stop) = (Arc::clone(&socket), Arc::clone(&forgotten));
        let on_answer = self.on_answer.clone();
        let wait = move || {
            wait_for_answers(&answers, &stop, |answer| on_answer(addr, answer));
        };
        let waiting =
            thread::Builder::new().spawn(wait).map_err(|e| no_thread(&e))?;
        Ok(Client { socket, last: Instant::now(), forgotten, waiting })
    }

    /// Forgets the client that has been silent for the longest time, if there is one.
    /// Returns its thread, which ends soon.
    fn forget_oldest(&mut self) -> Option<JoinHandle<()>> {
        let all = self.known.iter();
        let (oldest, _) = all.min_by_key(|(_, client)| client.last)?;
        let oldest = *oldest;
        let client = self.known.remove(&oldest)?;
        client.forgotten.store(true, Relaxed);
        Some(client.waiting)
    }
}

/// Takes what comes to this socket until its client is forgotten.
fn wait_for_answers(
    socket: &UdpSocket,
    forgotten: &AtomicBool,
    on_answer: impl Fn(Answer),
) {
    let mut buffer = vec![0; 65_535];
    while !forgotten.load(Relaxed) {
        // Looks first: a trace would show each time that nothing comes.
        let looked = socket.untraced().peek_from(&mut buffer);
        match looked.and_then(|_| socket.recv_from(&mut buffer)) {
            Err(e) if timed_out(&e) || e.kind() == Interrupted => {}
            came => on_answer(came.map(|(n, from)| (from, &buffer[..n]))),
        }
    }
}
