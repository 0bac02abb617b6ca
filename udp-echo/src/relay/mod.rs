//! A bad network between any two programs that speak UDP: datagrams are lost, repeated,
//! delayed, and overtake each other.
//!
//! It does what any network may do: UDP promises nothing. What it does to which datagram
//! is logged, and decided by a seed, so that a failure can be repeated.

mod clients;
mod fate;
mod queue;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command};

use clients::{Answer, Clients};
use common::addr::{Addr, announce};
use common::args;
use common::ends;
use common::failure::{
    Failure, cannot_connect, cannot_listen, no_thread, reason,
};
use common::output::{bytes, log};
use common::resolve;
use common::trace::{Trace, UdpSocket};
pub use fate::BadNetwork;
use fate::Direction;
use queue::{Datagram, Queue};

use crate::LESSON;
use crate::server::cannot_receive;

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
    let socket = UdpSocket::bind("127.0.0.1:0", &trace)?;
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
            Err(e) => log(format!("no socket for {client}: {}", reason(&e))),
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
        let next = match queue.next_departure() {
            None => arrived.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(time) => arrived
                .recv_timeout(time.saturating_duration_since(Instant::now())),
        };
        match next {
            Ok(datagram) => log(decide(&mut queue, datagram)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(datagram) = queue.leave(Instant::now()) {
            let (socket, to) = &datagram.via;
            if let Err(e) = socket.send_to(&datagram.bytes, *to) {
                log(format!("cannot send to {to}: {}", reason(&e)));
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

/// The subcommand of a lesson that offers this relay.
pub fn command() -> Command {
    let percent = |name, help| {
        args::option(name, "PERCENT", "0", help)
            .value_parser(args::whole_number(0, 100))
    };
    Command::new("relay")
        .about("A bad network between any two programs that speak UDP")
        .args(ends::arguments())
        .args([
            percent("lose", "How many datagrams of 100 are lost"),
            percent("duplicate", "How many of 100 arrive twice"),
            percent("reorder", "How many of 100 are overtaken by the next one"),
            delay(),
            args::seed(),
        ])
}

fn delay() -> Arg {
    let help = "How long each datagram is on its way";
    args::option("delay", "MILLISECONDS", "0", help)
        .value_parser(args::whole_number(0, 60_000))
}

/// Runs the subcommand, until the process is stopped.
///
/// # Errors
///
/// When the address to listen on cannot be had, or there is nowhere to forward to.
pub fn run(args: &ArgMatches, show: bool) -> Result<(), Failure> {
    let addr: Addr = args::value(args, "listen");
    let to: Addr = args::value(args, "to");
    let network = BadNetwork {
        lose: args::value(args, "lose"),
        duplicate: args::value(args, "duplicate"),
        reorder: args::value(args, "reorder"),
        delay: Duration::from_millis(args::value(args, "delay")),
        seed: args::value(args, "seed"),
    };

    let failed = |e: io::Error| cannot_listen(&addr, "--listen", &e);
    let trace = Trace::new("client side", show);
    let socket = UdpSocket::bind(&addr, &trace).map_err(failed)?;
    let listen = socket.local_addr().map_err(failed)?;
    ends::check(listen, &to)?;
    let server = resolve::first(&to, Duration::from_secs(10))
        .map_err(|e| cannot_connect(&to, LESSON, &e))?;
    announce(&addr, listen, log);
    log(format!("forwarding to {to}"));
    serve(socket, server, network, &trace, log).map_err(failed)
}
