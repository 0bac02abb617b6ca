//! The tour: server and client in one process, and every call that they make.

use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Error, Result};
use common::cli::{Addr, heading, tell};
use common::trace::{Call, Recording, Trace, Traced};

use crate::{client, server};

const TIMEOUT: Duration = Duration::from_secs(5);

pub fn run(trace: &Trace) -> Result<()> {
    let (server_trace, server_calls) = trace.recorded();
    let (client_trace, client_calls) = trace.recorded();
    let calls = Calls { client: client_calls, server: server_calls };
    let any_port = "127.0.0.1:0".parse().map_err(Error::msg)?;

    tell("A server and a client, in one process, over real sockets.");
    tell("Each line is a call. The calls of each end are in its own order.");

    heading("1. The handshake comes before the first byte");
    let listener = server::bind(&any_port, &server_trace, |_| {})?;
    let addr = Addr::from(listener.local_addr()?);
    thread::Builder::new()
        .spawn(move || server::serve(&listener, false, |_| {}))?;
    let stream = client::connect(&addr, TIMEOUT, &client_trace)?;
    show(&calls.server("listen", 0)?);
    show(&calls.client("connect", 0)?);
    show(&calls.server("accept", 0)?);

    heading("2. A message, and its echo in upper case");
    calls.exchange(&stream, b"hello\n")?;

    heading("3. More, on the same connection: bytes are bytes");
    calls.exchange(&stream, "粘包 naïve\n".as_bytes())?;
    calls.exchange(&stream, b"\n")?;
    tell("   Upper-casing bytes changes a to z and nothing else. An empty");
    tell("   line is one byte long: its newline.");

    let long = [b'x'; 3000];
    heading(format!(
        "4. {} bytes through a buffer of {}",
        long.len(),
        server::BUFFER
    ));
    let (writes, reads) = calls.exchange(&stream, &long)?;
    tell(format!(
        "   Writes by the client: {writes}. Reads by the server: {reads}."
    ));
    tell("   A stream of bytes, not of messages: that is lesson 3.");

    heading("5. An orderly close: each end says that it has finished");
    stream.shutdown(Shutdown::Write)?;
    show(&calls.client("shutdown", 0)?);
    show(&calls.server("close", 0)?);
    drop(stream);
    show(&calls.client("close", 0)?);
    tell(
        "   A read of 0 bytes is the end of the stream, not an empty message.",
    );
    tell("   By closing, the server says the same in the other direction.");

    heading("6. An abrupt close: the client leaves without its reply");
    let stream = client::connect(&addr, TIMEOUT, &client_trace)?;
    show(&calls.client("connect", 0)?);
    show(&calls.server("accept", 0)?);
    abandon(stream)?;
    show(&calls.client("write", 0)?);
    show(&calls.server("write", 0)?);
    show(&calls.client("close", 0)?);
    show(&calls.server("close", 0)?);
    tell("   Closing with bytes unread makes most systems send a reset. It is");
    tell("   an error of that one connection, and no reason to stop:");

    heading("7. The server is still there");
    let stream = client::connect(&addr, TIMEOUT, &client_trace)?;
    show(&calls.client("connect", 0)?);
    show(&calls.server("accept", 0)?);
    calls.exchange(&stream, b"still there?\n")?;
    tell("\nNow you: cargo run -p tcp-echo -- server    in one terminal,");
    tell("         cargo run -p tcp-echo -- client    in another.");
    Ok(())
}

/// Sends a message and closes when the reply is here, but before reading it.
fn abandon(mut stream: Traced<TcpStream>) -> Result<()> {
    use std::io::Write;
    stream.write_all(b"never mind\n")?;
    stream.peek(&mut [0])?; // looks at the reply, and leaves it where it is
    Ok(())
}

/// The calls of both ends, each in the order in which that end made them.
struct Calls {
    client: Recording,
    server: Recording,
}

impl Calls {
    fn client(&self, name: &str, bytes: usize) -> Result<Vec<Call>> {
        self.client.until(&[(name, bytes)]).map_err(Error::msg)
    }

    fn server(&self, name: &str, bytes: usize) -> Result<Vec<Call>> {
        self.server.until(&[(name, bytes)]).map_err(Error::msg)
    }

    /// Shows a message travel: how often the client wrote, the server read.
    fn exchange(
        &self,
        stream: &Traced<TcpStream>,
        message: &[u8],
    ) -> Result<(usize, usize)> {
        let n = message.len();
        client::exchange(stream, message)?;
        // The client writes and reads in two threads: put its calls in order.
        let (write, read): (Vec<_>, Vec<_>) = self
            .client
            .until(&[("write", n), ("read", n)])
            .map_err(Error::msg)?
            .into_iter()
            .partition(|call| call.name == "write");
        let server = self.server("write", n)?;
        show(&write);
        show(&server);
        show(&read);
        let reads = server.iter().filter(|call| call.name == "read");
        Ok((write.len(), reads.count()))
    }
}

fn show(calls: &[Call]) {
    for call in calls {
        tell(format_args!("   {call}"));
    }
}
