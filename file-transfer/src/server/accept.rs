//! Who comes in: as many clients as can be served, each in a thread of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::failure::{no_thread, reason};
use common::trace::TcpListener;

use crate::server::peer::Peer;

/// How many clients too many are kept until they have read why.
const KEPT: usize = 32;

/// Starts a thread for each client that can be served, which converses with it.
pub fn each_client(
    listener: &TcpListener,
    max_clients: usize,
    log: fn(String),
    converse: impl Fn(&mut Peer) -> Result<()> + Send + Sync + 'static,
) -> ! {
    // The threads share it. Each has a clone of this Arc: so it counts them.
    let converse = Arc::new(converse);
    // Clients too many. Their connections stay open for a while: one that is closed with
    // bytes unread is reset, and then the client's system throws away what it has not
    // read yet.
    let mut refused = VecDeque::new();
    // What there is none left of, while it lasts: logged when it begins and when it is
    // over, and not each time that somebody meets it.
    let mut shortage = None;
    loop {
        let met = match listener.accept() {
            Ok((socket, addr)) => {
                let mut peer = Peer::new(socket, addr, log);
                if Arc::strong_count(&converse) > max_clients {
                    // So small a message fits into an empty connection: nothing here
                    // waits for the client.
                    let why = format!(
                        "no more than {max_clients} at a time are served \
                         here; try again later"
                    );
                    peer.log(format_args!("dropped: {why}"));
                    peer.turn_away(why);
                    refused.push_front(peer);
                    refused.truncate(KEPT);
                    continue;
                }
                let converse = converse.clone();
                let talk = move || {
                    peer.log("connected");
                    let end = converse(&mut peer);
                    // Its place is free before it sees the end: then it may come again.
                    drop(converse);
                    peer.left(end);
                };
                let failed = thread::Builder::new().spawn(talk).err();
                failed.map(|e| format!("a client dropped: {}", no_thread(&e)))
            }
            // Too many open files, for example.
            Err(e) => {
                refused.clear();
                Some(format!("cannot accept: {}", reason(&e)))
            }
        };
        if met != shortage {
            let over = || "that is over: clients are served again".into();
            log(met.clone().unwrap_or_else(over));
            shortage = met;
        }
        if shortage.is_some() {
            // The loop must not spin until a connection ends.
            thread::sleep(Duration::from_millis(100));
        }
    }
}
