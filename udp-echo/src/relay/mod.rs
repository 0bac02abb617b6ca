//! A bad network between any two programs that speak UDP: datagrams are lost, repeated,
//! delayed, and overtake each other.
//!
//! It does what any network may do: UDP promises nothing. What it does to which datagram
//! is logged, and decided by a seed, so that a failure can be repeated.

mod clients;
pub mod command;
mod fate;
mod queue;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use common::addr::Addr;
use common::failure::{Failure, explained, no_thread};
use common::output::bytes;
use common::trace::{Trace, UdpSocket};

use crate::server::cannot_receive;
use clients::{Answer, Clients};
pub use fate::BadNetwork;
use fate::Direction;
use queue::{Datagram, Queue};

/// How many datagrams wait for the thread that decides their fate.
const BACKLOG: usize = 64;

/// Relays each datagram that comes to `socket`, and the answers to it, as long as the
/// process lives. `log` gets a line for each datagram.
///
/// # Errors
///
/// When the system has no thread left at the start.
pub fn serve(
    socket: UdpSocket,
    server: SocketAddr,
    network: BadNetwork,
    trace: &Trace,
    log: impl Fn(String) + Clone + Send + 'static,
) -> Result<(), Failure> {
    let socket = Arc::new(socket);
    let (sender, arrived) = mpsc::sync_channel(BACKLOG);
    let carry_log = log.clone();
    let carrying = move || carry(&arrived, network, carry_log);
    let thread = thread::Builder::new().spawn(carrying);
    thread.map_err(|e| no_thread(&e))?;

    // (The thread lives as long as a sender does: none of them fails.)
    let (back, answers, answer_log) =
        (Arc::clone(&socket), sender.clone(), log.clone());
    let on_answer = move |client, answer: Answer| match answer {
        Ok((from, bytes)) if from == server => drop(answers.send(Datagram {
            direction: Direction::ToClient,
            bytes: bytes.to_vec(),
            socket: Arc::clone(&back),
            to: client,
        })),
        // Like the client, the relay takes an answer from nobody else. A server on
        // 0.0.0.0 may answer from another of its addresses.
        Ok((from, answer)) => answer_log(format!(
            "to client: {} from {from} dropped, {server} was asked; if {from} is the \
             server, give --to {}",
            bytes(answer.len()),
            Addr::from(from).in_a_command()
        )),
        Err(e) => cannot_receive(&e, &answer_log),
    };
    let mut clients = Clients::new(server, on_answer, trace);
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
            Ok(socket) => drop(sender.send(Datagram {
                direction: Direction::ToServer,
                bytes: buffer[..n].to_vec(),
                socket,
                to: server,
            })),
            Err(e) => log(format!("no socket for {client}: {}", explained(&e))),
        }
    }
}

/// Decides the fate of what arrives, and sends it on when its time has come.
fn carry(
    arrived: &Receiver<Datagram>,
    network: BadNetwork,
    log: impl Fn(String),
) {
    let mut queue = Queue::new(network);
    loop {
        let next = queue.next_departure();
        let wait =
            next.map(|time| time.saturating_duration_since(Instant::now()));
        match arrived.recv_timeout(wait.unwrap_or(Duration::MAX)) {
            Ok(datagram) => {
                let direction = datagram.direction;
                let size = bytes(datagram.bytes.len());
                let (number, fate) = queue.take(datagram, Instant::now());
                log(format!("{direction} #{number}: {size}, {fate}"));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(Datagram { socket, bytes, to, .. }) =
            queue.leave(Instant::now())
        {
            if let Err(e) = socket.send_to(&bytes, to) {
                log(format!("cannot send to {to}: {}", explained(&e)));
            }
        }
    }
}
