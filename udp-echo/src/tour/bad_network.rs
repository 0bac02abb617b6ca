//! The tour's last steps: what a network may do to a datagram, and what the client does
//! about it. The relay plays the network, with seeds chosen for these fates (0, where
//! none is given).

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::{Context, Result};
use common::output::print;
use common::step::print_heading;
use common::trace::Trace;

use crate::relay::{BadNetwork, serve};

use super::stage::{
    Echo, PATIENCE, client, explain, in_a_thread, show, socket,
};

pub fn run() -> Result<()> {
    loss()?;
    a_duplicate()?;
    overtaking()
}

fn loss() -> Result<()> {
    print_heading("7. Loss: the client asks again")?;
    let half = BadNetwork { lose: 50, ..BadNetwork::default() };
    let echo = Echo::start()?;
    let network = Network::start(echo.client.server, half)?;
    let (client, client_calls) =
        client(network.addr, Duration::from_millis(500));
    client.ask(b"hi")?;

    explain(
        "A relay plays the network: the client asks the relay, and the \
         server sees the relay's address. It counts the datagrams of each \
         direction: #1, #2.",
    )?;
    show(&client_calls, "sendto")?;
    network.show_fate()?;
    show(&client_calls, "recvfrom")?;
    show(&client_calls, "sendto")?;
    network.show_fate()?;
    show(&echo.server_calls, "sendto")?;
    network.show_fate()?;
    show(&client_calls, "recvfrom")?;
    explain(
        "The question was lost. If it had been the answer, the client would \
         have seen the same: it cannot know.",
    )?;
    Ok(())
}

fn a_duplicate() -> Result<()> {
    print_heading("8. A duplicate: the server is asked twice")?;
    let double = BadNetwork { duplicate: 50, ..BadNetwork::default() };
    let echo = Echo::start()?;
    let network = Network::start(echo.client.server, double)?;
    let (client, client_calls) = client(network.addr, PATIENCE);
    client.ask(b"pay")?;

    show(&client_calls, "sendto")?;
    network.show_fate()?;
    show(&echo.server_calls, "sendto")?;
    show(&echo.server_calls, "sendto")?;
    network.show_fate()?;
    network.show_fate()?;
    show(&client_calls, "recvfrom")?;
    explain(
        "The client takes the first answer and gives up its port, so the \
         second one finds nobody. But the server has done its work twice. An \
         echo may; may a bank?",
    )?;
    Ok(())
}

fn overtaking() -> Result<()> {
    print_heading("9. Two datagrams on their way: the second overtakes")?;
    let slow = BadNetwork { reorder: 50, seed: 6, ..BadNetwork::default() };
    let (server, server_calls) = socket("server")?;
    let (client, client_calls) = socket("client")?;
    let network = Network::start(server.local_addr()?, slow)?;
    for word in [b"1st", b"2nd"] {
        client.send_to(word, network.addr)?;
    }
    show(&client_calls, "sendto")?;
    network.show_fate()?;
    show(&client_calls, "sendto")?;
    network.show_fate()?;
    for _ in 0..2 {
        server.recv_from(&mut [0; 1024])?;
        show(&server_calls, "recvfrom")?;
    }
    explain(
        "The client of this lesson has one question on its way at a time, \
         and each from another port, so the order does not matter to it. A \
         program that sends more at a time has to number them.",
    )?;
    Ok(())
}

/// A relay that plays the network, and what it says of each datagram.
struct Network {
    addr: SocketAddr,
    fates: Receiver<String>,
}

impl Network {
    fn start(server: SocketAddr, network: BadNetwork) -> Result<Self> {
        let (sender, fates) = mpsc::channel();
        let log = move |fate| drop(sender.send(fate));
        let (socket, _) = socket("network")?;
        socket.set_read_timeout(None)?;
        let addr = socket.local_addr()?;
        in_a_thread(move || {
            serve(socket, server, network, &Trace::default(), log)
        })?;
        Ok(Self { addr, fates })
    }

    /// Shows what became of the next datagram.
    fn show_fate(&self) -> Result<()> {
        let fate = self
            .fates
            .recv_timeout(PATIENCE)
            .context("the relay has received nothing")?;
        Ok(print(format_args!("   network    {fate}"))?)
    }
}
