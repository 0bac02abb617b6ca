//! The tour: server and client in one process, and the calls that they make.

mod bad_network;
mod stage;

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use common::connect::room_for;
use common::failure::no_socket;
use common::output::print;
use common::step::{print_heading, wait};
use common::trace::{TcpListener, TcpStream, Trace};

use crate::client::LONGEST_IPV4;
use stage::{ANY_PORT, Echo, PATIENCE, explain, show, socket};

pub fn run() -> Result<()> {
    room_for(13)?;
    print("A server and a client, in one process, over real sockets.")?;
    print("Each line is a call that has just returned.")?;

    print_heading("1. No handshake: the first packet is the message")?;
    let echo = Echo::start()?;
    echo.client.ask(b"hi")?;
    show(&echo.server_calls, "bind")?;
    show(&echo.client_calls, "bind")?;
    echo.show_answer()?;
    explain(
        "The server has bound its port, and that is all: no listen, no \
         accept. Each datagram brings the address of its sender.",
    )?;
    explain(
        "The client's socket is bound to 0.0.0.0: any address of this \
         machine. When it sends, the system fills in the one that leads \
         to the server, here 127.0.0.1.",
    )?;

    boundaries_are_kept()?;
    a_long_datagram_is_cut()?;

    print_heading("4. An empty datagram")?;
    echo.client.ask(b"")?;
    echo.show_answer()?;
    explain("0 bytes, and answered. In TCP a read of 0 bytes is the end.")?;

    let length = LONGEST_IPV4 + 1;
    print_heading(format!("5. A datagram of {length} bytes"))?;
    let Err(e) = echo.client.ask(&vec![b'x'; length]) else {
        bail!("a datagram of {length} bytes has been answered");
    };
    show(&echo.client_calls, "sendto")?;
    explain(&format!("The client says: {e:#}"))?;

    nobody_is_there()?;
    bad_network::run()?;

    print("\nNow you: cargo run -p udp-echo -- server    in one terminal,")?;
    print("         cargo run -p udp-echo -- client    in another.")?;
    print("The bad network between them: cargo run -p udp-echo -- relay")?;
    Ok(())
}

fn boundaries_are_kept() -> Result<()> {
    print_heading("2. Three messages: how many recvfrom? And over TCP?")?;
    let words: [&[u8]; 3] = [b"one", b"two", b"ten"];
    let ((server, server_calls), (client, client_calls)) =
        (socket("server")?, socket("client")?);
    show(&server_calls, "bind")?;
    for word in words {
        client.send_to(word, server.local_addr()?)?;
        show(&client_calls, "sendto")?;
    }
    let mut received = 0;
    for _ in words {
        server.recv_from(&mut [0; 1024])?;
        show(&server_calls, "recvfrom")?;
        received += 1;
    }

    explain("The same over TCP:")?;
    wait("")?; // how many reads?
    let (trace, calls) = Trace::default().recorded("server");
    let listener = TcpListener::bind(ANY_PORT, &trace).map_err(no_socket)?;
    let addr = listener.local_addr()?.into();
    let mut client = TcpStream::connect(&addr, PATIENCE, &trace.of("client"))
        .map_err(no_socket)?;
    let (mut server, _) = listener.accept().map_err(no_socket)?;
    calls.until("accept")?; // shown in lesson 1
    for word in words {
        client.write_all(word)?;
        show(&calls, "write")?;
    }
    // The server was busy: when it comes to read, all has arrived.
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
    explain(&format!(
        "Three messages took {received} recvfrom, and {reads} read."
    ))?;
    Ok(())
}

fn a_long_datagram_is_cut() -> Result<()> {
    print_heading("3. A datagram longer than the buffer")?;
    let ((server, server_calls), (client, client_calls)) =
        (socket("server")?, socket("client")?);
    show(&server_calls, "bind")?;
    let sent = client.send_to(b"hello", server.local_addr()?)?;
    client.send_to(b"next", server.local_addr()?)?;
    show(&client_calls, "sendto")?;
    show(&client_calls, "sendto")?;

    let mut buffer = [0; 3];
    let cut = server.recv_from(&mut buffer);
    show(&server_calls, "recvfrom")?;
    match cut {
        Ok((n, _from)) => {
            explain(&format!("{sent} bytes sent, {n} received, and no error."))?
        }
        // Windows fills the buffer, too, and says that it was too small.
        Err(_) => explain(&format!("{sent} bytes sent, and an error."))?,
    }
    server.recv_from(&mut [0; 1024])?;
    show(&server_calls, "recvfrom")?;
    explain("The rest is lost: the next call takes the next datagram.")?;
    Ok(())
}

fn nobody_is_there() -> Result<()> {
    print_heading("6. Nobody is there")?;
    // A port that was free a moment ago.
    let free = socket("server")?.0.local_addr()?;
    let (client, calls) = stage::client(free, Duration::from_millis(200));
    let Err(e) = client.ask(b"hi?") else {
        bail!("{free} has answered");
    };
    for _try in 0..=client.retries {
        show(&calls, "recvfrom")?;
    }
    explain(&format!("The client says: {e:#}"))?;
    Ok(())
}
