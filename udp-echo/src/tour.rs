//! The tour: server and client in one process, and every call that they make.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use anyhow::{Error, Result, bail};
use common::cli::{Addr, heading, tell};
use common::trace::{Recording, Trace, Traced};

use crate::client::{Client, MAX_DATAGRAM};
use crate::server;

const ANY_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// How long to wait for what is sure to come.
const PATIENCE: Duration = Duration::from_secs(5);

pub fn run(trace: &Trace) -> Result<()> {
    tell("A server and a client, in one process, over real sockets.");
    tell("Each line is a call that has just returned.");

    heading("1. No handshake: the message is the first thing that is sent");
    let echo = Echo::start(trace, None, PATIENCE)?;
    show(&echo.server, "bind")?;
    echo.client.ask(b"hello")?;
    echo.show_answer()?;
    tell("   The server has bound its port, and that is all: no listen, no");
    tell("   accept. Each datagram brings the address of its sender.");

    boundaries_kept(trace)?;
    truncation(trace)?;

    heading("4. The empty datagram is a real message");
    echo.client.ask(b"")?;
    echo.show_answer()?;
    tell("   0 bytes, and answered. In TCP a read of 0 bytes is the end.");

    let length = MAX_DATAGRAM + 1;
    heading(format!("5. {length} bytes do not fit into a datagram"));
    let Err(e) = echo.client.ask(&vec![b'x'; length]) else {
        bail!("a datagram of {length} bytes has been answered");
    };
    show(&echo.calls, "close")?;
    tell(format!("   {e}"));

    nobody_listening(trace)?;
    loss_and_retry(trace)?;

    tell("\nNow you: cargo run -p udp-echo -- server    in one terminal,");
    tell("         cargo run -p udp-echo -- client    in another.");
    Ok(())
}

fn boundaries_kept(trace: &Trace) -> Result<()> {
    heading("2. Boundaries are kept: one sendto is one recvfrom");
    let words: [&[u8]; 3] = [b"one", b"two", b"three"];
    let (trace, calls) = trace.recorded();
    let (server, client) = pair(&trace)?;
    for word in words {
        client.send_to(word, server.local_addr()?)?;
    }
    let mut received = 0;
    for _ in words {
        server.recv_from(&mut [0; 1024])?;
        show(&calls, "recvfrom")?;
        received += 1;
    }

    tell("   The same over TCP:");
    let listener = TcpListener::bind(ANY_PORT)?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let mut client = trace.connected("client", client);
    let mut server = trace.connected("server", listener.accept()?.0);
    let handshake = [("connect", 0)]; // shown in lesson 1
    calls.until(&handshake).map_err(Error::msg)?;
    calls.until(&handshake).map_err(Error::msg)?;
    for word in words {
        client.write_all(word)?;
        show(&calls, "write")?;
    }
    // The server was busy: all has arrived when it comes to read.
    let total = words.concat().len();
    while server.peek(&mut [0; 1024])? < total {
        thread::yield_now();
    }
    let (mut read, mut reads) = (0, 0);
    while read < total {
        read += server.read(&mut [0; 1024])?;
        reads += 1;
        show(&calls, "read")?;
    }
    tell(format!(
        "   Three messages took {received} recvfrom, and {reads} read."
    ));
    Ok(())
}

fn truncation(trace: &Trace) -> Result<()> {
    heading("3. A datagram longer than the buffer is cut");
    let (trace, calls) = trace.recorded();
    let (server, client) = pair(&trace)?;
    let sent = client.send_to(b"hello, world", server.local_addr()?)?;
    client.send_to(b"next", server.local_addr()?)?;

    let mut buffer = [0; 8];
    let cut = server.recv_from(&mut buffer);
    show(&calls, "recvfrom")?;
    match cut {
        Ok((n, _from)) => {
            tell(format!("   {sent} bytes sent, {n} received, and no error."));
        }
        // Windows fills the buffer as well, and says that it was too small.
        Err(_) => tell(format!("   {sent} bytes sent, and an error.")),
    }
    server.recv_from(&mut buffer)?;
    show(&calls, "recvfrom")?;
    tell("   What was cut off is lost: the next call takes the next datagram.");
    Ok(())
}

fn nobody_listening(trace: &Trace) -> Result<()> {
    heading("6. Nobody listens: silence");
    let (trace, calls) = trace.recorded();
    let client = Client {
        server: (Ipv4Addr::LOCALHOST, 1).into(), // a port that nobody uses
        timeout: Duration::from_millis(200),
        retries: 1,
        trace,
        log: |_| {},
    };
    let Err(e) = client.ask(b"hello?") else {
        bail!("{} has answered", client.server);
    };
    for _try in 0..=client.retries {
        show(&calls, "close")?;
    }
    tell(format!("   {e}"));
    Ok(())
}

fn loss_and_retry(trace: &Trace) -> Result<()> {
    heading("7. Loss: this server leaves every second datagram unanswered");
    let echo = Echo::start(trace, Some(2), Duration::from_secs(1))?;
    show(&echo.server, "bind")?;
    echo.client.ask(b"first")?;
    echo.show_answer()?;

    echo.client.ask(b"second")?;
    show(&echo.calls, "sendto")?;
    show(&echo.server, "recvfrom")?;
    show(&echo.calls, "close")?;
    tell("   No answer. The client asks again, from another port:");
    echo.show_answer()?;
    tell("   The question was lost, or the answer: a client cannot know.");
    Ok(())
}

/// Two sockets, and no program behind them.
fn pair(trace: &Trace) -> Result<(Traced<UdpSocket>, Traced<UdpSocket>)> {
    let server = trace.udp("server", UdpSocket::bind(ANY_PORT)?);
    let client = trace.udp("client", UdpSocket::bind(ANY_PORT)?);
    server.set_read_timeout(Some(PATIENCE))?;
    Ok((server, client))
}

/// The lesson's client, its calls, and those of the lesson's server.
struct Echo {
    client: Client,
    calls: Recording,
    server: Recording,
}

impl Echo {
    fn start(
        trace: &Trace,
        drop_every: Option<u64>,
        timeout: Duration,
    ) -> Result<Self> {
        let any_port: Addr = "127.0.0.1:0".parse().map_err(Error::msg)?;
        let (server_trace, server) = trace.recorded();
        let socket = server::bind(&any_port, &server_trace, |_| {})?;
        let (trace, calls) = trace.recorded();
        let client = Client {
            server: socket.local_addr()?,
            timeout,
            retries: 1,
            trace,
            log: |_| {},
        };
        thread::Builder::new().spawn(move || -> () {
            server::serve(&socket, drop_every, |_| {})
        })?;
        Ok(Self { client, calls, server })
    }

    /// Shows the way there and back of a question that was answered.
    fn show_answer(&self) -> Result<()> {
        show(&self.calls, "sendto")?;
        show(&self.server, "sendto")?;
        show(&self.calls, "close")
    }
}

/// Shows the next calls, up to the one of this name.
fn show(calls: &Recording, name: &str) -> Result<()> {
    for call in calls.until(&[(name, 0)]).map_err(Error::msg)? {
        tell(format_args!("   {call}"));
    }
    Ok(())
}
