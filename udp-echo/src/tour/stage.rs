//! What the tour's steps share: an echo to watch, and how calls and texts are shown.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::calls::Recording;
use common::failure::{Failure, no_socket, no_thread};
use common::output::{StdoutError, print};
use common::trace::{Trace, UdpSocket};
use common::wrap::paragraph;

use crate::client::Client;
use crate::server;

/// Any free port of this machine.
pub const ANY_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// How long to wait for what is sure to come.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The lesson's client, its calls, and those of the lesson's server.
pub struct Echo {
    pub client: Client,
    pub client_calls: Recording,
    pub server_calls: Recording,
}

impl Echo {
    /// Starts a server, and a client that asks it.
    pub fn start() -> Result<Self> {
        let (socket, server_calls) = socket("server")?;
        let addr = socket.local_addr()?;
        in_a_thread(move || {
            server::serve(&socket, server::Unanswered::every(None), |_| {})
        })?;
        let (client, client_calls) = client(addr, PATIENCE);
        Ok(Self { client, client_calls, server_calls })
    }

    /// Shows the way there and back of a question that was answered.
    pub fn show_answer(&self) -> Result<()> {
        show(&self.client_calls, "sendto")?;
        show(&self.server_calls, "sendto")?;
        show(&self.client_calls, "recvfrom")
    }
}

/// Does this as long as the tour lasts.
pub fn in_a_thread<T: Send + 'static>(
    task: impl FnOnce() -> T + Send + 'static,
) -> Result<(), Failure> {
    let thread = thread::Builder::new().spawn(task);
    thread.map(drop).map_err(|e| no_thread(&e))
}

/// A client that asks `server`, at most twice, and its calls.
pub fn client(server: SocketAddr, timeout: Duration) -> (Client, Recording) {
    let (trace, calls) = Trace::default().recorded("client");
    (Client { server, timeout, retries: 1, trace, log: |_| {} }, calls)
}

/// A socket with no program behind it, and its calls.
pub fn socket(who: &str) -> Result<(UdpSocket, Recording)> {
    let (trace, calls) = Trace::default().recorded(who);
    let bound = UdpSocket::bind(ANY_PORT, &trace);
    let socket = bound.map_err(no_socket)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok((socket, calls))
}

/// Shows the next calls, up to the one of this name. Of those before it only what sends
/// or receives.
pub fn show(calls: &Recording, name: &str) -> Result<()> {
    for call in calls.until(name)? {
        let is_beside = ["bind", "close", "accept"].contains(&call.name);
        if call.name == name || !is_beside {
            print(format_args!("   {call}"))?;
        }
    }
    Ok(())
}

/// Shows a text below the calls, in lines that fit a terminal.
pub fn explain(text: &str) -> Result<(), StdoutError> {
    paragraph("   ", text, 60).into_iter().try_for_each(print)
}
