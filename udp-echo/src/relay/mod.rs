//! A bad network between any two programs that speak UDP: datagrams are lost, repeated,
//! delayed, and overtake each other.
//!
//! It does what any network may do: UDP promises nothing. What it does to which datagram
//! is logged, and decided by a seed, so that a failure can be repeated.

mod clients;
mod command;
mod fate;
mod queue;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use common::failure::{explained, no_socket, no_thread};
use common::output::bytes;
use common::trace::{Trace, UdpSocket};

use crate::server::cannot_receive;
use clients::{Answer, Clients};
pub use command::{command, network, open};
pub use fate::BadNetwork;
use fate::Direction;
use queue::{Datagram, Queue};

/// Where a datagram goes on: from this socket, to this address.
type Via = (Arc<UdpSocket>, SocketAddr);

/// How many datagrams wait for the thread that decides their fate.
const BACKLOG: usize = 64;

/// Runs a relay in threads of its own, as long as the process lives; returns where it
/// listens. `log` gets a line for each datagram.
///
/// # Errors
///
/// When the system has no port or no thread left.
pub fn spawn(
    to: SocketAddr,
    network: BadNetwork,
    log: impl Fn(String) + Clone + Send + 'static,
) -> io::Result<SocketAddr> {
    let trace = Trace::default();
    let bound = UdpSocket::bind("127.0.0.1:0", &trace);
    let socket = bound.map_err(|e| no_socket(&e))?;
    let addr = socket.local_addr()?;
    let serving = move || serve(socket, to, network, &trace, log);
    let thread = thread::Builder::new().spawn(serving);
    thread.map_err(|e| no_thread(&e))?;
    Ok(addr)
}

/// Relays each datagram that comes to `socket`, and the answers to it, as long as the
/// process lives.
///
/// # Errors
///
/// When the system has no thread left at the start.
pub fn serve(
    socket: UdpSocket,
    to: SocketAddr,
    network: BadNetwork,
    trace: &Trace,
    log: impl Fn(String) + Clone + Send + 'static,
) -> io::Result<()> {
    let socket = Arc::new(socket);
    let (sender, arrived) = mpsc::sync_channel(BACKLOG);
    let carry_log = log.clone();
    let carrying = move || carry(&arrived, network, carry_log);
    let thread = thread::Builder::new().spawn(carrying);
    thread.map_err(|e| no_thread(&e))?;

    let (back, answers) = (Arc::clone(&socket), sender.clone());
    let answer_log = log.clone();
    let on_answer = move |client, answer: Answer| match answer {
        Ok((from, bytes)) if from == to => {
            let via = (Arc::clone(&back), client);
            arrive(&answers, Direction::ToClient, bytes, via);
        }
        // Like the client, the relay takes an answer from nobody else. A server on
        // 0.0.0.0 may answer from another of its addresses.
        Ok((from, answer)) => answer_log(format!(
            "to client: {} from {from} dropped, {to} was asked; if {from} is the \
             server, give --to {from}",
            bytes(answer.len())
        )),
        Err(e) => cannot_receive(&e, &answer_log),
    };
    let mut clients = Clients::new(to, on_answer, trace);
    let mut buffer = vec![0; 65_535];
    loop {
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(datagram) => datagram,
            Err(e) => {
                cannot_receive(&e, &log);
                continue;
            }
        };
        match clients.socket(client) {
            Ok(server_side) => {
                let via = (server_side, to);
                arrive(&sender, Direction::ToServer, &buffer[..n], via);
            }
            Err(e) => log(format!("no socket for {client}: {}", explained(&e))),
        }
    }
}

/// Hands a datagram to the thread that decides its fate.
fn arrive(
    sender: &SyncSender<Datagram<Via>>,
    direction: Direction,
    bytes: &[u8],
    via: Via,
) {
    // That thread lives as long as this sender.
    let _ = sender.send(Datagram { direction, bytes: bytes.to_vec(), via });
}

/// Decides the fate of what arrives, and sends it on when its time has come.
fn carry(
    arrived: &Receiver<Datagram<Via>>,
    network: BadNetwork,
    log: impl Fn(String),
) {
    let mut queue = Queue::new(network);
    loop {
        let next = queue.next_departure();
        let wait =
            next.map(|time| time.saturating_duration_since(Instant::now()));
        match arrived.recv_timeout(wait.unwrap_or(Duration::MAX)) {
            Ok(datagram) => log(decide(&mut queue, datagram)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(datagram) = queue.leave(Instant::now()) {
            let (socket, to) = &datagram.via;
            if let Err(e) = socket.send_to(&datagram.bytes, *to) {
                log(format!("cannot send to {to}: {}", explained(&e)));
            }
        }
    }
}

/// Puts a datagram into the queue; returns the line that says what becomes of it.
fn decide(queue: &mut Queue<Via>, datagram: Datagram<Via>) -> String {
    let direction = datagram.direction;
    let size = bytes(datagram.bytes.len());
    match queue.take(datagram, Instant::now()) {
        (number, Some(fate)) => {
            format!("{direction} #{number}: {size}, {fate}")
        }
        (number, None) => format!(
            "{direction} #{number}: {size}, lost: too much is on its way"
        ),
    }
}
