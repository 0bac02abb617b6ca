//! A socket to the server for each client: its answers come back to this one alone.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as Plain};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use common::failure::{no_thread, timed_out};
use common::trace::{Trace, UdpSocket};

/// How many clients are known at a time. One more, and the one that has been silent for
/// the longest time is forgotten.
pub const MOST_CLIENTS: usize = 64;

/// How long a thread waits for an answer before it looks whether it is still needed.
/// (It is woken when it is not; this is for the case that the wake-up gets lost.)
const WAIT: Duration = Duration::from_secs(2);

/// What is done with an answer: the client, and the bytes.
pub type OnAnswer = Arc<dyn Fn(SocketAddr, &[u8]) + Send + Sync>;

/// The clients, and their sockets to the server.
pub struct Clients {
    server: SocketAddr,
    on_answer: OnAnswer,
    trace: Trace,
    count: u64,
    known: HashMap<SocketAddr, Client>,
}

impl Clients {
    /// No client yet.
    pub fn new(server: SocketAddr, on_answer: OnAnswer, trace: &Trace) -> Self {
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
        let client = match self.start(addr) {
            // The system has fewer sockets than we would like.
            Err(_) if self.forget_oldest() => self.start(addr)?,
            started => started?,
        };
        let socket = Arc::clone(&client.socket);
        self.known.insert(addr, client);
        Ok(socket)
    }

    fn start(&mut self, addr: SocketAddr) -> io::Result<Client> {
        self.count += 1;
        let trace = self.trace.of(&format!("server side #{}", self.count));
        let on_answer = Arc::clone(&self.on_answer);
        Client::start(addr, self.server, on_answer, &trace)
    }

    /// Forgets the client that has been silent for the longest time, if there is one.
    fn forget_oldest(&mut self) -> bool {
        let all = self.known.iter();
        let oldest = all.min_by_key(|(_, client)| client.last);
        let oldest = oldest.map(|(addr, _)| *addr);
        oldest.is_some_and(|addr| self.known.remove(&addr).is_some())
    }
}

/// A client's socket to the server, and the thread that waits for answers there.
struct Client {
    socket: Arc<UdpSocket>,
    last: Instant,
    forgotten: Arc<AtomicBool>,
    waiting: Option<JoinHandle<()>>,
}

impl Client {
    fn start(
        addr: SocketAddr,
        server: SocketAddr,
        on_answer: OnAnswer,
        trace: &Trace,
    ) -> io::Result<Self> {
        let socket = Arc::new(match server {
            SocketAddr::V4(_) => {
                UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0), trace)?
            }
            SocketAddr::V6(_) => {
                UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0), trace)?
            }
        });
        socket.set_read_timeout(Some(WAIT))?;
        let forgotten = Arc::new(AtomicBool::new(false));
        let (answers, stop) = (Arc::clone(&socket), Arc::clone(&forgotten));
        let waiting = thread::Builder::new().spawn(move || {
            forward_answers(&answers, &stop, server, |answer| {
                on_answer(addr, answer);
            });
        });
        let waiting = waiting.map_err(|e| no_thread(&e))?;
        let (last, waiting) = (Instant::now(), Some(waiting));
        Ok(Self { socket, last, forgotten, waiting })
    }
}

impl Drop for Client {
    /// Ends the thread: an empty datagram from the socket to itself wakes it up, and it
    /// sees that it may go.
    fn drop(&mut self) {
        self.forgotten.store(true, Relaxed);
        let _ = wake(&self.socket);
        if let Some(waiting) = self.waiting.take() {
            let _ = waiting.join();
        }
    }
}

fn wake(socket: &UdpSocket) -> io::Result<()> {
    let mut addr = socket.local_addr()?;
    match &mut addr {
        SocketAddr::V4(addr) => addr.set_ip(Ipv4Addr::LOCALHOST),
        SocketAddr::V6(addr) => addr.set_ip(Ipv6Addr::LOCALHOST),
    }
    let plain: &Plain = socket.untraced(); // not a call that a trace would show
    plain.send_to(b"", addr)?;
    Ok(())
}

/// Takes the server's answers until this client is forgotten.
fn forward_answers(
    socket: &UdpSocket,
    forgotten: &AtomicBool,
    server: SocketAddr,
    on_answer: impl Fn(&[u8]),
) {
    let mut buffer = vec![0; 65_535];
    loop {
        let received = socket.recv_from(&mut buffer);
        if forgotten.load(Relaxed) {
            return;
        }
        match received {
            Ok((n, from)) if from == server => on_answer(&buffer[..n]),
            Ok((_, _stranger)) => {}
            Err(e) if timed_out(&e) => {}
            // Windows reports that no server has been there.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => {}
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}
