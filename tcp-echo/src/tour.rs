//! The tour: server and client in one process, and every call that they make.

use std::io::Write;
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::addr::Addr;
use common::calls::{Call, Recording};
use common::connect::room_for;
use common::failure::no_thread;
use common::output::print;
use common::step::print_heading;
use common::trace::{TcpStream, Trace};

use crate::{client, server};

const TIMEOUT: Duration = Duration::from_secs(5);

pub fn run() -> Result<()> {
    room_for(4)?;
    let (server_trace, server_calls) = Trace::default().recorded("server");
    let (client_trace, client_calls) = Trace::default().recorded("client");
    let calls = Calls { client: client_calls, server: server_calls };
    let any_port = "127.0.0.1:0".parse()?;

    print("A server and a client, in one process, over real sockets.")?;
    print("Each line is a call. Each end has made its calls in this order.")?;

    print_heading("1. The handshake comes before the first byte")?;
    let listener = server::bind(&any_port, &server_trace, |_| {})?;
    let addr = Addr::from(listener.local_addr()?);
    let serving = move || server::serve(&listener, false, |_| {});
    let thread = thread::Builder::new().spawn(serving);
    thread.map_err(|e| no_thread(&e))?;
    let mut stream = client::connect(&addr, TIMEOUT, &client_trace)?;
    calls.show_server("listen")?;
    calls.show_client("connect")?;
    calls.show_server("accept")?;
    print(
        "   Three packets make a connection: SYN, SYN+ACK, ACK. The systems",
    )?;
    print("   exchange them; accept only takes what is ready. It returns a")?;
    print("   second socket, for this client alone: server #1.")?;

    print_heading("2. A message, and its echo in upper case")?;
    calls.show_exchange(&mut stream, b"hello\n")?;

    print_heading("3. More, on the same connection: bytes are bytes")?;
    calls.show_exchange(&mut stream, "粘包 naïve\n".as_bytes())?;
    calls.show_exchange(&mut stream, b"\n")?;
    print("   Upper-casing bytes changes a to z and nothing else. An empty")?;
    print("   line is one byte long: its newline.")?;

    let long: Vec<u8> = (b'a'..=b'z').cycle().take(3000).collect();
    let (sent, buffer) = (long.len(), server::BUFFER);
    print_heading(format!("4. {sent} bytes through a buffer of {buffer}"))?;
    let (writes, reads) = calls.show_exchange(&mut stream, &long)?;
    print(format!(
        "   Writes by the client: {writes}. Reads by the server: {reads}."
    ))?;
    print("   A stream of bytes, not of messages: that is lesson 3.")?;

    print_heading("5. An orderly close")?;
    stream.shutdown(Shutdown::Write)?;
    calls.show_client("shutdown")?;
    calls.show_server("close")?;
    drop(stream);
    calls.show_client("close")?;
    print("   shutdown sends a FIN packet: no more bytes from this end. The")?;
    print(
        "   other end then reads 0 bytes: the end of the stream, not an empty",
    )?;
    print("   message. By closing, the server sends its own FIN.")?;

    print_heading("6. An abrupt close: the client leaves without its reply")?;
    let stream = client::connect(&addr, TIMEOUT, &client_trace)?;
    calls.show_client("connect")?;
    calls.show_server("accept")?;
    leave_without_the_reply(stream)?;
    calls.show_client("write")?;
    calls.show_server("write")?;
    calls.show_client("close")?;
    calls.show_server("close")?;
    print(
        "   A close with bytes unread makes most systems send a reset (RST).",
    )?;
    print("   It is an error of that one connection, and the server goes on:")?;

    print_heading("7. The server is still there")?;
    let mut stream = client::connect(&addr, TIMEOUT, &client_trace)?;
    calls.show_client("connect")?;
    calls.show_server("accept")?;
    calls.show_exchange(&mut stream, b"still there?\n")?;
    print("\nNow you: cargo run -p tcp-echo -- server    in one terminal,")?;
    print("         cargo run -p tcp-echo -- client    in another.")?;
    Ok(())
}

/// Sends a message and closes when the reply is here, but before reading it.
fn leave_without_the_reply(mut stream: TcpStream) -> Result<()> {
    stream.write_all(b"never mind\n")?;
    // peek() waits for a byte, shows it, and leaves it unread.
    stream.peek(&mut [0])?;
    Ok(())
}

/// The calls of both ends, each in the order in which that end made them.
struct Calls {
    client: Recording,
    server: Recording,
}

impl Calls {
    /// Shows the client's calls, up to the next one of this name.
    fn show_client(&self, name: &str) -> Result<()> {
        show(&self.client.until(name)?)
    }

    /// Shows the server's calls, up to the next one of this name.
    fn show_server(&self, name: &str) -> Result<()> {
        show(&self.server.until(name)?)
    }

    /// Sends a message, and shows the way there and back. Returns how often
    /// the client wrote and the server read.
    fn show_exchange(
        &self,
        stream: &mut TcpStream,
        message: &[u8],
    ) -> Result<(usize, usize)> {
        let n = message.len();
        client::exchange(stream, message)?;
        let until = |calls: &Recording, name| calls.until_moved(name, n);
        let write = until(&self.client, "write")?;
        let server = until(&self.server, "write")?;
        let read = until(&self.client, "read")?;
        show(&write)?;
        show(&server)?;
        show(&read)?;
        let reads = server.iter().filter(|call| call.name == "read");
        Ok((write.len(), reads.count()))
    }
}

fn show(calls: &[Call]) -> Result<()> {
    for call in calls {
        print(format_args!("   {call}"))?;
    }
    Ok(())
}
