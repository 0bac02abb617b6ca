//! Who comes in: as many clients as can be served.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use common::failure::{no_thread, reason};
use common::trace::TcpListener;

use crate::server::peer::Peer;

/// How many clients too many are kept until they have read why they are.
const KEPT: usize = 32;

/// Starts the thread of each client that can be served. Each of them has a clone of this
/// `server`: so it counts them.
pub fn each_client<S, T>(
    listener: &TcpListener,
    server: &Arc<S>,
    max_clients: usize,
    log: fn(String),
    start: impl Fn(Peer) -> io::Result<T>,
) {
    // Their connections stay open for a while: one that is closed with bytes unread is
    // reset, and then the client's system throws away what it has not read yet.
    let mut refused = VecDeque::new();
    // What there is none left of, while it lasts: logged when it begins and when it is
    // over, and not each time that somebody meets it.
    let mut shortage = None;
    loop {
        let met = match listener.accept() {
            Ok((socket, addr)) => {
                let mut peer = Peer::new(socket, addr, log);
                if Arc::strong_count(server) > max_clients {
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
                let failed = start(peer).err();
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
